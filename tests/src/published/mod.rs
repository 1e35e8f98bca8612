//! The transparency suite: the own tests of published crates, plain and with every item annotated.
//!
//! `list` says which crates, `suite` builds and runs one, `runs` reads what it has recorded, `table` shows what came of
//! it, `versions` pins what they depend on. The binary `transparency` runs all of them, the test `real_crates` the quick ones.

mod list;
mod manifest;
mod runs;
mod suite;
mod table;
mod versions;

pub use list::{CRATES, LEFT_OUT};
pub use manifest::Manifest;
pub use suite::Row;
pub use table::{markdown, text};

/// The sinks that the tests can run with, as `INSTR_SINK` names them.
pub const SINKS: [&str; 2] = [TEXT_SINK, "ring"];

/// The sink that keeps every statement, so that the logs can be searched for each test.
pub const TEXT_SINK: &str = "write";

/// A crate of the registry, and how its tests are run.
#[derive(Debug)]
pub struct Crate {
    /// Its name.
    pub name: &'static str,
    /// The version, exactly.
    pub version: &'static str,
    /// What is special about it.
    pub kind: &'static str,
    /// Whether it is among those that every run of the tests has time for.
    pub quick: bool,
    /// Features, as arguments to cargo.
    pub features: &'static [&'static str],
    /// Dependencies for benchmarks, and for tests and features that are left out.
    pub without: &'static [&'static str],
    /// Files that are removed, and why: tests that cannot run, or would say nothing here.
    pub removed: &'static [(&'static str, &'static str)],
    /// Files that are not annotated, and why.
    pub unannotated: &'static [(&'static str, &'static str)],
    /// Tests that run neither way, and why.
    pub skipped: &'static [(&'static str, &'static str)],
    /// Tests that run instrumented, but switched off, and why.
    pub unrecorded: &'static [(&'static str, &'static str)],
    /// In how many tests of their own the logs hold the first statement. Doc tests are no functions of the crate, and what a
    /// macro makes is not reached by the annotator.
    pub recorded: usize,
}

impl Crate {
    /// The crate of this name.
    pub fn find(name: &str) -> Option<&'static Crate> {
        CRATES.iter().find(|listed| listed.name == name)
    }
}
