//! Reads the files of the threads' open statements.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use instr_format::files::is_stack;
use instr_format::stack::SLOTS_AT;

use super::open::open;
use crate::model::chain::functions::Functions;
use crate::model::chain::stack::{Stack, head};
use crate::model::damage::Damage;
use crate::model::sites::Sites;

/// So much is read of a file: the calls of a thread with a stack of gigabytes.
const BYTES_MAX: u64 = 64 << 20;
/// So much is read of each before its head is looked at: all of most chains.
const FIRST: u64 = 8 << 10;

/// The stacks of a run, by thread id and which thread of those with this id it is.
pub(crate) type Stacks = BTreeMap<(u64, u64), Stack>;

/// Reads those of the run in `dir`.
pub(crate) fn read(dir: &Path, sites: &Sites, damage: &mut Vec<Damage>) -> io::Result<Stacks> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if is_stack(&name) {
            names.push(name);
        }
    }
    names.sort();
    let (mut stacks, mut functions) = (Stacks::new(), Functions::new(sites));
    for name in names {
        match read_one(dir, &name, &mut functions) {
            Ok(Some(stack)) => drop(stacks.entry((stack.tid, stack.reuse.into())).or_insert(stack)),
            Ok(None) => {}
            Err(found) => damage.push(found),
        }
    }
    Ok(stacks)
}

fn read_one(dir: &Path, name: &str, functions: &mut Functions<'_>) -> Result<Option<Stack>, Damage> {
    let unreadable = |error: io::Error| Damage::unreadable(name, &error);
    let mut file = match open(&dir.join(name)) {
        Ok(file) => file,
        // Its thread has ended since the directory was listed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    append(&mut file, FIRST, &mut bytes).map_err(unreadable)?;
    if bytes.get(..SLOTS_AT).unwrap_or(&bytes).iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let Some(head) = head(name, &bytes)? else { return Ok(None) };
    // The file is as large as the deepest recursion that fits, and what lies beyond the innermost call means nothing.
    let used = head.used().min(BYTES_MAX);
    append(&mut file, used.saturating_sub(bytes.len() as u64), &mut bytes).map_err(unreadable)?;
    bytes.truncate(usize::try_from(used).unwrap_or(usize::MAX));
    Ok(Some(Stack::read(&head, &bytes, functions)))
}

fn append(file: &mut File, len: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    file.take(len).read_to_end(bytes).map(drop)
}
