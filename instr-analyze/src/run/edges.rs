//! Reads the `edges` file, and finds where the newest edge of each thread is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use instr_format::files::EDGES;
use instr_format::last::SlotCopy;

use super::open;
use super::source::is_ours_alone;
use super::symbols::{Frame, Mapped};
use crate::model::damage::Damage;
use crate::model::edges::{Edges, Range};
use crate::model::process::Process;

const EDGES_MAX: u64 = 256 << 20;

/// The newest edges of threads, by their ids and their numbers among those with the same.
pub type LastEdges = BTreeMap<(u64, u64), Frame>;

/// Reads the edges of the run in `dir`; none when it has none.
pub(crate) fn read(dir: &Path) -> Result<Option<(Edges, Option<Damage>)>, Damage> {
    match open::read(&dir.join(EDGES), EDGES_MAX) {
        Ok(file) if file.iter().all(|byte| *byte == 0) => Ok(None),
        Ok(file) => Edges::read(&file).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Damage::unreadable(EDGES, &error)),
    }
}

/// Where the newest edge of each thread is. Files of the program are read only if nobody else can have written the run.
pub(super) fn last(edges: &Edges, slots: &[SlotCopy], (dir, process): (&Path, &Process)) -> LastEdges {
    let trusted = is_ours_alone(dir);
    let range = |address: u64| edges.range_at(address).filter(|_| trusted);
    // Each file is read once, for all that is asked of it. An address is that behind the call.
    let mut asked: BTreeMap<u64, (&Range, BTreeSet<u64>)> = BTreeMap::new();
    for address in slots.iter().filter_map(|slot| slot.edge) {
        if let Some(range) = range(address) {
            asked.entry(range.base).or_insert((range, BTreeSet::new())).1.insert(address.saturating_sub(1));
        }
    }
    let files: BTreeMap<u64, _> = asked
        .into_iter()
        .map(|(base, (range, addresses))| {
            let file = mapped(range, process);
            let functions = file.functions(&addresses);
            (base, (file, functions))
        })
        .collect();
    let frame = |address: u64| {
        let file = range(address).and_then(|range| files.get(&range.base));
        let functions = file.and_then(|(_, functions)| functions.get(&address.saturating_sub(1)));
        Frame::of(address, file.map(|(file, _)| file), functions)
    };
    let ids = |slot: &SlotCopy| (slot.tid, u64::from(slot.reuse));
    slots.iter().filter_map(|slot| Some((ids(slot), frame(slot.edge?)))).collect()
}

fn mapped(range: &Range, process: &Process) -> Mapped {
    let program = || process.exe.as_ref().map(|exe| exe.to_string_lossy().into_owned());
    let path = range.path.clone().or_else(program).unwrap_or_default();
    Mapped::new(path, range.base, Some(range.build_id.clone()).filter(|id| !id.is_empty()))
}
