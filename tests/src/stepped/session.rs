//! One process that is stepped through, and what it has recorded so far.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use instr_format::last::SlotCopy;
use instr_format::ring::Clock;
use instr_format::ring::flat::CHUNK;

use super::cases::{Before, CALL, Case, RING_SIZE};
use crate::build::{Build, program};
use crate::program::Scene;
use crate::rings::{Ring, slots, tables};
use crate::stepper::{Stop, Traced};

pub(super) const ASKS: Stop = Stop::Mark(1);
const ACTS: Stop = Stop::Mark(2);

/// How many of each statement have been recorded.
pub(super) type Counts = BTreeMap<u32, u64>;

/// What was seen at a stop.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) newest: u64,
    pub(super) counters: Counts,
    pub(super) slot: Option<SlotCopy>,
}

/// One process.
pub(super) struct Session {
    pub(super) case: &'static Case,
    pub(super) traced: Traced,
    page: File,
    pub(super) run: PathBuf,
    _scene: Scene,
    pub(super) steps: u64,
}

impl Session {
    /// Starts the program, up to where it asks the first time.
    pub(super) fn new(case: &'static Case, build: Build) -> Self {
        let scene = Scene::new();
        let page = scene.path().join("page");
        fs::write(&page, [0; 4096]).expect("a file");
        let mut command = scene.command(&program("stepped", build));
        let mut traced = Traced::start(command.arg(&page).arg(case.act).envs(case.variables.iter().copied()));
        assert_eq!(traced.run(0), ASKS);
        let page = OpenOptions::new().read(true).write(true).open(&page).expect("the file");
        let mut session = Session { case, traced, page, run: scene.runs()[0].clone(), _scene: scene, steps: 0 };
        session.set(1, case.each);
        if case.before != Before::Nothing {
            session.set(0, 1);
            assert_eq!((session.traced.run(0), session.traced.run(0)), (ACTS, ASKS));
        }
        session
    }

    fn set(&mut self, word: u64, value: u64) {
        self.page.write_all_at(&value.to_ne_bytes(), word * 8).expect("the shared page");
    }

    pub(super) fn ring(&self) -> Option<Ring> {
        let tid = slots(&self.run).first()?.tid;
        let path = self.run.join(format!("{tid}.ring"));
        path.exists().then(|| Ring::read(&path)).flatten()
    }

    /// From where it asks to where it acts.
    pub(super) fn approach(&mut self) -> Seen {
        let (position, clock) = self.ring().map_or((0, Clock::Off), |ring| (ring.position(), ring.header.clock));
        let call = if clock == Clock::Full { clock.record_size() as u64 } else { CALL };
        let chunk = CHUNK as u64;
        // How many calls there are up to the next such place; at least one, behind which nothing of the round before is left.
        let until = |place: u64, of: u64| match (place + of - position % of) % of / call {
            0 => of / call,
            calls => calls,
        };
        let fill = match self.case.before {
            Before::Nothing => 0,
            Before::Within if until(0, chunk) < 10 => until(0, chunk) + 5,
            Before::Within => 1,
            Before::ChunkEnd => until(0, chunk),
            Before::QuarterEnd => until(0, RING_SIZE / 4),
            Before::BeforeQuarterEnd => until(RING_SIZE / 4 - chunk, RING_SIZE / 4),
            Before::RingEnd => until(0, RING_SIZE),
        };
        self.set(0, fill);
        assert_eq!(self.traced.run(0), ACTS, "{}", self.traced.stderr());
        self.seen(0)
    }

    pub(super) fn seen(&self, after: u64) -> Seen {
        let mut counters = Counts::new();
        let mut newest = after;
        let ring = || self.ring().map_or_else(Vec::new, |ring| ring.records(after));
        match self.case.variable("INSTR_SINK") {
            Some("ring") if after == 0 => newest = ring().last().map_or(0, |record| record.seq),
            Some("ring") => {
                for record in ring() {
                    let is_next = record.seq == newest + 1 || self.case.overruns() && record.seq > newest;
                    assert!(is_next, "a number is missing or double: {record:?} behind {newest}");
                    newest = record.seq;
                    *counters.entry(record.site).or_default() += 1;
                }
            }
            Some("count") => {
                for table in tables(&self.run) {
                    assert_eq!(table.before, 0, "the first thread's own");
                    counters.extend((0..).zip(table.counters).filter(|(_, count)| *count != 0));
                }
            }
            _ => {
                let log = crate::records::logs(&self.run).pop();
                let places = crate::records::places(&self.run);
                let ids = places.iter().map(|(id, place)| (place, *id)).collect::<BTreeMap<_, _>>();
                if let Some(log) = log {
                    log.assert_whole();
                    counters.extend(log.counts.iter().map(|(place, count)| (ids[place], *count)));
                }
            }
        }
        Seen { newest, counters, slot: slots(&self.run).first().copied() }
    }

    /// What has been recorded since, and left out by a filter.
    pub(super) fn since(&self, before: &Seen) -> (Counts, u64) {
        // Of a ring that has no record yet, all.
        let now = match self.case.variable("INSTR_SINK") {
            Some("ring") if before.newest == 0 => self.ring().map_or_else(Counts::new, |ring| {
                let mut counts = Counts::new();
                for (record, expected) in ring.records(0).iter().zip(1..) {
                    assert_eq!(record.seq, expected, "a number is missing or double");
                    *counts.entry(record.site).or_default() += 1;
                }
                counts
            }),
            _ => self.seen(before.newest).counters,
        };
        let mut since = Counts::new();
        for (site, count) in now {
            let is_ring = self.case.variable("INSTR_SINK") == Some("ring");
            let earlier = if is_ring { 0 } else { before.counters.get(&site).copied().unwrap_or(0) };
            if count != earlier {
                since.insert(site, count - earlier);
            }
        }
        let filtered = |slot: Option<SlotCopy>| slot.map_or(0, |slot| slot.filtered);
        (since, filtered(slots(&self.run).first().copied()) - filtered(before.slot))
    }

    /// Steps so many instructions; `None` when the act has ended before.
    pub(super) fn step(&mut self, count: usize, mut signal: i32) -> Option<u64> {
        let mut at = 0;
        for _ in 0..count {
            self.steps += 1;
            match self.traced.step(std::mem::take(&mut signal)) {
                Stop::Step(next) => at = next,
                Stop::Mark(_) => return None,
                Stop::Ended(status) => panic!("{status:?}: {}", self.traced.stderr()),
            }
        }
        Some(at)
    }

    /// Whether the last-reached statement is in an instrumented function that has not ended.
    pub(super) fn is_within(&self) -> bool {
        slots(&self.run).first().is_some_and(|slot| slot.site.is_some() && !slot.left)
    }

    pub(super) fn expect(&mut self, stop: Stop) {
        let found = self.traced.run(0);
        if let Stop::Ended(status) = found {
            panic!("{status:?}: {}", self.traced.stderr());
        }
        assert_eq!(found, stop);
    }
}
