//! One thread of a run, concluded from its slot and its logs.

use instr_format::last::SlotCopy;
use instr_format::ring::Clock;

use super::chain::{Chain, Part as CallPart};
use super::damage::{Damage, DamageKind};
use super::errno::Errno;
use super::filter::Filter;
use super::history::Part;
use super::record::Stamp;
use super::scan::Scan;
use super::sites::{Site, Sites};
use super::source_path::is_local;
use super::statement::Statement;
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
}

impl State {
    /// Lower ones are told first. From [`State::PanickedAndEnded`] on, nothing of the program's own runs in the thread.
    pub fn rank(self) -> u8 {
        match self {
            State::Panicking => 0,
            State::Inside | State::Unknown => 1,
            State::PanickedAndEnded => 2,
            State::PanickedAndLeft | State::Left => 3,
            State::Ended => 4,
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
    /// Its open statements. `None`: they were not kept, or it has ended.
    pub chain: Option<Chain>,
    /// Its newest readable record.
    pub newest: Option<Stamp>,
    /// Records that can be read.
    pub records: u64,
    /// Statements that a filter left out.
    pub filtered: u64,
    /// Statements whose record could not be written.
    pub dropped: u64,
    /// Records that made room for newer ones.
    pub overwritten: u64,
    /// The newest parts of what it did, if they were asked for.
    pub history: Vec<Part>,
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
    /// The record's time, or that of the beginning of its block.
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

/// The statement that the thread was in: the one that its slot says, or the innermost open one that the filter takes.
pub fn wanted(slot: Option<&SlotCopy>, chain: Option<&Chain>, sites: &Sites, filter: &Filter<'_>) -> Option<Site> {
    let takes = |id: u32| sites.statement(id).is_some_and(|statement| filter.takes_file(&statement.file));
    let last = slot.and_then(|slot| slot.panicked.or(slot.site));
    let other = || chain.filter(|_| filter.restricts_files())?.find(takes);
    sites.get(last.filter(|id| takes(*id)).or_else(other).or(last)?)
}

/// Concludes a thread of a run with this sink from its slot, the statement that this names, its open statements, and the
/// pass over its records.
pub fn conclude(
    (tid, reuse, name): (u64, u64, &str),
    (slot, wanted, chain): (Option<&SlotCopy>, Option<&Site>, Option<&Chain>),
    sink: Sink,
    mut scan: Scan<'_>,
    sites: &Sites,
    filter: &Filter<'_>,
) -> Thread {
    let history = scan.finish();
    let last = match wanted {
        Some(site) if filter.takes_file(&site.statement.file) => {
            Some(LastReached::new(site.statement.clone(), scan.of_wanted, Choice::Innermost))
        }
        other => {
            if other.is_none() && scan.records > 0 {
                scan.damage.push(no_last());
            }
            let choice = if filter.restricts_files() { Choice::Matching } else { Choice::Newest };
            scan.matching()
                .map(|record| LastReached::new(Statement::of_record(&record, sites), Some(record.stamp), choice))
        }
    };
    let newest = scan.newest.map_or(0, |newest| newest.moment.seq);
    let missing = newest.saturating_sub(scan.records);
    let (overwritten, dropped) = match (sink, slot) {
        // Nobody has counted a record that a signal handler has left half made, or a line that is gone.
        (Sink::Log, Some(slot)) => (0, slot.dropped.max(missing.saturating_sub(scan.damaged))),
        (Sink::Log, None) => (0, missing),
        // A ring that has been given to another thread has nothing left.
        (Sink::Ring, Some(slot)) if slot.ended => (slot.seq.max(newest).saturating_sub(scan.records), slot.dropped),
        (Sink::Ring, slot) => (missing, slot.map_or(0, |slot| slot.dropped)),
        (Sink::Counts, slot) => (0, slot.map_or(0, |slot| slot.dropped)),
    };
    let counted = slot.map_or(0, |slot| slot.dropped);
    if let Some(slot) = slot.filter(|_| counted > 0) {
        scan.damage.push(write_failed(counted, slot.errno));
    }
    if dropped > counted {
        scan.damage.push(gap(dropped - counted));
    }
    if let Some(CallPart::Missing(count)) = chain.and_then(|chain| chain.parts.last()) {
        scan.damage.push(innermost_missing(*count));
    }
    let chain = chain.map(|chain| chain.clone().filtered(sites, filter));
    let is_elsewhere = last.as_ref().is_some_and(|last| !is_local(&last.statement.file));
    let in_workspace = |id: u32| sites.statement(id).is_some_and(|statement| is_local(&statement.file));
    let own = match &chain {
        Some(chain) => chain.find(in_workspace).and_then(|id| sites.statement(id)),
        None => scan.own().map(|record| Statement::of_record(&record, sites)),
    };
    Thread {
        tid,
        reuse,
        name: name.to_owned(),
        test: None,
        state: state(slot, last.as_ref()),
        first: scan.first().map(|record| Statement::of_record(&record, sites)),
        own: own.filter(|_| is_elsewhere),
        chain,
        last,
        newest: scan.newest,
        records: scan.records,
        filtered: slot.map_or(0, |slot| slot.filtered),
        dropped,
        overwritten,
        history,
        damage: scan.damage.into_entries(),
    }
}

/// A record that stands in for the last statement may be a callee's that has ended: nobody is known to be inside it.
fn state(slot: Option<&SlotCopy>, last: Option<&LastReached>) -> State {
    let stands_in = last.is_some_and(|last| last.choice != Choice::Innermost);
    match slot {
        Some(slot) if slot.panicked.is_some() && slot.ended => State::PanickedAndEnded,
        Some(slot) if slot.panicked.is_some() && slot.left => State::PanickedAndLeft,
        Some(slot) if slot.panicked.is_some() => State::Panicking,
        Some(slot) if slot.ended => State::Ended,
        Some(slot) if slot.left => State::Left,
        Some(slot) if slot.site.is_some() && !stands_in => State::Inside,
        _ => State::Unknown,
    }
}

fn no_last() -> Damage {
    let message = "the innermost statement is unknown; the newest record may be a callee's";
    Damage::new(DamageKind::NoLast, message)
}

fn innermost_missing(count: u64) -> Damage {
    let message = format!("the innermost {count} open statements were in memory that died with the process");
    Damage { count: Some(count), ..Damage::new(DamageKind::NoLast, message) }
}

fn write_failed(count: u64, errno: u32) -> Damage {
    let errno = Errno::new(errno);
    let why = errno.map(|errno| format!(": {errno}")).unwrap_or_default();
    let message = format!("{count} records could not be written{why}");
    Damage { count: Some(count), errno, ..Damage::new(DamageKind::WriteFailed, message) }
}

fn gap(count: u64) -> Damage {
    let message = format!("{count} records are missing between those that can be read");
    Damage { count: Some(count), ..Damage::new(DamageKind::Gap, message) }
}
