//! Where a thread's lines are put together: not on the stack, which may be a signal handler's, and small.

use core::cell::UnsafeCell;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::text::LINE_MAX;

/// How deep handlers can interrupt each other before their lines take stack.
const DEPTH: usize = 3;

/// Room for lines. All zeros: none is being put together.
pub(crate) struct Lines {
    /// How many are: that of the thread, that of a handler that interrupted it, and so on.
    count: AtomicU32,
    buffers: [UnsafeCell<[u8; LINE_MAX]>; DEPTH],
}

// SAFETY: only the thread itself uses its buffers, each for one line at a time.
unsafe impl Sync for Lines {}

impl Lines {
    /// Works with room for a line. Async-signal-safe.
    #[inline]
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut [u8; LINE_MAX]) -> T) -> T {
        // A handler that comes between leaves the number as it was.
        let number = self.count.load(Relaxed);
        self.count.store(number + 1, Relaxed);
        let result = match self.buffers.get(number as usize) {
            // SAFETY: what has a higher number comes and goes while this works, and nothing else has this number.
            Some(buffer) => work(unsafe { &mut *buffer.get() }),
            None => on_stack(work),
        };
        self.count.store(number, Relaxed);
        result
    }

    /// The thread has ended, whatever it was doing.
    pub(super) fn end(&self) {
        self.count.store(0, Relaxed);
    }
}

#[cold]
#[inline(never)]
fn on_stack<T>(work: impl FnOnce(&mut [u8; LINE_MAX]) -> T) -> T {
    work(&mut [0; LINE_MAX])
}
