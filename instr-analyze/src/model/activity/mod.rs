//! What a thread was doing when its process ended, or is doing: what its newest records and its open statements tell.

pub mod blame;
pub mod locks;
pub mod standoff;
pub mod structure;
pub mod turning;
pub mod waiting;
pub mod window;

use self::blame::Blame;
use self::locks::{Locks, locks};
use self::turning::{Turning, turning};
use self::waiting::{Wait, wait};
use self::window::Newest;
use super::chain::{Chain, Open, Part};
use super::sites::Sites;

/// What the newest records and the open statements of a thread tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// The loop that it turned in.
    pub turning: Option<Turning>,
    /// What it waited for, as far as the text of its innermost statement tells.
    pub wait: Option<Wait>,
    /// Its locks.
    pub locks: Locks,
    /// Who keeps it waiting for a lock.
    pub blame: Option<Blame>,
    /// Those that likely keep each other waiting, this one among them, where it is not known who holds which lock: their ids, and which
    /// of those with these ids they are.
    pub standoff: Vec<(u64, u64)>,
    /// When its newest record was made, in nanoseconds since the run began; where not every record has a time, estimated from
    /// how fast records came.
    pub newest_ns: Option<u64>,
}

impl Activity {
    /// Of a thread with these open statements and newest records.
    pub fn new(chain: &Chain, newest: &Newest, sites: &Sites) -> Self {
        let structure = sites.structure();
        let innermost = match chain.parts.last() {
            Some(Part::Call(call)) if matches!(call.open, Open::Statement(_)) => call.statement(),
            _ => None,
        };
        let wait = innermost.and_then(|id| wait(&sites.statement(id)?.snippet));
        Activity {
            turning: turning(chain, newest, structure),
            wait,
            locks: locks(chain, sites, structure),
            blame: None,
            standoff: Vec::new(),
            newest_ns: newest.newest_ns(),
        }
    }

    /// Whether it likely waits for itself, or for another one that waits for it.
    pub fn is_deadlocked(&self) -> bool {
        self.blame.as_ref().is_some_and(|blame| blame.is_cycle) || !self.standoff.is_empty()
    }

    /// Lower ones are told first: threads that keep others or themselves waiting before those that run, and these before those
    /// that wait.
    pub fn rank(&self) -> u8 {
        match self {
            _ if self.is_deadlocked() => 0,
            Activity { turning: Some(_), wait: None, .. } => 1,
            Activity { wait: None, .. } => 2,
            Activity { turning: Some(_), .. } => 3,
            _ => 4,
        }
    }
}
