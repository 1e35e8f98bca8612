//! What a recorded statement does besides, as long as there is nothing to ask: a few instructions on a few words of the
//! thread's own.
//!
//! On x86_64 these are written out in [assembly](x86_64), which costs a debug build no more than a release; elsewhere, or
//! with `--cfg instr_portable`, they are [Rust](portable). Both do the same, and call the same slow paths.
//!
//! A signal handler may come between any two instructions, and reach statements itself. What it finds half done it finds
//! [pending](Cursor), and leaves to its owner.

#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
mod portable;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
mod x86_64;

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed, compiler_fence};

use instr_format::last::Slot;

#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
#[cfg_attr(not(feature = "enabled"), allow(unused_imports))]
pub(crate) use portable::reached;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
#[cfg_attr(not(feature = "enabled"), allow(unused_imports))]
pub(crate) use x86_64::reached;

/// What probes of one thread work on. All zeros: the thread has not begun, and every probe asks.
#[repr(C)]
pub(crate) struct Fast {
    /// The thread's slot in the `last` file. Null: the slow path is to be asked.
    pub(crate) slot: AtomicPtr<Slot>,
    /// Where the next record goes. At the start of a block, and so without a ring too, the slow path is to be asked.
    pub(crate) cursor: Cursor,
    /// The blocks of the ring.
    pub(crate) ring: AtomicPtr<u8>,
    /// The counters, by id. Null: the slow path is to be asked.
    pub(crate) counters: AtomicPtr<AtomicU64>,
}

/// A place in a ring, in bytes from its first block, and whether somebody is about to write a record there.
///
/// One store both moves on and says that nothing is pending, so that an interrupting handler knows exactly what is to
/// come: while something is pending, the owner will write at this place and go on behind it, whatever happens meanwhile.
#[repr(C, align(8))]
pub(crate) struct Cursor {
    next: AtomicU32,
    pending: AtomicU32,
}

impl Cursor {
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.load(Relaxed) != 0
    }

    pub(crate) fn next(&self) -> u32 {
        self.next.load(Relaxed)
    }

    /// Claims the place. What handlers have done before is seen, and what they do from here on is behind it.
    pub(crate) fn claim(&self) -> u32 {
        self.pending.store(1, Relaxed);
        compiler_fence(core::sync::atomic::Ordering::SeqCst);
        self.next.load(Relaxed)
    }

    /// Moves on, with nothing pending.
    pub(crate) fn move_to(&self, next: u32) {
        compiler_fence(core::sync::atomic::Ordering::SeqCst);
        self.both().store(both(next, 0), Relaxed);
        compiler_fence(core::sync::atomic::Ordering::SeqCst);
    }

    /// Gives the claim up. Handlers that have made one meanwhile have ended theirs.
    pub(crate) fn give_up(&self) {
        self.pending.store(0, Relaxed);
    }

    fn both(&self) -> &AtomicU64 {
        // SAFETY: both halves, aligned to their size together.
        unsafe { AtomicU64::from_ptr(core::ptr::from_ref(self).cast_mut().cast()) }
    }
}

fn both(next: u32, pending: u32) -> u64 {
    let (next, pending) = (u64::from(next), u64::from(pending));
    if cfg!(target_endian = "little") { next | pending << 32 } else { next << 32 | pending }
}
