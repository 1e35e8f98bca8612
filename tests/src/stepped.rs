//! Steps through the probes of a program (`tests/programs/src/bin/stepped`), gives it a signal or its death behind every
//! instruction, and compares what is recorded with what was done.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use instr_format::last::SlotCopy;

use crate::build::{Build, program};
use crate::marks::Place;
use crate::program::Scene;
use crate::records::id;
use crate::rings::{Ring, kept_records, rings, slots, tables};
use crate::stepper::{Stop, Traced};

const ASKS: Stop = Stop::Mark(1);
const ACTS: Stop = Stop::Mark(2);
const HANDLED: Stop = Stop::Mark(3);
/// Blocks of the smallest ring.
const BLOCKS: u64 = 64;

/// What is stepped through, and when.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// For people.
    pub name: &'static str,
    /// The program's act.
    pub act: &'static str,
    /// The environment.
    pub variables: &'static [(&'static str, &'static str)],
    /// Where the ring stands before it.
    pub before: Before,
    /// How many statements a handler reaches.
    pub each: u64,
}

/// Where the ring stands before an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// There is none: the thread has reached nothing yet.
    Nothing,
    /// Within a block.
    Within,
    /// At the end of a block.
    BlockEnd,
    /// At the end of half the ring, which a history is kept of.
    HalfEnd,
    /// A block before that.
    BeforeHalfEnd,
    /// At the end of the ring.
    RingEnd,
}

const RING: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")];
const FULL: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_CLOCK", "full")];
const HISTORY: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")];
const FILTERED: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_EXCLUDE", "act.rs")];
const COUNT: &[(&str, &str)] = &[("INSTR_SINK", "count")];
const WRITE: &[(&str, &str)] = &[("INSTR_SINK", "write")];

/// Every case.
pub const CASES: &[Case] = &[
    Case { name: "ring, first record", act: "one", variables: RING, before: Before::Nothing, each: 1 },
    Case { name: "ring, within a block", act: "one", variables: RING, before: Before::Within, each: 1 },
    Case {
        name: "ring, many statements in the handler",
        act: "one",
        variables: RING,
        before: Before::Within,
        each: 300,
    },
    Case { name: "ring, parts of statements", act: "parts", variables: RING, before: Before::Within, each: 1 },
    Case { name: "ring, first record of a block", act: "one", variables: RING, before: Before::BlockEnd, each: 1 },
    Case { name: "ring, block, many in the handler", act: "one", variables: RING, before: Before::BlockEnd, each: 300 },
    Case { name: "ring, wrap", act: "one", variables: RING, before: Before::RingEnd, each: 1 },
    Case { name: "ring, filtered", act: "one", variables: FILTERED, before: Before::Within, each: 1 },
    Case { name: "ring, clock full", act: "one", variables: FULL, before: Before::Within, each: 1 },
    Case { name: "ring, clock full, block", act: "one", variables: FULL, before: Before::BlockEnd, each: 70 },
    Case { name: "ring, history, half", act: "one", variables: HISTORY, before: Before::HalfEnd, each: 1 },
    Case {
        name: "ring, history, many in the handler",
        act: "one",
        variables: HISTORY,
        before: Before::HalfEnd,
        each: 300,
    },
    Case {
        name: "ring, history, block before half",
        act: "one",
        variables: HISTORY,
        before: Before::BeforeHalfEnd,
        each: 300,
    },
    Case {
        name: "ring, more than the ring in the handler",
        act: "one",
        variables: RING,
        before: Before::Within,
        each: 20_000,
    },
    Case {
        name: "ring, block, more than the ring",
        act: "one",
        variables: RING,
        before: Before::BlockEnd,
        each: 20_000,
    },
    Case { name: "count, first record", act: "one", variables: COUNT, before: Before::Nothing, each: 1 },
    Case { name: "count", act: "parts", variables: COUNT, before: Before::Within, each: 1 },
    Case { name: "write, first record", act: "one", variables: WRITE, before: Before::Nothing, each: 1 },
    Case { name: "write", act: "one", variables: WRITE, before: Before::Within, each: 1 },
];

