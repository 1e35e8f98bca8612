//! How often statements were reached, and what one run tells of that.

use std::collections::BTreeMap;

use instr_format::coverage::REACHED;

use crate::model::counts::Counts;

/// How often something has happened, as far as that is certain: at least and at most so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hits {
    /// So often for certain.
    pub least: u64,
    /// No more often; [`u64::MAX`]: nobody knows.
    pub most: u64,
}

impl Hits {
    /// It has not happened.
    pub const NEVER: Hits = Hits::exactly(0);
    /// Nothing is known.
    pub const UNKNOWN: Hits = Hits::at_least(0);

    /// So often.
    pub const fn exactly(count: u64) -> Self {
        Hits { least: count, most: count }
    }

    /// So often, or more often.
    pub const fn at_least(count: u64) -> Self {
        Hits { least: count, most: u64::MAX }
    }

    /// The number to show: so often, or more often where nobody counted. `None`: not even whether it has happened is known.
    pub fn known(self) -> Option<u64> {
        (self.least > 0 || self.most == 0).then_some(self.least)
    }

    /// Of both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Hits { least: self.least.saturating_add(other.least), most: self.most.saturating_add(other.most) }
    }

    /// What is left if the other is a part of this.
    #[must_use]
    pub fn less(self, part: Self) -> Self {
        let most = if self.most == u64::MAX { self.most } else { self.most.saturating_sub(part.least) };
        Hits { least: self.least.saturating_sub(part.most), most }
    }
}

/// What one run tells of its statements.
#[derive(Debug, Default)]
pub struct Reached<'a> {
    /// How often each was reached.
    pub counts: Option<&'a Counts>,
    /// Whether nothing is missing there.
    pub counts_all: bool,
    /// Whether each was reached.
    pub marks: Option<&'a [u8]>,
    /// How many threads were in each one at the end.
    pub open: BTreeMap<u32, u64>,
    /// Whether a statement may have been left by a panic, or by more threads than are known.
    pub unwound: bool,
    /// Whether the program went on while this was read, so that the numbers held at no single instant.
    pub moving: bool,
}

impl Reached<'_> {
    /// How often the statement was reached.
    pub fn of(&self, id: u32) -> Hits {
        let count = self.counts.map(|counts| counts.hits.get(id as usize).copied().unwrap_or(0));
        let mark = self.marks.map(|marks| marks.get(id as usize) == Some(&REACHED));
        match (count, mark) {
            (_, Some(false)) => Hits::exactly(count.unwrap_or(0)),
            (Some(count @ 1..), _) if self.counts_all => Hits::exactly(count),
            (Some(0), None) if self.counts_all => Hits::NEVER,
            (count, Some(true)) => Hits::at_least(count.unwrap_or(1).max(1)),
            (count, None) => Hits::at_least(count.unwrap_or(0)),
        }
    }

    /// How many threads were in the statement at the end.
    pub fn open_in(&self, id: u32) -> u64 {
        self.open.get(&id).copied().unwrap_or(0)
    }
}
