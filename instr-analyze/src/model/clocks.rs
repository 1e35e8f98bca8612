//! Clocks that went back or leapt while the numbers of a thread's records went on.
//!
//! Records are in the order of their numbers, whatever their times. But who reads times should know that they lie: where the
//! program's machine was given another time of day, was moved to another, or where somebody makes up the time.

use super::damage::{Damage, DamageKind};
use super::duration::Duration;
use super::record::{Record, What};
use instr_format::ring::Clock;
use instr_format::text::Moment;

/// A thread may well wait for months. Nobody has waited that long for a machine.
const WAIT_MAX: i128 = 366 * 24 * 60 * 60 * 1_000_000_000;
/// The two clocks of a line are asked one after the other, and the thread may have to wait in between.
const APART_MAX: i128 = 60 * 1_000_000_000;

/// What a thread's times have done so far.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    /// The newest record.
    newest: Option<Moment>,
    in_ring: InRing,
    monotonic: Jumps,
    day: Jumps,
}

/// Where one clock jumped.
#[derive(Debug, Default)]
struct Jumps {
    back: Jump,
    ahead: Jump,
}

/// How often a clock jumped in one direction.
#[derive(Debug, Default)]
struct Jump {
    count: u64,
    /// The record behind the first one.
    first: u64,
    /// The farthest one.
    ns: u128,
}

impl Clocks {
    /// Takes the thread's next record.
    #[inline]
    pub(crate) fn push(&mut self, record: &Record<'_>) {
        if record.stamp.clock == Clock::Off {
            return;
        }
        let moment = record.stamp.moment;
        // In a log, what a signal handler has interrupted comes behind the handler's records, and may be older than they are.
        let may_be_handlers = matches!(record.what, What::Site(_)) && self.in_ring.push(moment.elapsed_ns);
        if let Some(newest) = self.newest.filter(|newest| newest.seq < moment.seq) {
            match record.what {
                What::Line(..) => self.in_log(&newest, &moment),
                What::Site(_) => {
                    let passed = difference(newest.elapsed_ns, moment.elapsed_ns);
                    if passed >= 0 || !may_be_handlers {
                        self.monotonic.add(moment.seq, passed, (0, WAIT_MAX));
                    }
                }
            }
        }
        self.newest = Some(moment);
    }

    fn in_log(&mut self, newest: &Moment, moment: &Moment) {
        let passed = difference(newest.elapsed_ns, moment.elapsed_ns);
        let day = difference(newest.unix_ns, moment.unix_ns);
        self.monotonic.add(moment.seq, passed, (0, WAIT_MAX));
        // Measured by the other clock, if that can be believed.
        let step = if (0..=WAIT_MAX).contains(&passed) { day - passed } else { day.min(0) };
        let apart = if day < 0 { 0 } else { APART_MAX };
        self.day.add(moment.seq, step, (-apart, apart));
    }

    /// What is wrong with the times.
    pub(crate) fn damage(&self) -> impl Iterator<Item = Damage> {
        let ways = [
            ("the monotonic clock went back", &self.monotonic.back),
            ("the monotonic clock leapt ahead", &self.monotonic.ahead),
            ("the time of day went back", &self.day.back),
            ("the time of day leapt ahead", &self.day.ahead),
        ];
        ways.into_iter().filter(|(_, jump)| jump.count > 0).map(|(what, jump)| jump.damage(what))
    }
}

/// Handlers interrupt each other, and hardly ever so many.
const HANDLERS_MAX: usize = 16;

/// The times of a ring. A record has its number before its time, and a signal handler can come between: what was interrupted
/// comes before the handler's records, and is newer than they are.
#[derive(Debug, Default)]
struct InRing {
    /// The newest record, and before it those that it may have interrupted: each is older than the one before.
    open: Vec<u64>,
    /// The newest time of all others. Nothing that follows is older.
    closed: u64,
}

impl InRing {
    /// Takes the time of the next record. `false`: no handler explains that it is so old.
    fn push(&mut self, ns: u64) -> bool {
        // What a handler within a record makes is older than the record. So these are complete.
        while let Some(complete) = self.open.pop_if(|open| *open <= ns) {
            self.closed = complete;
        }
        let is_explained = self.closed <= ns && self.open.len() < HANDLERS_MAX;
        if !is_explained {
            *self = InRing::default();
        }
        self.open.push(ns);
        is_explained
    }
}

impl Jumps {
    /// A step of so many nanoseconds to the record with number `seq`, unless it is one of the usual.
    fn add(&mut self, seq: u64, ns: i128, (least, most): (i128, i128)) {
        if ns < least {
            self.back.add(seq, ns);
        } else if ns > most {
            self.ahead.add(seq, ns);
        }
    }
}

impl Jump {
    fn add(&mut self, seq: u64, ns: i128) {
        if self.count == 0 {
            self.first = seq;
        }
        self.count += 1;
        self.ns = self.ns.max(ns.unsigned_abs());
    }

    fn damage(&self, what: &str) -> Damage {
        let Jump { count, first, ns } = self;
        let by = Duration(u64::try_from(*ns).unwrap_or(u64::MAX));
        let how = match count {
            1 => format!("by {by} at record {first}"),
            _ => format!("{count} times, by {by} at most, first at record {first}"),
        };
        let message = format!("{what} {how}; records are in the order of their numbers");
        Damage { count: Some(*count), ..Damage::new(DamageKind::Clock, message) }
    }
}

fn difference(from: u64, to: u64) -> i128 {
    i128::from(to) - i128::from(from)
}
