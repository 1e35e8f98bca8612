//! The records of a run, read straight from its files: what a test says of them holds of the bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use instr_format::escape::unescape;
use instr_format::files::{RUN_JSON, SITES, is_thread_log};
use instr_format::ring::HeaderCopy;
use instr_format::sites;
use instr_format::text::{SiteText, decode_header, decode_record};
use serde_json::Value;

use crate::marks::Place;
use crate::rings::{Ring, kept_records, rings};

/// One thread's log, all its segments together, of which no line is torn.
#[derive(Debug)]
pub struct Log {
    /// Process id.
    pub pid: u64,
    /// Thread id.
    pub tid: u64,
    /// Which thread with this id it is.
    pub reuse: u64,
    /// Name of the thread.
    pub name: String,
    /// The records' numbers, in the order of the file.
    pub seqs: Vec<u64>,
    /// How often each statement was recorded.
    pub counts: BTreeMap<Place, u64>,
}

impl Log {
    /// A segment, with its number.
    fn read(path: &Path) -> (u64, Self) {
        let bytes = fs::read(path).expect("a readable log");
        let bytes = bytes.strip_suffix(b"\n").unwrap_or_else(|| panic!("{path:?} ends within a line"));
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let header = decode_header(lines.next().unwrap_or_default()).expect("a log");
        let mut log = Log {
            pid: header.pid,
            tid: header.tid,
            reuse: header.reuse,
            name: text(header.name),
            seqs: Vec::new(),
            counts: BTreeMap::new(),
        };
        for line in lines {
            let record = decode_record(line).unwrap_or_else(|| panic!("{path:?}: {}", line.escape_ascii()));
            assert_eq!((record.moment.pid, record.moment.tid), (log.pid, log.tid), "{path:?}");
            log.seqs.push(record.moment.seq);
            *log.counts.entry(place(&record.site)).or_default() += 1;
        }
        (header.segment, log)
    }

    fn append(&mut self, segment: Log) {
        self.seqs.extend(segment.seqs);
        for (place, count) in segment.counts {
            *self.counts.entry(place).or_default() += count;
        }
    }

    /// Of a thread's ring and its segments.
    fn of_rings(rings: &[Ring], header: &HeaderCopy, places: &BTreeMap<u32, Place>) -> Self {
        let name = header.name.split(|byte| *byte == 0).next().unwrap_or_default();
        let mut log = Log {
            pid: header.pid,
            tid: header.tid,
            reuse: header.reuse.into(),
            name: text(name),
            seqs: Vec::new(),
            counts: BTreeMap::new(),
        };
        for record in kept_records(rings, header.tid, header.reuse) {
            log.seqs.push(record.seq);
            *log.counts.entry(places[&record.site].clone()).or_default() += 1;
        }
        log
    }

    /// How often this statement was recorded.
    pub fn count(&self, statement: &Place) -> u64 {
        self.counts.get(statement).copied().unwrap_or(0)
    }

    /// Checks that no record is missing or double.
    ///
    /// # Panics
    /// When one is.
    pub fn assert_whole(&self) {
        let mut seqs = self.seqs.clone();
        seqs.sort_unstable();
        let wrong = seqs.iter().zip(1..).find(|(seq, expected)| **seq != *expected);
        assert_eq!(wrong, None, "the records of {} are not numbered from 1 without gap", self.name);
    }
}

fn place(site: &SiteText<'_>) -> Place {
    Place { file: text(site.file), line: site.line, snippet: text(site.snippet) }
}

/// Every statement of a run, by id.
///
/// # Panics
/// When the table is damaged.
pub fn places(run: &Path) -> BTreeMap<u32, Place> {
    let table = fs::read(run.join(SITES)).expect("a site table");
    let mut places = BTreeMap::new();
    let whole = sites::decode_table(&table, |id, site, _| {
        places.insert(id, place(&site));
    });
    assert_eq!(whole, Ok(()));
    places
}

/// The id of a statement of a run.
///
/// # Panics
/// When it has none, or two.
pub fn id(run: &Path, statement: &Place) -> u32 {
    let ids: Vec<_> = places(run).into_iter().filter(|(_, place)| place == statement).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    ids[0].0
}

fn text(escaped: &[u8]) -> String {
    let bytes: Result<Vec<u8>, _> = unescape(escaped).collect();
    String::from_utf8(bytes.expect("escaped as it should be")).expect("UTF-8")
}

/// All logs and rings of a run, in order of their thread ids.
///
/// # Panics
/// When a line is torn.
pub fn logs(run: &Path) -> Vec<Log> {
    let (mut segments, mut logs) = (Vec::new(), Vec::<Log>::new());
    for entry in fs::read_dir(run).expect("a run directory") {
        let path = entry.expect("an entry").path();
        let is_log = path.file_name().and_then(|name| name.to_str()).is_some_and(is_thread_log);
        // A process can be killed before its first line.
        if is_log && path.metadata().expect("a file").len() > 0 {
            segments.push(Log::read(&path));
        }
    }
    segments.sort_by_key(|(segment, log)| (log.tid, log.reuse, *segment));
    for (_, segment) in segments {
        match logs.last_mut().filter(|log| (log.tid, log.reuse) == (segment.tid, segment.reuse)) {
            Some(log) => log.append(segment),
            None => logs.push(segment),
        }
    }
    let rings = rings(run);
    for ring in rings.iter().filter(|ring| ring.header.segment == 0) {
        logs.push(Log::of_rings(&rings, &ring.header, &places(run)));
    }
    logs.sort_by_key(|log| (log.tid, log.reuse));
    logs
}

/// The log of the only thread of this name.
///
/// # Panics
/// When there is none, or another.
pub fn log(run: &Path, name: &str) -> Log {
    let mut named: Vec<_> = logs(run).into_iter().filter(|log| log.name == name).collect();
    assert_eq!(named.len(), 1, "{named:?}");
    named.remove(0)
}

/// A recorded statement, and the function it is in: `module::function`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// The module of its function.
    pub module: String,
    /// The function, without the closure that it may be in.
    pub function: String,
}

/// What the log of each thread holds, by the thread's name, oldest first.
///
/// # Panics
/// When a line is torn.
pub fn steps(run: &Path) -> BTreeMap<String, Vec<Step>> {
    let mut steps = BTreeMap::new();
    for entry in fs::read_dir(run).expect("a run directory") {
        let path = entry.expect("an entry").path();
        if !path.file_name().and_then(|name| name.to_str()).is_some_and(is_thread_log) {
            continue;
        }
        let bytes = fs::read(&path).expect("a readable log");
        let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let header = decode_header(lines.next().unwrap_or_default()).expect("a log");
        let step = |line: &[u8]| {
            let site = decode_record(line).unwrap_or_else(|| panic!("{path:?}: {}", line.escape_ascii())).site;
            let name = text(site.name);
            let function = name.split("::{{closure}}").next().unwrap_or_default().to_owned();
            let (module, function) = function.rsplit_once("::").unwrap_or(("", &function));
            Step { place: place(&site), module: module.to_owned(), function: function.to_owned() }
        };
        steps.insert(text(header.name), lines.map(step).collect());
    }
    steps
}

/// What `run.json` says.
///
/// # Panics
/// When it is no JSON.
pub fn run_json(run: &Path) -> Value {
    serde_json::from_slice(&fs::read(run.join(RUN_JSON)).expect("a file")).expect("JSON")
}
