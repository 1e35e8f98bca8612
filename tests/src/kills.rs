//! SIGKILL at random instants: no record that was acknowledged is missing, and none is there that was not made.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::Child;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use instr_format::text::{decode_header, decode_record};

use crate::build::{Build, program};
use crate::marks::Place;
use crate::program::{Scene, finish, start};
use crate::records::id;
use crate::rings::{kept_records, rings, slot, tables};

const SOURCE: &str = "tests/programs/src/bin/acknowledging.rs";
/// A program that has not gone on by then is stuck.
const DEADLINE: Duration = Duration::from_secs(60);

/// A way to record, and for how many statements it is let run.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// For people.
    pub name: &'static str,
    /// The environment.
    pub variables: &'static [(&'static str, &'static str)],
    /// At most so many statements are acknowledged by four threads before the kill is sent.
    pub most: u64,
}

/// Every way. Rings are small, so that many blocks are begun and many halves are written.
pub const WAYS: &[Way] = &[
    Way { name: "write", variables: &[("INSTR_SINK", "write")], most: 300 },
    Way { name: "ring", variables: &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")], most: 200_000 },
    Way {
        name: "ring, clock full",
        variables: &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_CLOCK", "full")],
        most: 50_000,
    },
    Way {
        name: "ring, history",
        variables: &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")],
        most: 200_000,
    },
    Way {
        name: "ring, history, clock full",
        variables: &[
            ("INSTR_SINK", "ring"),
            ("INSTR_RING_BYTES", "64K"),
            ("INSTR_RING_HISTORY", "1"),
            ("INSTR_CLOCK", "full"),
        ],
        most: 50_000,
    },
    Way { name: "count", variables: &[("INSTR_SINK", "count")], most: 100_000 },
    Way { name: "stack", variables: &[("INSTR_SINK", "stack")], most: 300_000 },
];

/// What the kills have shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Processes killed.
    pub kills: u64,
    /// Threads that had acknowledged something.
    pub threads: u64,
    /// Statements that these had acknowledged.
    pub acknowledged: u64,
    /// Threads that had recorded one more.
    pub one_more: u64,
    /// Threads whose newest record was cut, and said so.
    pub torn: u64,
}

/// Kills so many processes.
///
/// # Panics
/// When a record is missing or wrong.
pub fn kill(way: &Way, build: Build, kills: u64) -> Tally {
    let program = program("acknowledging", build);
    let mut tally = Tally::default();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..kills {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let scene = Scene::new();
        let page = scene.path().join("acknowledged");
        fs::write(&page, [0; 4096]).expect("a file");
        let mut child = start(scene.command(&program).arg(&page).envs(way.variables.iter().copied()));
        wait_for(&page, (chance >> 33) % way.most, &mut child);
        child.kill().expect("it is there");
        finish(child);
        tally.kills += 1;
        check(way, &scene.runs()[0], counts(&page), &mut tally);
    }
    tally
}

fn check(way: &Way, run: &Path, acknowledged: [u64; 4], tally: &mut Tally) {
    let marked = id(run, &Place::marked(SOURCE, "acknowledged"));
    for (number, acknowledged) in (1..).zip(acknowledged).filter(|(_, acknowledged)| *acknowledged != 0) {
        let slot = slot(run, &format!("acknowledging-{number}"));
        assert_eq!((slot.site, slot.dropped, slot.ended), (Some(marked), 0, false));
        let (recorded, torn) = match way.variables[0].1 {
            "write" => lines(run, slot.tid),
            "ring" => (ring(way, run, slot.tid, marked), false),
            // Nothing but where the thread is.
            "stack" => (acknowledged, false),
            _ => (count(run, slot.tid, marked), false),
        };
        assert!(
            (acknowledged..=acknowledged + 1).contains(&recorded),
            "{}: {acknowledged} acknowledged, {recorded} recorded in {run:?}",
            way.name
        );
        tally.threads += 1;
        tally.acknowledged += acknowledged;
        tally.one_more += recorded - acknowledged;
        tally.torn += u64::from(torn);
    }
}

/// How many whole lines a log has, and whether there is one more that was cut.
fn lines(run: &Path, tid: u64) -> (u64, bool) {
    let bytes = fs::read(run.join(format!("{tid}.log"))).expect("a log");
    let end = bytes.iter().rposition(|byte| *byte == b'\n').expect("a line");
    let mut lines = bytes[..end].split(|byte| *byte == b'\n');
    decode_header(lines.next().unwrap_or_default()).expect("a header");
    let mut count = 0;
    for line in lines {
        count += 1;
        assert_eq!(decode_record(line).map(|record| record.moment.seq), Some(count));
    }
    (count, end + 1 < bytes.len())
}

/// The number of the newest record. Each that is kept is of the only statement, and none between is missing.
fn ring(way: &Way, run: &Path, tid: u64, marked: u32) -> u64 {
    let rings = rings(run);
    let records = kept_records(&rings, tid, 1);
    let (oldest, newest) = (records.first().expect("records").seq, records.last().expect("records").seq);
    assert_eq!(newest - oldest + 1, records.len() as u64, "{}: a record is missing in {run:?}", way.name);
    assert!(records.iter().all(|record| record.site == marked), "{}: a wrong statement in {run:?}", way.name);
    let own = rings.iter().find(|ring| ring.header.tid == tid && ring.header.segment == 0).expect("a ring");
    let expected = if way.name.contains("history") { 1 } else { own.surely_kept() };
    assert!(oldest <= expected, "{}: {oldest} is the oldest, not {expected}, in {run:?}", way.name);
    newest
}

fn count(run: &Path, tid: u64, marked: u32) -> u64 {
    let tables: Vec<_> = tables(run).into_iter().filter(|table| table.tid == tid).collect();
    assert_eq!((tables.len(), tables[0].before), (1, 0));
    let (site, count) = (0..).zip(&tables[0].counters).find(|(_, count)| **count != 0).expect("a count");
    assert_eq!((site, tables[0].counters.iter().sum::<u64>()), (marked, *count), "only one statement is reached");
    *count
}

/// Waits until the threads together have acknowledged more than `enough` statements.
///
/// # Panics
/// When that takes too long, or the program has ended.
pub fn wait_for(page: &Path, enough: u64, child: &mut Child) {
    let start = Instant::now();
    while counts(page).iter().sum::<u64>() <= enough {
        let ended = child.try_wait().expect("it can be waited for");
        assert!(ended.is_none() && start.elapsed() < DEADLINE, "the program does not go on: {ended:?}");
        yield_now();
    }
}

/// How many statements each thread has acknowledged.
///
/// # Panics
/// When the shared file cannot be read.
pub fn counts(page: &Path) -> [u64; 4] {
    let mut bytes = [[0; 8]; 4];
    File::open(page).and_then(|mut file| file.read_exact(bytes.as_flattened_mut())).expect("the shared file");
    bytes.map(u64::from_ne_bytes)
}
