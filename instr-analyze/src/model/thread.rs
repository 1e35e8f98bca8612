//! One thread of a run.

use instr_format::ring::Clock;

use super::activity::Activity;
use super::chain::Chain;
use super::damage::Damage;
use super::history::{Part, Step};
use super::record::Stamp;
use super::statement::Statement;
use super::tally::Share;
use super::test::Tested;

/// What the thread was doing when the run ended, or is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// A panic was unwinding through its instrumented functions.
    Panicking,
    /// It is inside its last statement.
    Inside,
    /// Nothing was kept that says.
    Unknown,
    /// A panic unwound from its last statement, and it has ended.
    PanickedAndEnded,
    /// A panic unwound from its last statement and out of its instrumented functions, and the thread went on.
    PanickedAndLeft,
    /// It has left its outermost instrumented function.
    Left,
    /// It has ended.
    Ended,
    /// It goes on as another one with its id, as it was told to use another sink.
    Continued,
}

impl State {
    /// Lower ones are told first. From [`State::PanickedAndEnded`] on, nothing of the program's own runs in the thread.
    pub fn rank(self) -> u8 {
        match self {
            State::Panicking => 0,
            State::Inside | State::Unknown => 1,
            State::PanickedAndEnded => 2,
            State::PanickedAndLeft | State::Left => 3,
            State::Ended | State::Continued => 4,
        }
    }

    /// Whether a panic has unwound from its last statement.
    pub fn is_panicked(self) -> bool {
        matches!(self, State::Panicking | State::PanickedAndEnded | State::PanickedAndLeft)
    }

    /// Whether the thread may be in instrumented code.
    pub fn is_active(self) -> bool {
        self.rank() < State::PanickedAndEnded.rank()
    }
}

/// A thread.
#[derive(Debug)]
pub struct Thread {
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread of those that had this id, from 1.
    pub reuse: u64,
    /// Its name.
    pub name: String,
    /// What took its records.
    pub sink: Sink,
    /// The test that it ran.
    pub test: Option<Tested>,
    /// What it was doing.
    pub state: State,
    /// The oldest statement that is recorded.
    pub first: Option<Statement>,
    /// The innermost statement that had begun and not ended, or what stands in for it.
    pub last: Option<LastReached>,
    /// Where the last statement is not in the program's own workspace: the innermost open statement that is, or of a thread
    /// without a chain, the newest recorded one.
    pub own: Option<Statement>,
    /// What its newest records and its open statements tell of what it did.
    pub activity: Activity,
    /// Its open statements. `None`: they were not kept, or it has ended.
    pub chain: Option<Chain>,
    /// Its newest readable record.
    pub newest: Option<Stamp>,
    /// Records that can be read.
    pub records: u64,
    /// Statements that a filter left out.
    pub filtered: u64,
    /// Statements that `INSTR_RATE` left out.
    pub suppressed: u64,
    /// Statements whose record could not be written.
    pub dropped: u64,
    /// Records that made room for newer ones.
    pub overwritten: u64,
    /// Those of its records that the filter takes, if they were added up.
    pub share: Share,
    /// The newest parts of what it did, if they were asked for.
    pub history: Vec<Part<Step>>,
    /// Whether there would be more of these parts, or more turns in the first one, in records that were not looked at for them.
    pub is_history_cut: bool,
    /// What is wrong with its records.
    pub damage: Vec<Damage>,
}

impl Thread {
    /// When its newest record was made, since the run began.
    pub fn last_active_ns(&self) -> Option<u64> {
        self.newest.and_then(|newest| newest.elapsed_ns())
    }
}

/// A statement that a thread reached, and its newest record that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastReached {
    /// The statement.
    pub statement: Statement,
    /// The record's number.
    pub seq: Option<u64>,
    /// The record's time, or that of the beginning of its chunk or block.
    pub unix_ns: Option<u64>,
    /// Whether it is the latter.
    pub coarse: bool,
    /// How it was chosen.
    pub choice: Choice,
}

impl LastReached {
    pub(crate) fn new(statement: Statement, stamp: Option<Stamp>, choice: Choice) -> Self {
        LastReached {
            statement,
            seq: stamp.map(|stamp| stamp.moment.seq),
            unix_ns: stamp.and_then(|stamp| stamp.unix_ns()),
            coarse: stamp.is_some_and(|stamp| stamp.clock == Clock::Coarse),
            choice,
        }
    }
}

/// What took the records of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sink {
    /// Lines in logs.
    Log,
    /// Rings, which overwrite the oldest.
    Ring,
    /// Tables of counts, which keep none.
    Counts,
}

/// Why a statement is shown as a thread's last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice {
    /// It is the innermost one that had begun and not ended.
    Innermost,
    /// That one was not kept, and this one has the newest record.
    Newest,
    /// It has the newest record that the filter takes.
    Matching,
}
