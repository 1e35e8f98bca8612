//! What becomes of a thread's stack of open statements, and of its ring, in a forked child: the functions that the thread is in go
//! on there, with the same addresses in their registers.
//!
//! The kernel does not give the files' mappings to children, so they cannot store into them. In the ring's place the child has
//! zeroed memory, so that its probes ask for one. Before a `fork`, what is in use is
//! copied; the child finds the copy, and puts memory with its contents where the file was. That is the child's *legacy*, to
//! which it gives a file of its own when it enters its first function. A child that is made by other means, such as a raw
//! `clone`, finds a hole, and memory in its place once it has run into it.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;

use instr_format::stack::{Head, MAGIC, SLOT, SLOTS_AT};

use super::stack::{self, RING};
use super::{forget_stack, own_stack};
use crate::settings::{self, Coverage};
use crate::{site, sys, tls};

/// Prepares to hear of forks. For normal context, once.
pub(super) fn prepare() {
    sys::at_fork(before, in_parent, in_child);
}

extern "C" fn before() {
    // A child that forks before it has entered a function has its legacy in memory, which its children inherit.
    if !tls::legacy().is_null() {
        return;
    }
    let Some(head) = own_stack() else { return };
    if head.magic.load(Relaxed) != MAGIC {
        return;
    }
    sys::with_errno(|| {
        let used = used(head, stack::slots(head));
        // Without a copy the child finds a hole.
        let Ok(copy) = sys::map_private(used) else { return };
        // SAFETY: the beginning of a stack, and a new mapping of this size.
        let kept = unsafe {
            ptr::copy_nonoverlapping(ptr::from_ref(head).cast(), copy.as_ptr(), used);
            copy.cast::<Head>().as_ref()
        };
        kept.slots.store(stack::slots(head) as u64, Relaxed);
        tls::set_legacy(copy.as_ptr().cast());
    });
}

/// The copy that has been made before the fork.
fn copy() -> Option<&'static Head> {
    // SAFETY: null, or the copy of a stack, or a stack.
    let head = unsafe { tls::legacy().cast::<Head>().as_ref() }?;
    // A legacy is no copy, and has no file.
    (head.magic.load(Relaxed) == MAGIC).then_some(head)
}

extern "C" fn in_parent() {
    if let Some(copy) = copy() {
        tls::set_legacy(ptr::null());
        sys::with_errno(|| free(copy));
    }
}

extern "C" fn in_child() {
    if settings::get().is_some_and(|settings| settings.coverage != Coverage::Off) {
        site::forget_seen();
    }
    #[cfg(feature = "sancov")]
    {
        sys::with_errno(crate::edges::leave_to_parent);
        tls::forget_edge();
    }
    let Some(copy) = copy() else { return };
    sys::with_errno(|| {
        let start = copy.slots.load(Relaxed) as usize - SLOTS_AT;
        let Some(stack) = NonNull::new(ptr::with_exposed_provenance_mut::<u8>(start)) else { return };
        // SAFETY: here the parent has its ring and its stack's file, and this process nothing.
        if unsafe { sys::map_over(stack.sub(RING), RING + stack::file_part(copy), None) }.is_err() {
            return;
        }
        // SAFETY: the memory that has just been mapped, and the copy.
        let head = unsafe {
            ptr::copy_nonoverlapping(ptr::from_ref(copy).cast(), stack.as_ptr(), size_of_copy(copy));
            stack.cast::<Head>().as_ref()
        };
        head.magic.store(0, Relaxed);
        stack::have_probes_ask(head);
        free(copy);
        leave(head);
    });
}

/// Has the next function that is entered ask for a stack, which this one then is.
fn leave(head: &Head) {
    tls::set_legacy(ptr::from_ref(head).cast());
    forget_stack();
}

/// The stack that a fork has left to the calling thread, which it is to take over. Async-signal-safe.
pub(super) fn take_legacy() -> Option<NonNull<Head>> {
    let legacy = NonNull::new(tls::legacy().cast::<Head>().cast_mut());
    tls::set_legacy(ptr::null());
    legacy
}

/// A fault at this address was in the hole that a child has which was made without `fork`, and there is memory now.
/// Async-signal-safe.
pub(crate) fn fill_hole(address: usize) -> bool {
    let head = tls::head();
    let start = head.addr();
    if tls::is_none(head) || !(start - RING..start + stack::FILE_SIZE).contains(&address) {
        return false;
    }
    let Some(stack) = NonNull::new(head.cast_mut()) else { return false };
    // SAFETY: the thread's own stack, of which the kernel has said that it is not there.
    if unsafe { sys::map_over(stack.cast::<u8>().sub(RING), RING + stack::FILE_SIZE, None) }.is_err() {
        return false;
    }
    // SAFETY: mapped just now; a head is valid in any state.
    let head = unsafe { stack.as_ref() };
    stack::make_up(head, Some(address));
    leave(head);
    true
}

/// How many bytes are in use of a stack whose slots begin at this address, up to the end of its file.
fn used(head: &Head, slots: usize) -> usize {
    let depth = stack::depth_of(head.top.load(Relaxed), slots) as usize;
    (SLOTS_AT + SLOT * (depth + 2)).min(stack::file_part(head))
}

fn size_of_copy(copy: &Head) -> usize {
    used(copy, copy.slots.load(Relaxed) as usize)
}

fn free(copy: &Head) {
    // SAFETY: what `before` has mapped, to which nothing refers any more.
    unsafe { sys::unmap(ptr::from_ref(copy).cast_mut().cast(), size_of_copy(copy)) };
}