impl Case {
    /// The one with this name.
    ///
    /// # Panics
    /// When there is none.
    pub fn named(name: &str) -> &'static Case {
        CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"))
    }

    /// Whether a handler reaches more than the ring has room for.
    pub fn overruns(&self) -> bool {
        self.each > BLOCKS * 252
    }

    fn variable(&self, name: &str) -> Option<&'static str> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// What has been done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many instructions there are to be disturbed.
    pub instructions: u64,
    /// Behind how many of them something was done.
    pub disturbed: u64,
    /// Signals given, or kills.
    pub signals: u64,
    /// Instructions executed one at a time.
    pub steps: u64,
}

/// How many of each statement have been recorded.
type Counts = BTreeMap<u32, u64>;

/// What was seen at a stop.
#[derive(Debug)]
struct Seen {
    newest: u64,
    counters: Counts,
    slot: Option<SlotCopy>,
}

/// One process.
struct Session {
    case: &'static Case,
    traced: Traced,
    page: File,
    run: PathBuf,
    _scene: Scene,
    steps: u64,
}

impl Session {
    /// Starts the program, up to where it asks the first time.
    fn new(case: &'static Case, build: Build) -> Self {
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

    fn ring(&self) -> Option<Ring> {
        let tid = slots(&self.run).first()?.tid;
        let path = self.run.join(format!("{tid}.ring"));
        path.exists().then(|| Ring::read(&path)).flatten()
    }

    /// From where it asks to where it acts.
    fn approach(&mut self) -> Seen {
        let (block, free) = self.ring().map_or((0, 0), |ring| ring.position());
        let capacity = self.ring().map_or(0, |ring| ring.header.clock.capacity());
        let until = |blocks: u64| free + (blocks - 1 - block % blocks) * capacity;
        let fill = match self.case.before {
            Before::Nothing => 0,
            Before::Within if free < 10 => free + 5,
            Before::Within => 1,
            Before::BlockEnd => until(1),
            Before::HalfEnd => until(BLOCKS / 2),
            Before::BeforeHalfEnd if until(BLOCKS / 2) <= capacity => until(BLOCKS / 2) + (BLOCKS / 2 - 1) * capacity,
            Before::BeforeHalfEnd => until(BLOCKS / 2) - capacity,
            Before::RingEnd => until(BLOCKS),
        };
        // At least one, behind which nothing of the round before is left to be done.
        let fill = match (fill, self.case.before) {
            (0, Before::BlockEnd) => capacity,
            (0, Before::HalfEnd | Before::BeforeHalfEnd) => BLOCKS / 2 * capacity,
            (0, Before::RingEnd) => BLOCKS * capacity,
            _ => fill,
        };
        self.set(0, fill);
        assert_eq!(self.traced.run(0), ACTS, "{}", self.traced.stderr());
        self.seen(0)
    }

    fn seen(&self, after: u64) -> Seen {
        let mut counters = Counts::new();
        let mut newest = after;
        let ring = || self.ring().map_or_else(Vec::new, |ring| ring.records(after));
        match self.case.variable("INSTR_SINK") {
            Some("ring") if after == 0 => newest = ring().last().map_or(0, |record| record.seq),
            Some("ring") => {
                let mut records = ring();
                if self.case.overruns() {
                    // Nobody can ask for more than the newest ones, and one block may be much older.
                    records.drain(..records.len().saturating_sub(10_000));
                    newest = records[0].seq - 1;
                }
                for record in records {
                    assert_eq!(record.seq, newest + 1, "a number is missing or double");
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
    fn since(&self, before: &Seen) -> (Counts, u64) {
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
    fn step(&mut self, count: usize, mut signal: i32) -> Option<u64> {
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
    fn is_within(&self) -> bool {
        slots(&self.run).first().is_some_and(|slot| slot.site.is_some() && !slot.left)
    }

    fn expect(&mut self, stop: Stop) {
        let found = self.traced.run(0);
        if let Stop::Ended(status) = found {
            panic!("{status:?}: {}", self.traced.stderr());
        }
        assert_eq!(found, stop);
    }
}

/// The addresses behind the instructions of an act, and what it records undisturbed.
struct Trace {
    at: Vec<u64>,
    /// Behind how many instructions the statement has become the last-reached one.
    reached: usize,
    recorded: Counts,
    filtered: u64,
    last: SlotCopy,
}

fn trace(case: &'static Case, build: Build) -> Trace {
    let mut session = Session::new(case, build);
    let before = session.approach();
    let (mut at, mut reached) = (Vec::new(), 0);
    while let Some(next) = session.step(1, 0) {
        at.push(next);
        if reached == 0 && session.is_within() {
            reached = at.len();
        }
    }
    let (recorded, filtered) = session.since(&before);
    Trace { at, reached, recorded, filtered, last: slots(&session.run)[0] }
}

/// Behind how many instructions of a handler its statement has become the last-reached one.
fn handler_reaches(case: &'static Case, build: Build) -> usize {
    let mut session = Session::new(case, build);
    session.approach();
    let mut signal = libc::SIGUSR1;
    (1..).find(|_| session.step(1, std::mem::take(&mut signal)).is_none() || session.is_within()).unwrap_or_default()
}

impl Trace {
    /// How many instructions to step before something happens: at most about so many different ones. Where there are
    /// more, loops are gone through once, and of the rest every so manieth is taken.
    fn places(&self, most: usize) -> Vec<usize> {
        let mut places: Vec<_> = (0..=self.at.len()).collect();
        if places.len() > most {
            let mut seen = BTreeMap::<u64, [usize; 2]>::new();
            for (at, place) in self.at.iter().zip(1..) {
                seen.entry(*at).or_insert([place, place])[1] = place;
            }
            let different: BTreeSet<_> = seen.into_values().flatten().collect();
            places = different.into_iter().collect();
        }
        // As many steps as through fewer places of a longer way.
        let most = most.min(1 + most * 2_000 / self.at.len().max(1));
        let every = places.len().div_ceil(most);
        places.into_iter().step_by(every).collect()
    }
}

/// Gives the program a signal behind each of its instructions, at about `most` of them. Then a second one within the
/// first one's handler, where each is among the `near` instructions nearest to where its statement is reached.
///
/// # Panics
/// When a statement is not recorded exactly once, or the last-reached one is another.
pub fn give_signals(case: &'static Case, build: Build, most: usize, near: usize) -> Tally {
    let trace = trace(case, build);
    let mut tally = Tally { instructions: trace.at.len() as u64, ..Tally::default() };
    let mut session = Session::new(case, build);
    let statements = Statements::of(&session);
    let mut disturb = |place: usize, nested: Option<usize>| -> bool {
        if case.before == Before::Nothing {
            tally.steps += std::mem::take(&mut session.steps);
            session = Session::new(case, build);
        }
        let disturbed = session.disturb(&trace, &statements, place, nested);
        tally.disturbed += u64::from(disturbed);
        tally.signals += u64::from(disturbed) * (1 + u64::from(nested.is_some()));
        disturbed
    };
    // Where something is pending, every one; but for a way so long that this would be most of the time.
    let pending = trace.reached..trace.reached + if trace.reached < 1_000 { most / 5 } else { most / 200 };
    let places: BTreeSet<_> = trace.places(most).into_iter().chain(pending).collect();
    for place in places {
        disturb(place, None);
    }
    let around = |place: usize| place.saturating_sub(near / 2).max(1)..place + near / 2;
    let reached = if near == 0 { 0 } else { handler_reaches(case, build) };
    for place in around(trace.reached) {
        for nested in around(reached) {
            disturb(place, Some(nested));
        }
    }
    tally.steps += session.steps;
    session.check_all();
    tally
}

/// Ids of marked statements.
struct Statements {
    handled: u32,
    nested: u32,
}

impl Statements {
    fn of(session: &Session) -> Self {
        let id = |mark| id(&session.run, &Place::marked("tests/programs/src/bin/stepped/main.rs", mark));
        Statements { handled: id("handled"), nested: id("nested") }
    }
}

impl Session {
    /// One act, with a signal behind so many instructions, and a second one so many later. Whether they were given before
    /// the act, or the first one's handler, had ended.
    fn disturb(&mut self, trace: &Trace, statements: &Statements, place: usize, nested: Option<usize>) -> bool {
        let before = self.approach();
        let context = format!("{}: signal behind {place} instructions, nested {nested:?}", self.case.name);
        if self.step(place, 0).is_none() {
            // The slow paths are not always as long.
            return false;
        }
        let at_signal = slots(&self.run).first().copied();
        let mut nested_ones = 0;
        let mut given = true;
        match nested {
            None => assert_eq!(self.traced.run(libc::SIGUSR1), HANDLED, "{context}"),
            Some(nested) => match self.step(nested, libc::SIGUSR1) {
                Some(_) => {
                    nested_ones = 1;
                    assert_eq!(self.traced.run(libc::SIGUSR2), HANDLED, "{context}");
                    self.expect(HANDLED);
                }
                // At the mark at the handler's end, or, if the signal was blocked, behind the act.
                None => given = false,
            },
        }
        self.expect(ASKS);
        let (recorded, filtered) = self.since(&before);
        let mut expected = trace.recorded.clone();
        *expected.entry(statements.handled).or_default() += self.case.each;
        if nested_ones != 0 {
            *expected.entry(statements.nested).or_default() += nested_ones;
        }
        if self.case.overruns() {
            let Seen { newest, counters, .. } = self.seen(before.newest);
            assert_eq!(newest - before.newest, expected.values().sum::<u64>(), "{context}");
            // Nothing of the act has been written over one of the handler's records.
            let others = counters.keys().filter(|site| **site != statements.handled).count();
            let is_behind =
                self.ring().and_then(|ring| Some(ring.records(newest - 1).pop()?.site)) != Some(statements.handled);
            assert_eq!(others, usize::from(is_behind), "{context}: {counters:?}");
        } else {
            assert_eq!((recorded, filtered), (expected, trace.filtered), "{context}");
        }
        let last = slots(&self.run)[0];
        assert_eq!(last.dropped, 0, "{context}");
        // Behind the act, the handler's was the last one.
        let act_has_left = at_signal.is_some_and(|slot| (slot.site, slot.left) == (trace.last.site, true)) && place > 0;
        let expected = if act_has_left { Some(statements.handled) } else { trace.last.site };
        assert_eq!((last.site, last.left), (expected, true), "{context}");
        given
    }

    /// With a history, everything is there.
    fn check_all(&self) {
        if self.case.variable("INSTR_RING_HISTORY").is_none() {
            return;
        }
        let slot = slots(&self.run)[0];
        let records = kept_records(&rings(&self.run), slot.tid, slot.reuse);
        let wrong: Vec<_> = records.iter().zip(1..).filter(|(record, seq)| record.seq != *seq).take(1).collect();
        assert!(wrong.is_empty(), "{}: of {} records, {wrong:?}", self.case.name, records.len());
    }
}

/// Kills a process of its own behind each of its instructions, at about `most` of them.
///
/// # Panics
/// When a record is missing that was there before, or one is there that is none.
pub fn kill(case: &'static Case, build: Build, most: usize) -> Tally {
    let trace = trace(case, build);
    let whole: u64 = trace.recorded.values().sum();
    let mut tally = Tally { instructions: trace.at.len() as u64, ..Tally::default() };
    let mut earlier: Vec<(usize, u64)> = Vec::new();
    for place in trace.places(most) {
        let mut session = Session::new(case, build);
        let before = session.approach();
        if session.step(place, 0).is_none() {
            continue;
        }
        session.traced.kill();
        let context = format!("{}: killed behind {place} instructions", case.name);
        let (recorded, _) = session.since(&before);
        for (site, count) in &recorded {
            assert!(trace.recorded.get(site).is_some_and(|all| count <= all), "{context}: {recorded:?}");
        }
        let count: u64 = recorded.values().sum();
        // Not every process takes exactly as many instructions to the same place.
        let surely = earlier.iter().take_while(|(earlier, _)| earlier + 100 < place).map(|(_, count)| *count).max();
        assert!((surely.unwrap_or(0)..=whole).contains(&count), "{context}: {count} records, and {surely:?} before");
        earlier.push((place, count));
        session.check_all();
        tally.disturbed += 1;
        tally.signals += 1;
        tally.steps += session.steps;
    }
    tally
}
