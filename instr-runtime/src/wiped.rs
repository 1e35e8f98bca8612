//! Memory that the kernel zeroes in a forked child: so the child finds that nothing of its own has begun, however it was made.

#![allow(unsafe_code)]

use core::ptr::null_mut;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{Acquire, Release};

use crate::sys::{self, Errno};

/// A value of this type in such memory, of which all zeros must be one.
pub(crate) struct Wiped<T>(AtomicPtr<T>);

impl<T: Sync> Wiped<T> {
    /// # Safety
    /// All zeros must be a value of the type.
    pub(crate) const unsafe fn new() -> Self {
        Wiped(AtomicPtr::new(null_mut()))
    }

    /// Maps the memory. For normal context, once.
    pub(crate) fn prepare(&self) -> Result<(), Errno> {
        // Whole pages on every machine.
        let size = size_of::<T>().next_multiple_of(64 << 10);
        let memory = sys::map_private(size)?;
        // SAFETY: the mapping is made for this.
        unsafe { sys::wipe_on_fork(memory, size) }?;
        self.0.store(memory.as_ptr().cast(), Release);
        Ok(())
    }

    /// The value; `None` where there was no memory, or it has not been prepared. Async-signal-safe.
    #[inline]
    pub(crate) fn get(&self) -> Option<&'static T> {
        // SAFETY: null, or memory that is never unmapped, whose bytes were zeros when nobody knew of it.
        unsafe { self.0.load(Acquire).as_ref() }
    }
}
