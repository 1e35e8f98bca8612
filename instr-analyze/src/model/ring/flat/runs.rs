//! Runs of positions, each from a place of which the thread has noted the number to the next one.

use std::ops::Range;

use instr_format::ring::Clock;
use instr_format::ring::flat::ChunkCopy;

/// A place of which the thread has noted how many records are before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The place.
    pub(super) position: u64,
    /// Number of the first record at or behind it.
    pub(super) number: u64,
    /// When the thread was there.
    pub(super) elapsed_ns: u64,
    /// Which bytes of the file say so.
    pub(super) said: (u64, u64),
}

impl Mark {
    /// What these bytes of the file say of a chunk. `None`: that cannot be.
    pub(super) fn new(entry: &ChunkCopy, clock: Clock, said: (u64, u64)) -> Option<Self> {
        let ChunkCopy { begun, elapsed_ns } = *entry;
        let number = begun.number(clock).filter(|_| begun.position.is_multiple_of(clock.record_size() as u64))?;
        Some(Mark { position: begun.position, number, elapsed_ns, said })
    }
}

/// The marks, given by position, that go together with most of the others; and the first one that does not.
///
/// There are at most as many records between two of them as there are places, and not less than none.
pub(super) fn agreeing(marks: Vec<Mark>, clock: Clock) -> (Vec<Mark>, Option<Mark>) {
    let agree = |one: &Mark, other: &Mark| {
        let (a, b) = if one.position <= other.position { (one, other) } else { (other, one) };
        let places = (b.position - a.position) / clock.record_size() as u64;
        b.number.checked_sub(a.number).is_some_and(|records| records <= places)
    };
    let fits = |mark: &&Mark| 2 * marks.iter().filter(|other| agree(mark, other)).count() > marks.len();
    let (fitting, alone): (Vec<&Mark>, Vec<&Mark>) = marks.iter().partition(fits);
    let wrong = alone.first().map(|mark| **mark);
    // Where none fits, none is known to be the wrong one.
    if fitting.is_empty() { (marks, wrong) } else { (fitting.into_iter().copied().collect(), wrong) }
}

/// What there is to be read next.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The runs.
    pub(super) runs: Vec<Run>,
    /// Bytes of the file that contradict the others.
    pub(super) wrong: Option<(u64, u64)>,
    /// Whether the file ends behind the runs.
    pub(super) is_last: bool,
    /// Whether the thread has overwritten everything meanwhile.
    pub(super) is_overtaken: bool,
}

/// Positions in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// The first one.
    pub(super) start: u64,
    /// The one behind them.
    pub(super) end: u64,
    /// Where the first one lies in the file.
    pub(super) at: u64,
    /// Number of the first record, if the thread has noted it.
    pub(super) number: Option<u64>,
    /// When the records were made, or some time before that.
    pub(super) elapsed_ns: u64,
}

impl Run {
    /// How many bytes of positions they are.
    pub(super) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
}

/// The runs of `positions`, which `marks` part; at their first one it was `elapsed_ns`, or later. `at` says where a position lies.
pub(super) fn runs(
    positions: Range<u64>,
    marks: &[Mark],
    elapsed_ns: u64,
    at: impl Fn(u64) -> u64,
) -> impl Iterator<Item = Run> {
    let begin = (positions.start, None, elapsed_ns);
    let inner = marks.iter().filter(|mark| positions.contains(&mark.position));
    let begins: Vec<_> =
        [begin].into_iter().chain(inner.map(|mark| (mark.position, Some(mark.number), mark.elapsed_ns))).collect();
    let ends: Vec<_> = begins.iter().skip(1).map(|(start, ..)| *start).chain([positions.end]).collect();
    begins
        .into_iter()
        .zip(ends)
        .filter(|((start, ..), end)| start < end)
        .map(move |((start, number, elapsed_ns), end)| Run { start, end, at: at(start), number, elapsed_ns })
}
