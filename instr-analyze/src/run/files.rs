//! The files of one run: what the small ones say, and whose the thread logs are.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use instr_format::files::{CRASH_JSON, LAST, PANIC_JSON, RUN_JSON, SITES, is_compressed_log};

use super::events::Seen;
use super::segment::{Segment, holds_records};
use super::threads::{self, ThreadFiles};
use super::{counts, edges, events, open, stacks};
use crate::model::counts::Counts;
use crate::model::crash::Crash;
use crate::model::damage::{Damage, DamageKind};
use crate::model::edges::Edges;
use crate::model::head::Kind;
use crate::model::last::Last;
use crate::model::panics::{self, Panic};
use crate::model::process::Process;
use crate::model::sites::Sites;
use crate::model::thread::Sink;

const CRASH_MAX: u64 = 16 << 20;
const PANICS_MAX: u64 = 8 << 20;
const RUN_JSON_MAX: u64 = 4 << 20;
const SITES_MAX: u64 = 64 << 20;
const LAST_MAX: u64 = 32 << 20;

/// A run that has been opened.
#[derive(Debug)]
pub struct RunFiles {
    /// Its directory.
    pub dir: PathBuf,
    /// What `run.json` says.
    pub process: Process,
    /// Process id, as any of the files has it.
    pub pid: Option<u64>,
    /// What `last` says.
    pub last: Option<Last>,
    /// What `crash.json` says, if there is one.
    pub crash: Option<Crash>,
    /// What `panic.json` says, oldest first.
    pub panics: Vec<Panic>,
    /// What `sites` says.
    pub sites: Sites,
    /// How often each statement was reached, if that was counted.
    pub counts: Option<Counts>,
    /// Which edges of its code were reached, if its compiler tells of them.
    pub edges: Option<Edges>,
    /// What was seen of the process from outside.
    pub seen: Seen,
    /// What took the records.
    pub sink: Sink,
    /// The threads that have a slot, a table or records, by id.
    pub threads: Vec<ThreadFiles>,
    /// What is wrong with the files.
    pub damage: Vec<Damage>,
    /// Whether any of them could be read.
    pub readable: bool,
}

impl RunFiles {
    /// Opens the run in `dir`. Files that are missing or unreadable become damage.
    ///
    /// # Errors
    /// When the directory cannot be listed.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let mut damage = Vec::new();
        let process = read_process(dir).map_err(|found| damage.push(found)).ok();
        let mut last = read_last(dir).map_err(|found| damage.push(found)).ok();
        let crash = read_crash(dir).map_err(|found| damage.push(found)).ok().flatten();
        let (panics, found) = read_panics(dir);
        damage.extend(found);
        let (sites, found) = read_sites(dir);
        let whole_sites = found.is_none();
        damage.extend(found);
        let counts = counts::read(dir).map_err(|found| damage.push(found)).ok().flatten();
        let counts = counts.map(|(counts, found)| {
            damage.extend(found);
            counts
        });
        let edges = edges::read(dir).map_err(|found| damage.push(found)).ok().flatten();
        let edges = edges.map(|(edges, found)| {
            damage.extend(found);
            edges
        });
        let mut stacks = stacks::read(dir, &sites, &mut damage)?;
        threads::correct(last.iter_mut().flat_map(|last| &mut last.slots), &mut stacks);
        let segments = read_segments(dir, &mut damage)?;
        let counts_only = counts.is_some() && !process.as_ref().is_some_and(Process::counts_for_coverage);
        let sink = sink(&segments, counts_only);
        let readable = process.is_some()
            || last.is_some()
            || whole_sites
            || !segments.is_empty()
            || !stacks.is_empty()
            || counts.is_some()
            || edges.is_some();
        let process = process.unwrap_or_default();
        let pid = process.pid.or_else(|| segments.first().map(|segment| segment.head.pid));
        let pid = pid.or_else(|| stacks.values().next().map(|stack| stack.pid));
        let slots = last.as_ref().map(|last| last.slots.as_slice()).unwrap_or_default();
        let (seen, found) = events::read(dir, pid);
        damage.extend(found);
        let threads = threads::threads(pid, slots, counts.as_ref(), stacks, segments);
        Ok(RunFiles {
            dir: dir.to_owned(),
            process,
            pid,
            last,
            crash,
            panics,
            sites,
            counts,
            edges,
            seen,
            sink,
            threads,
            damage,
            readable,
        })
    }
}

