//! Steps through the probes of a program (`tests/programs/src/bin/stepped`), gives it a signal or its death behind every
//! instruction, and compares what is recorded with what was done.

mod cases;
mod session;

use std::collections::{BTreeMap, BTreeSet};

use instr_format::last::SlotCopy;

use crate::build::Build;
use crate::marks::Place;
use crate::records::id;
use crate::rings::{kept_records, rings, slots};
use crate::stepper::Stop;
pub use cases::{Before, CASES, Case};
use session::{ASKS, Counts, Session};

const HANDLED: Stop = Stop::Mark(3);
/// Behind so many steps a process is replaced by a new one: none may run for longer than a few minutes.
const LONG: u64 = 500_000;
/// So many instructions before a place, a process is looked at behind each: the slow paths are not always as long.
const WATCHED: usize = 128;

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

/// The addresses behind the instructions of an act, and what it records undisturbed.
struct Trace {
    at: Vec<u64>,
    /// Behind how many instructions the statement has become the last-reached one.
    reached: usize,
    /// That statement.
    first: Option<u32>,
    recorded: Counts,
    filtered: u64,
    last: SlotCopy,
}

fn trace(case: &'static Case, build: Build) -> Trace {
    let mut session = Session::new(case, build);
    let before = session.approach();
    let (mut at, mut reached, mut first) = (Vec::new(), 0, None);
    while let Some(next) = session.step(1, 0) {
        at.push(next);
        if reached == 0 && session.is_within() {
            (reached, first) = (at.len(), slots(&session.run)[0].site);
        }
    }
    let (recorded, filtered) = session.since(&before);
    Trace { at, reached, first, recorded, filtered, last: slots(&session.run)[0] }
}

/// Behind how many instructions of a handler its statement has become the last-reached one, when it interrupts the act behind
/// so many.
fn handler_reaches(case: &'static Case, build: Build, place: usize) -> usize {
    let mut session = Session::new(case, build);
    let handled = Some(Statements::of(&session).handled);
    session.approach();
    session.step(place, 0).expect("an instruction of the act");
    let mut signal = libc::SIGUSR1;
    let mut has_reached = |_: &usize| {
        session.step(1, std::mem::take(&mut signal)).expect("an instruction of the handler");
        slots(&session.run)[0].site == handled
    };
    (1..).find(&mut has_reached).expect("no end")
}

impl Trace {
    /// How many instructions to step before something happens: about `most` different numbers. Where there are more, loops are
    /// gone through once, and the rest is sampled at regular intervals.
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
        if case.before == Before::Nothing || session.steps > LONG {
            session.check_all();
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
    let around = |place: usize, least| place.saturating_sub(near / 2).max(least)..place + near / 2;
    let reached = if near == 0 { 0 } else { handler_reaches(case, build, trace.reached) };
    for place in around(trace.reached, 1) {
        // Where the kernel stops at a handler's first instruction, it takes no other signal.
        for nested in around(reached, 2) {
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
        let counted = self.ring().map_or(0, |ring| ring.counted());
        let context = format!("{}: signal behind {place} instructions, nested {nested:?}", self.case.name);
        let Some(has_entered) = self.step_watching(place, trace) else { return false };
        let is_within = self.is_within();
        // It has stored its statement, but not yet taken the slot: it goes on with what a handler leaves there.
        let takes_slot = !is_within
            && !has_entered
            && trace.first.is_some()
            && slots(&self.run).first().is_some_and(|slot| slot.site == trace.first);
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
            let ring = self.ring().expect("a ring");
            // A record of the newest chunk that is gone is not counted before the next one begins.
            let more = ring.counted() - counted;
            assert!(more.abs_diff(expected.values().sum()) <= 1, "{context}: {more}, not {expected:?}");
            // Nothing of the act is among the handler's records. Some of these may be gone: one where the act had still to write,
            // and eight words that it had still to empty. And the oldest that are left may be numbered as if there were no record
            // of the act before them.
            let records = ring.records(0);
            let (oldest, newest) = (records[0].seq, records[records.len() - 1].seq);
            let missing = newest + 1 - oldest - records.len() as u64;
            assert!((0..=10).contains(&missing), "{context}: {missing} are missing from {oldest} to {newest}");
            let handlers = records.iter().take_while(|record| record.site == statements.handled).count();
            assert!(handlers + 1 >= records.len(), "{context}: {:?}", &records[handlers..]);
        } else {
            assert_eq!((recorded, filtered), (expected, trace.filtered), "{context}");
        }
        let last = slots(&self.run)[0];
        assert_eq!(last.dropped, 0, "{context}");
        // Behind the act, the first handler's was the last one, and may have been interrupted where it takes its slot.
        let has_left = !is_within && has_entered;
        let expected = if has_left { Some(statements.handled) } else { trace.last.site };
        let is_expected = last.site == expected
            || takes_slot && last.site == Some(statements.handled)
            || (takes_slot || has_left) && nested_ones != 0 && last.site == Some(statements.nested);
        assert!(is_expected && last.left, "{context}: {last:?}, not {expected:?}");
        given
    }

    /// Steps so many instructions; whether the act has been entered. `None` when it has ended.
    fn step_watching(&mut self, place: usize, trace: &Trace) -> Option<bool> {
        let watched = place.min(WATCHED);
        self.step(place - watched, 0)?;
        let mut has_entered = place - watched > trace.reached;
        for _ in 0..watched {
            self.step(1, 0)?;
            has_entered |= self.is_within();
        }
        Some(has_entered)
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
