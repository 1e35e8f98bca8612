//! What a thread knows of its log: where it is open, how long it is, and how it ends.

use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicU64};

use crate::sys::{self, Errno};

/// A thread's log. All zeros: it has none.
pub(crate) struct Log {
    /// Descriptor of the file plus 1, or an error's number below 0.
    state: AtomicI32,
    torn: AtomicU32,
    bytes: AtomicU64,
    limit: AtomicU64,
}

/// Whether a log is open.
pub(crate) enum LogState {
    New,
    Open(i32),
    Failed(Errno),
}

impl Log {
    pub(crate) fn state(&self) -> LogState {
        match self.state.load(Relaxed) {
            0 => LogState::New,
            log if log > 0 => LogState::Open(log - 1),
            errno => LogState::Failed(Errno(-errno)),
        }
    }

    pub(crate) fn set(&self, state: LogState) {
        let log = match state {
            LogState::New => 0,
            LogState::Open(log) => log + 1,
            LogState::Failed(errno) => -errno.0.abs().max(1),
        };
        self.state.store(log, Relaxed);
    }

    /// Whether it ends within a line.
    pub(crate) fn is_torn(&self) -> bool {
        self.torn.load(Relaxed) != 0
    }

    pub(crate) fn set_torn(&self, torn: bool) {
        self.torn.store(u32::from(torn), Relaxed);
    }

    /// Whether there is one, open or not.
    pub(crate) fn is_there(&self) -> bool {
        self.bytes.load(Relaxed) != 0
    }

    /// Begins one that is empty.
    pub(crate) fn begin(&self) {
        self.bytes.store(0, Relaxed);
        self.look_at_limit();
    }

    /// Asks how large it may become, which the program may change.
    pub(crate) fn look_at_limit(&self) {
        self.limit.store(sys::file_size_limit(), Relaxed);
    }

    /// Takes `len` bytes of what it may still grow.
    pub(crate) fn reserve(&self, len: u64) -> Result<(), Errno> {
        let before = self.bytes.fetch_add(len, Relaxed);
        if before.saturating_add(len) <= self.limit.load(Relaxed) {
            return Ok(());
        }
        self.bytes.fetch_sub(len, Relaxed);
        Err(Errno::TOO_LARGE)
    }

    /// The thread has ended, and a later one has none yet.
    pub(super) fn end(&self) {
        self.set(LogState::New);
        self.set_torn(false);
        self.bytes.store(0, Relaxed);
    }
}
