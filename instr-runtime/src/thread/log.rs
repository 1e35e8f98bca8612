//! What a thread knows of its log: where its newest segment is open, how long that is, and how it ends.

use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicU64};

use crate::sys::{self, Errno};

/// A thread's log. All zeros: it has none.
pub(crate) struct Log {
    /// Descriptor of the file plus 1, or an error's number below 0.
    state: AtomicI32,
    torn: AtomicU32,
    /// Of the newest segment: its number, how many bytes it has, and for how many there is room.
    segment: AtomicU32,
    bytes: AtomicU64,
    room: AtomicU64,
    limit: AtomicU64,
    /// Why the next segment could not be begun: an error's number, or 0.
    stuck: AtomicI32,
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

    /// Number of the newest segment, and how many bytes it has.
    pub(crate) fn segment(&self) -> (u32, u64) {
        (self.segment.load(Relaxed), self.bytes.load(Relaxed))
    }

    /// For how many bytes the newest segment has room.
    pub(crate) fn room(&self) -> u64 {
        self.room.load(Relaxed)
    }

    /// Whether there is no room for so many bytes more.
    #[inline]
    pub(crate) fn is_full(&self, len: u64) -> bool {
        self.bytes.load(Relaxed).saturating_add(len) > self.room.load(Relaxed)
    }

    /// There is room for so many bytes more.
    pub(crate) fn add_room(&self, bytes: u64) {
        self.room.fetch_add(bytes, Relaxed);
    }

    /// Begins a segment that has `bytes` already, and room for as many as `room`.
    pub(crate) fn begin(&self, segment: u32, bytes: u64, room: u64) {
        self.segment.store(segment, Relaxed);
        self.bytes.store(bytes, Relaxed);
        self.room.store(room, Relaxed);
        self.torn.store(0, Relaxed);
        self.stuck.store(0, Relaxed);
    }

    /// Why the next segment could not be begun.
    pub(crate) fn stuck(&self) -> Option<Errno> {
        Some(Errno(self.stuck.load(Relaxed))).filter(|errno| *errno != Errno::NONE)
    }

    pub(crate) fn set_stuck(&self, errno: Errno) {
        self.stuck.store(errno.0, Relaxed);
    }

    /// Asks how large it may become, which the program may change.
    pub(crate) fn look_at_limit(&self) {
        self.limit.store(sys::file_size_limit(), Relaxed);
    }

    /// Takes `len` bytes of what it may still grow.
    pub(crate) fn reserve(&self, len: u64) -> Result<(), Errno> {
        let before = self.bytes.fetch_add(len, Relaxed);
        self.allows(before.saturating_add(len)).inspect_err(|_| _ = self.bytes.fetch_sub(len, Relaxed))
    }

    /// Whether it may have so many bytes.
    pub(crate) fn allows(&self, bytes: u64) -> Result<(), Errno> {
        if bytes <= self.limit.load(Relaxed) { Ok(()) } else { Err(Errno::TOO_LARGE) }
    }

    /// Gives back what was not written of that.
    pub(crate) fn give_back(&self, len: u64) {
        let _ = self.bytes.fetch_update(Relaxed, Relaxed, |bytes| Some(bytes.saturating_sub(len)));
    }

    /// There is none: the thread has not begun yet, or has ended.
    pub(super) fn clear(&self) {
        self.set(LogState::New);
        self.begin(0, 0, 0);
    }
}
