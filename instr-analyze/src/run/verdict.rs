//! The verdict on a thread: what it was doing when its process ended, or is doing, from all that its run tells.

use instr_format::ring::Clock;
use serde::Serialize;

use super::load::Run;
use super::observed::Observed;
use crate::model::activity::waiting::Wait;
use crate::model::thread::{State, Thread};

/// A thread that has reached nothing for so many turns of its loop is in none of them any more.
const TURNS: u64 = 16;
/// And for so long: threads do not always have a processor, and the end of a large process takes time.
pub(super) const PAUSE_NS: u64 = 500_000_000;

/// What a thread was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    /// The signal that ended the process hit it.
    Crashed,
    /// A panic had unwound from its statement.
    Panicked,
    /// It turned in a loop.
    Looping,
    /// It waited in its statement.
    Waiting,
    /// It was outside of instrumented code.
    Idle,
    /// It was in its statement.
    Running,
    /// It had ended.
    Ended,
    /// Nothing was kept that says.
    Unknown,
}

/// The verdict on a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it was doing.
    pub doing: Doing,
    /// For how long, in nanoseconds.
    pub time: Time,
}

/// How long a thread did what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Nobody knows.
    Unknown,
    /// So long.
    For(u64),
    /// At least so long.
    AtLeast(u64),
    /// So long or shorter: its newest record has the time of some record before it.
    AtMost(u64),
}

impl Run {
    /// The verdict on one of its threads.
    pub fn verdict(&self, thread: &Thread) -> Verdict {
        let (activity, chain) = (&thread.activity, &thread.chain);
        let doing = match thread.state {
            _ if self.has_crashed(thread) => Doing::Crashed,
            State::Panicking | State::PanickedAndEnded => Doing::Panicked,
            State::PanickedAndLeft if self.is_crashing(thread) => Doing::Panicked,
            State::PanickedAndLeft | State::Left => Doing::Idle,
            State::Ended | State::Continued => Doing::Ended,
            State::Unknown => Doing::Unknown,
            State::Inside if chain.is_none() => Doing::Unknown,
            State::Inside if activity.is_deadlocked() => Doing::Waiting,
            State::Inside if self.observed(thread).is_some_and(Observed::is_waiting) && activity.turning.is_none() => {
                Doing::Waiting
            }
            State::Inside if self.observed(thread).is_some_and(Observed::is_running) && activity.turning.is_none() => {
                Doing::Running
            }
            State::Inside => match (&activity.turning, activity.wait, self.has_left_its_loop(thread)) {
                (_, Some(_), Some(true)) | (None, Some(_), _) | (Some(_), Some(_), None) => Doing::Waiting,
                (Some(_), _, None | Some(false)) => Doing::Looping,
                _ => Doing::Running,
            },
        };
        Verdict { doing, time: self.time(thread, doing) }
    }

    /// What the kernel says of a thread of a process that runs, or has said last.
    pub fn observed(&self, thread: &Thread) -> Option<&Observed> {
        self.observed.get(&thread.tid).filter(|_| thread.state.is_active())
    }

    /// What a thread that waits is waiting for: its statement tells, or else the kernel.
    pub fn waits_for(&self, thread: &Thread) -> Option<Wait> {
        thread.activity.wait.or_else(|| self.observed(thread)?.waits_for())
    }

    fn time(&self, thread: &Thread, doing: Doing) -> Time {
        match doing {
            Doing::Looping => match thread.activity.turning.as_ref().and_then(|turning| turning.for_ns) {
                Some(ns) => Time::AtLeast(ns),
                None => Time::Unknown,
            },
            Doing::Waiting | Doing::Running => {
                let since = self.known_until_ns(thread).zip(thread.last_active_ns());
                match (since.and_then(|(until, since)| until.checked_sub(since)), thread.newest) {
                    (Some(ns), Some(newest)) if newest.clock == Clock::Full => Time::For(ns),
                    (Some(ns), Some(_)) => Time::AtMost(ns),
                    _ => Time::Unknown,
                }
            }
            _ => Time::Unknown,
        }
    }

    /// Whether the thread has been in its statement for longer than its loop can explain. `None`: it turned in no loop, or nobody
    /// knows how long the process went on.
    fn has_left_its_loop(&self, thread: &Thread) -> Option<bool> {
        let turning = thread.activity.turning.as_ref()?;
        let since = self.known_until_ns(thread)?.checked_sub(thread.activity.newest_ns?)?;
        let turn = turning.for_ns.unwrap_or(0) / turning.turns.max(1);
        Some(since > turn.saturating_mul(TURNS).max(PAUSE_NS))
    }

    /// Until when the process is known to have been there, since it began, from all but this thread.
    fn known_until_ns(&self, thread: &Thread) -> Option<u64> {
        let others = self.newest.get_or_init(|| newest(&self.threads)).iter().copied().flatten();
        let others = others.filter(|(_, other)| *other != (thread.tid, thread.reuse)).map(|(ns, _)| ns);
        let crashed = self.crash.as_ref().and_then(|crash| crash.unix_ns);
        let seen = crashed.or(self.seen_until_unix_ns).into_iter();
        let start = self.process.start_unix_ns;
        others.chain(seen.filter_map(|unix_ns| unix_ns.checked_sub(start?))).max()
    }
}

/// The two threads that were active last, and when: whoever asks for all but one needs no more.
fn newest(threads: &[Thread]) -> [Option<Active>; 2] {
    let mut newest = [None; 2];
    for thread in threads {
        let ns = thread.activity.newest_ns.or_else(|| thread.last_active_ns());
        let active = ns.map(|ns| (ns, (thread.tid, thread.reuse)));
        if active > newest[0] {
            newest = [active, newest[0]];
        } else if active > newest[1] {
            newest[1] = active;
        }
    }
    newest
}

/// When a thread was active, and which.
pub(super) type Active = (u64, (u64, u64));
