//! Reads the `counts` file, a table at a time.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use instr_format::counts::{HEADER_SIZE, TableHead, decode_table_head};
use instr_format::files::COUNTS;

use super::open::open;
use crate::model::counts::{Counts, header};
use crate::model::damage::{Damage, DamageKind};

/// More than any program has, so that a header that lies costs little memory.
const SITES_MAX: u64 = 8 << 20;
/// As many as there are slots in `last`.
const TABLES_MAX: u64 = 1 << 17;

/// Reads the counts of the run in `dir`; none when it has not counted.
pub(crate) fn read(dir: &Path) -> Result<Option<(Counts, Option<Damage>)>, Damage> {
    let mut file = match open(&dir.join(COUNTS)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Damage::unreadable(COUNTS, &error)),
    };
    let mut beginning = [0; 64];
    let len = fill(&mut file, 0, &mut beginning).map_err(|error| Damage::unreadable(COUNTS, &error))?;
    let begun = beginning.get(..len).unwrap_or_default();
    if begun.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let header = header(COUNTS, begun)?;
    if header.sites > SITES_MAX {
        let message = format!("counts of {} statements, more than a program can have", header.sites);
        return Err(Damage::of_file(DamageKind::Damaged, COUNTS, message));
    }
    let sites = usize::try_from(header.sites).unwrap_or(0);
    sum(&mut file, header.table_size, sites).map(Some).map_err(|error| Damage::unreadable(COUNTS, &error))
}

fn sum(file: &mut File, table_size: u64, sites: usize) -> io::Result<(Counts, Option<Damage>)> {
    let mut counts = Counts::new(sites);
    let mut table = vec![0; size_of::<TableHead>() + sites * size_of::<u64>()];
    for number in 0..TABLES_MAX {
        let Some(at) = number.checked_mul(table_size).and_then(|at| at.checked_add(HEADER_SIZE as u64)) else { break };
        let (head, counters) = table.split_at_mut(size_of::<TableHead>());
        match fill(file, at, head)? {
            0 => break,
            len if len == head.len() && decode_table_head(head).is_none() => continue,
            len => {
                let len = len + if len == head.len() { fill(file, at + len as u64, counters)? } else { 0 };
                counts.add(table.get(..len).unwrap_or_default());
                if len < table.len() {
                    let damage = Damage::of_file(DamageKind::Torn, COUNTS, "the last table is incomplete");
                    let (start, end) = (Some(at), Some(at + len as u64));
                    return Ok((counts, Some(Damage { start, end, ..damage })));
                }
            }
        }
    }
    Ok((counts, None))
}

fn fill(file: &mut File, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    let wanted = buffer.len() as u64;
    let mut rest = buffer;
    // `read_to_end` would need a buffer of its own; a slice that is written to gets shorter.
    let len = io::copy(&mut file.take(wanted), &mut rest)?;
    Ok(usize::try_from(len).unwrap_or(0))
}
