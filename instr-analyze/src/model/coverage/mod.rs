//! What runs have reached of all that their programs have: lines, functions and branches, by file.

mod branches;
pub mod diff;
mod hits;
mod layout;
mod lines;
mod merge;
mod program;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use branches::{BranchKind, Way};
pub use hits::{Hits, Reached};
pub use merge::{Mismatch, merge};
pub use program::{Program, digest};

/// By the path of each file, as recorded.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What was reached of each file.
    pub files: BTreeMap<String, File>,
}

/// What was reached of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct File {
    /// By line, from 1: those that statements are in.
    pub lines: BTreeMap<u64, Line>,
    /// Its functions, by line.
    pub functions: Vec<Function>,
    /// The places where it goes one way or another, by line.
    pub branches: Vec<Branch>,
}

/// A line that a statement is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// How often it was reached.
    pub hits: Hits,
    /// The function of the statement, as an index into [`File::functions`], if it is in this file.
    pub function: Option<usize>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// `module::function`.
    pub path: String,
    /// Where it begins, or the macro was invoked that made it.
    pub line: u64,
    /// How often it was entered.
    pub hits: Hits,
}

/// A place where the program goes one way or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Line of the statement.
    pub line: u64,
    /// Its column.
    pub column: u64,
    /// What decides.
    pub kind: BranchKind,
    /// How often it went each way.
    pub ways: Vec<(Way, Hits)>,
    /// The patterns of its arms, as far as they are known.
    pub patterns: Vec<String>,
}

/// So many of so many.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// Those that were reached.
    pub hit: u64,
    /// All.
    pub all: u64,
}

impl Ratio {
    /// In hundredths, if there are any.
    #[expect(clippy::cast_precision_loss, reason = "a share to look at")]
    pub fn percent(self) -> Option<f64> {
        (self.all > 0).then(|| self.hit as f64 * 100.0 / self.all as f64)
    }

    fn of(hits: impl Iterator<Item = u64>) -> Self {
        hits.fold(Ratio::default(), |sum, hits| Ratio { hit: sum.hit + u64::from(hits > 0), all: sum.all + 1 })
    }

    fn plus(self, other: Self) -> Self {
        Ratio { hit: self.hit + other.hit, all: self.all + other.all }
    }
}

/// How much was reached.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Lines.
    pub lines: Ratio,
    /// Functions.
    pub functions: Ratio,
    /// Ways of branches of which it is known whether they were taken.
    pub branches: Ratio,
}

impl Line {
    /// So often for certain.
    pub fn count(self) -> u64 {
        self.hits.least
    }
}

impl Totals {
    /// Of both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Totals {
            lines: self.lines.plus(other.lines),
            functions: self.functions.plus(other.functions),
            branches: self.branches.plus(other.branches),
        }
    }
}

impl File {
    /// How many ways of the branches in this line were taken, of those that are known.
    pub fn ways_of(&self, line: u64) -> Ratio {
        Ratio::of(self.branches_of(line).flat_map(|branch| &branch.ways).filter_map(|way| way.1.known()))
    }

    /// The branches in this line.
    pub fn branches_of(&self, line: u64) -> impl Iterator<Item = &Branch> {
        let from = self.branches.partition_point(|branch| branch.line < line);
        self.branches.iter().skip(from).take_while(move |branch| branch.line == line)
    }

    /// How much of it was reached.
    pub fn totals(&self) -> Totals {
        Totals {
            lines: Ratio::of(self.lines.values().map(|line| line.count())),
            functions: Ratio::of(self.functions.iter().map(|function| function.hits.least)),
            branches: Ratio::of(self.branches.iter().flat_map(|branch| &branch.ways).filter_map(|way| way.1.known())),
        }
    }
}

impl Coverage {
    /// How much was reached of all files.
    pub fn totals(&self) -> Totals {
        self.files.values().map(File::totals).fold(Totals::default(), Totals::plus)
    }

    /// The functions that never ran, each with its file.
    pub fn never_ran(&self) -> impl Iterator<Item = (&str, &Function)> {
        self.files.iter().flat_map(|(file, found)| {
            let never = found.functions.iter().filter(|function| function.hits.least == 0);
            never.map(move |function| (file.as_str(), function))
        })
    }
}
