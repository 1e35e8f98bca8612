//! What could not be read, was never written or cannot be believed, as entries of a report.

use std::fmt;
use std::io;

use serde::Serialize;

use super::errno::Errno;

/// How many entries one thread shows.
const SHOWN: usize = 100;

/// The sort of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DamageKind {
    /// The file's end is cut in the middle of a line.
    Torn,
    /// These bytes are not what should stand there.
    Damaged,
    /// Records are missing between those that can be read.
    Gap,
    /// The runtime could not write records.
    WriteFailed,
    /// Statements were reached but belong to no thread's count.
    Unattributed,
    /// The last-reached statement was not kept, and its newest record stands in for it.
    NoLast,
    /// The times of records contradict their order.
    Clock,
    /// A file is not there.
    Missing,
    /// A file is there and cannot be read.
    Unreadable,
    /// A file was written by another version of instr.
    Version,
    /// Stands for the entries that are left out.
    More,
}

/// One piece of damage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The sort.
    pub kind: DamageKind,
    /// Name of the file in the run's directory.
    pub file: Option<String>,
    /// Where the damage begins in the file.
    pub start: Option<u64>,
    /// The first byte behind it.
    pub end: Option<u64>,
    /// How many records, statements or jumps it is about.
    pub count: Option<u64>,
    /// What the system said.
    pub errno: Option<Errno>,
    /// For people.
    pub message: String,
}

impl Damage {
    /// Damage of no particular file.
    pub fn new(kind: DamageKind, message: impl Into<String>) -> Self {
        Damage { kind, file: None, start: None, end: None, count: None, errno: None, message: message.into() }
    }

    /// Damage of the file `name`.
    pub fn of_file(kind: DamageKind, name: &str, message: impl Into<String>) -> Self {
        Damage { file: Some(name.to_owned()), ..Damage::new(kind, message) }
    }

    /// A file that another version of instr wrote.
    pub fn version(name: &str, found: u64, read: u64) -> Self {
        let message = format!(
            "version {found}, but this instr-analyze reads version {read}; read it with the instr-analyze of the same \
             release as the program's instr-runtime"
        );
        Damage::of_file(DamageKind::Version, name, message)
    }

    /// A file that the system would not read.
    pub fn unreadable(name: &str, error: &io::Error) -> Self {
        let errno = error.raw_os_error().and_then(|value| Errno::new(value.unsigned_abs()));
        Damage { errno, ..Damage::of_file(DamageKind::Unreadable, name, error.to_string()) }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            f.write_str(file)?;
            if let (Some(start), Some(end)) = (self.start, self.end) {
                write!(f, ", bytes {start} to {end}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

/// Damage of one thread, of which only the first entries are kept.
#[derive(Debug, Default)]
pub struct DamageList {
    kept: Vec<Damage>,
    more: u64,
}

impl DamageList {
    /// Adds an entry, or only counts it.
    pub fn push(&mut self, damage: Damage) {
        if self.kept.len() < SHOWN {
            self.kept.push(damage);
        } else {
            self.more += 1;
        }
    }

    /// The entries; the last one says how many were left out.
    pub fn into_entries(mut self) -> Vec<Damage> {
        if self.more > 0 {
            let message = format!("… and {} more", self.more);
            self.kept.push(Damage { count: Some(self.more), ..Damage::new(DamageKind::More, message) });
        }
        self.kept
    }
}
