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

impl Head {
    /// Whether both are of the same segment of a log.
    pub(crate) fn is_same_log(&self, other: &Head) -> bool {
        let are_logs = [self, other].iter().all(|head| matches!(head.kind, Kind::Log { .. }));
        are_logs && (self.pid, self.tid, self.reuse, self.segment) == (other.pid, other.tid, other.reuse, other.segment)
    }
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
