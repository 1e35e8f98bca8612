//! Probes for a build that inlines them.
//!
//! What looks redundant tells the compiler something:
//!
//! - Asking for the stack is `pure`, so that it happens once for a function and all that is inlined into it.
//! - Behind each store stands an empty `asm!`, which counts as accessing all memory. So an access that may fault stays on the
//!   right side, and a statement gets no blame for another's fault.
//! - Behind it, the compiler may assume that the function's slot is the top. So what is inlined addresses its slots by the
//!   same register.
//! - The slot is stored before the top. The other way round costs regex-lite a fifth more time, and would show an older
//!   function's statement for an instant.

#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
mod portable;
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
mod x86_64;

use core::arch::asm;
use core::hint::assert_unchecked;
use core::ptr;

use instr_format::stack::Head;

#[cfg(any(not(target_arch = "x86_64"), instr_portable))]
use portable::{begun, pass_over, push};
#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
use x86_64::{begun, pass_over, push};

use super::Resumed;
use crate::site::Sites;

/// What a function holds from its beginning to its end.
#[derive(Debug)]
#[must_use]
pub struct Guard {
    /// The thread's stack.
    head: *const Head,
    /// The slot of the caller. The function's own is the one behind it.
    caller: usize,
}

/// Stores the low half of a site's address, or 0, into the slot behind the caller's.
#[inline(always)]
fn store(caller: usize, site: *const u8) {
    // SAFETY: the slot behind the caller's, in the thread's own stack.
    unsafe { ptr::with_exposed_provenance_mut::<u32>(caller.wrapping_add(4)).write(site.addr() as u32) };
}

/// To the compiler, this accesses all memory: what may fault stays on its side.
#[inline(always)]
fn barrier() {
    // SAFETY: no instruction at all.
    unsafe { asm!("", options(nostack, preserves_flags)) };
}

/// The place of the thread's top, which nothing but the thread and its handlers store to.
#[inline(always)]
fn top(head: *const Head) -> *mut usize {
    head.cast_mut().cast()
}

#[inline(always)]
fn enter_at(site: *const u8) -> Guard {
    let head = begun();
    // SAFETY: the thread's own stack. The slot is stored before it is taken, so that it never shows an older function's.
    unsafe {
        let caller = top(head).read();
        store(caller, site);
        top(head).write(caller.wrapping_add(4));
        pass_over(head);
        let guard = Guard { head, caller };
        guard.settle();
        guard
    }
}

/// The first thing in a function or closure that does not begin with a statement. Async-signal-safe.
#[inline(always)]
pub(crate) fn enter() -> Guard {
    enter_at(ptr::null())
}

impl Guard {
    #[inline(always)]
    fn store(&self, site: *const u8) {
        store(self.caller, site);
        self.settle();
    }

    /// Behind the store: the statement is recorded.
    #[inline(always)]
    fn push(&self, site: *const u8) {
        push(self.head, site);
        self.settle();
    }

    /// Behind a store: whatever comes next finds it done, and this function's slot at the top.
    #[inline(always)]
    fn settle(&self) {
        barrier();
        // SAFETY: whatever was above has been left, or is skipped as if it had.
        unsafe { assert_unchecked(top(self.head).read() == self.caller.wrapping_add(4)) };
    }
}

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the thread's own stack.
        unsafe { top(self.head).write(self.caller) };
    }
}

/// What expansions call. The names are such that no trait of the user's has them: one that takes `self` by value would be
/// found before a method that takes a reference.
impl<const COUNT: usize> Sites<COUNT> {
    /// The first thing in a function or closure that begins with the statement `number`, which is recorded. Async-signal-safe.
    #[inline(always)]
    pub fn __instr_begin(&'static self, number: usize) -> Guard {
        let guard = enter_at(self.address(number));
        guard.push(self.address(number));
        guard
    }

    /// Records that the statement `number` of this function is about to run, if it has so many. Async-signal-safe.
    #[inline(always)]
    pub fn __instr_probe(&'static self, guard: &Guard, number: usize) {
        if number < COUNT {
            store(guard.caller, self.address(number));
            guard.push(self.address(number));
        }
    }

    /// The same where there is no guard, as in code that may wait. Async-signal-safe.
    #[inline(always)]
    pub fn __instr_probe_here(&'static self, number: usize) {
        if number < COUNT {
            push(store_here(self.address(number)), self.address(number));
        }
    }

    /// Makes the statement the function's open one again, without a record: a part of it has ended and the rest goes on.
    /// Async-signal-safe.
    #[inline(always)]
    pub fn __instr_resume(&'static self, guard: &Guard, number: usize) -> Resumed {
        if number < COUNT {
            guard.store(self.address(number));
        }
        Resumed
    }

    /// The same where there is no guard. Async-signal-safe.
    #[inline(always)]
    pub fn __instr_resume_here(&'static self, number: usize) -> Resumed {
        if number < COUNT {
            store_here(self.address(number));
        }
        Resumed
    }

    #[inline(always)]
    fn address(&'static self, number: usize) -> *const u8 {
        ptr::from_ref(self).cast::<u8>().wrapping_add(number)
    }
}

/// Stores into the innermost function's slot, whichever function that is.
#[inline(always)]
fn store_here(site: *const u8) -> *const Head {
    let head = begun();
    // SAFETY: the thread's own stack.
    let top = unsafe { top(head).read() };
    store(top.wrapping_sub(4), site);
    barrier();
    head
}
