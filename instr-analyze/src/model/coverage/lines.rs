//! How often each line was reached: as often as the statement that begins there, or else the innermost one that it is in.

use std::collections::BTreeMap;

use super::Line;
use super::hits::Hits;

/// More lines than the sources of a program have, so that a table that lies costs little memory.
const FURTHER_LINES_MAX: u64 = 8 << 20;

/// A statement, in the order of places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) line: u64,
    /// How many lines further it ends.
    pub(super) further: u64,
    pub(super) hits: Hits,
    pub(super) function: Option<usize>,
}

/// How many more lines may be counted in which no statement begins.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Budget(FURTHER_LINES_MAX)
    }
}

/// The lines of a file with these statements, which are in the order of their places.
pub(super) fn lines(spans: &[Span], budget: &mut Budget) -> BTreeMap<u64, Line> {
    let mut lines: BTreeMap<u64, Line> = BTreeMap::new();
    // The statements that the line at hand may be in, innermost last, each with its last line.
    let mut open: Vec<(u64, Line)> = Vec::new();
    let mut next = 0;
    for span in spans {
        fill(&mut lines, &mut open, next..span.line, budget);
        let line = Line { hits: span.hits, function: span.function };
        let known = lines.entry(span.line).or_insert(line);
        if (span.hits.least, span.hits.most) > (known.hits.least, known.hits.most) {
            *known = line;
        }
        next = span.line.saturating_add(1);
        if span.further > 0 {
            open.push((span.line.saturating_add(span.further), line));
        }
    }
    fill(&mut lines, &mut open, next..u64::MAX, budget);
    lines
}

/// Gives the lines in which no statement begins to the innermost one that they are in.
fn fill(
    lines: &mut BTreeMap<u64, Line>,
    open: &mut Vec<(u64, Line)>,
    range: std::ops::Range<u64>,
    Budget(left): &mut Budget,
) {
    for number in range {
        while open.last().is_some_and(|(last, _)| *last < number) {
            open.pop();
        }
        let Some((_, line)) = open.last() else { return };
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        lines.insert(number, *line);
    }
}