impl RunFiles {
    /// Whether statements were counted and not recorded.
    pub fn has_only_counts(&self) -> bool {
        self.sink == Sink::Counts
    }
}

/// Reads `run.json`.
pub(crate) fn read_process(dir: &Path) -> Result<Process, Damage> {
    Process::read(RUN_JSON, &read(dir, RUN_JSON, RUN_JSON_MAX)?)
}

fn read_crash(dir: &Path) -> Result<Option<Crash>, Damage> {
    match read(dir, CRASH_JSON, CRASH_MAX) {
        Ok(json) => Crash::read(CRASH_JSON, &json).map(Some),
        Err(damage) if damage.kind == DamageKind::Missing => Ok(None),
        Err(damage) => Err(damage),
    }
}

fn read_panics(dir: &Path) -> (Vec<Panic>, Vec<Damage>) {
    match read(dir, PANIC_JSON, PANICS_MAX) {
        Ok(file) => panics::read(PANIC_JSON, &file),
        Err(damage) if damage.kind == DamageKind::Missing => Default::default(),
        Err(damage) => (Vec::new(), vec![damage]),
    }
}

/// Reads `last`.
pub(crate) fn read_last(dir: &Path) -> Result<Last, Damage> {
    Last::read(LAST, &read(dir, LAST, LAST_MAX)?)
}

fn read_sites(dir: &Path) -> (Sites, Option<Damage>) {
    match read(dir, SITES, SITES_MAX) {
        Ok(table) => Sites::read(SITES, table),
        Err(found) => (Sites::default(), Some(found)),
    }
}

fn read(dir: &Path, name: &str, max: u64) -> Result<Vec<u8>, Damage> {
    open::read(&dir.join(name), max).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Damage::of_file(DamageKind::Missing, name, "missing"),
        _ => Damage::unreadable(name, &error),
    })
}

fn read_segments(dir: &Path, damage: &mut Vec<Damage>) -> io::Result<Vec<Segment>> {
    let (mut segments, mut seen) = (Vec::new(), HashSet::new());
    // A log that is renamed before it was looked at is found under its new name.
    for _ in 0..2 {
        for entry in fs::read_dir(dir)? {
            let Ok(name) = entry?.file_name().into_string() else { continue };
            if !holds_records(&name) || !seen.insert(name.clone()) {
                continue;
            }
            match Segment::identify(dir, &name) {
                Ok(segment) => segments.extend(segment),
                Err(found) => damage.push(found),
            }
        }
    }
    segments.sort_by(|a, b| order(a).cmp(&order(b)));
    // A kill can leave a log beside what it has been compressed to, and between two looks it can be either.
    let is_known = |other: &Segment, one: &Segment| is_compressed_log(&other.name) || other.inode == one.inode;
    segments.dedup_by(|other, one| other.head.is_same_log(&one.head) && is_known(other, one));
    Ok(segments)
}

fn order(segment: &Segment) -> (u64, u64, u64, &str) {
    let head = &segment.head;
    (head.tid, head.reuse, head.segment, &segment.name)
}

/// What there is tells it: of a run whose rings have all been removed, no thread is left either.
fn sink(segments: &[Segment], counts_only: bool) -> Sink {
    match segments.first() {
        _ if segments.iter().any(|segment| matches!(segment.head.kind, Kind::Ring(_))) => Sink::Ring,
        None if counts_only => Sink::Counts,
        _ => Sink::Log,
    }
}
