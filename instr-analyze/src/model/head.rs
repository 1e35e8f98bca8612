//! Whose a file of records is.

use instr_format::ring::HeaderCopy;

/// What the beginning of a file of records says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread of those that had this id, from 1.
    pub reuse: u64,
    /// Orders the files of a thread, oldest first.
    pub segment: u64,
    /// Name of the thread.
    pub name: String,
    /// The sort of file.
    pub kind: Kind,
}

/// The sort of a file of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Lines.
    Log {
        /// When the first record was made.
        first_unix_ns: Option<u64>,
    },
    /// A ring, or a segment of one.
    Ring(HeaderCopy),
}
