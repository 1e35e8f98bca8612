//! Where a thread's stack of open statements lies: mapped from a file of its own, with memory behind it for what is deeper
//! than the file.
//!
//! The mapping stays with the thread's [state](super::state) when the thread ends. The next thread with that state renames
//! the file, which takes a fifth of the time that it takes to make one. A thread that cannot have a file, or is not recorded,
//! has its stack in memory alone, as the probes need one.

use core::cell::UnsafeCell;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{Relaxed, Release};

use instr_format::files::STACK_SUFFIX;
use instr_format::ring::flat::{HEADER_SIZE, SIZE_MAX};
use instr_format::stack::{Head, MAGIC, PANIC_AT, PANIC_SLOTS, SLOT, SLOTS_AT, VERSION};

use super::files::create_own;
use super::{Thread, fork};
use crate::process::{Process, file_name};
use crate::site;
use crate::sys::{self, Errno};

/// The largest ring.
pub(crate) const WINDOW: usize = SIZE_MAX as usize;
/// How much of a thread's memory is in front of the head of its stack, where probes find it without a pointer: a place for
/// each position of the ring, then the ring's header.
pub(crate) const RING: usize = WINDOW + HEADER_SIZE;
/// How much of a stack the file holds: more functions than fit on a thread's stack of 8 MiB. Most of it is a hole.
pub(super) const FILE_SIZE: usize = 2 << 20;
/// How much of the file is on the disk from the beginning. It is written and not only reserved: on a journaling file system,
/// a first store to a page that is reserved takes 200 us and more.
const FILLED: usize = 64 << 10;
/// The whole stack; in front of it is room for a ring. Nothing checks for its end: it has room for 16 million functions.
pub(super) const WHOLE: usize = 64 << 20;
/// What has to do where memory is short.
const SMALLEST: usize = 256 << 10;
/// What does for a thread that has ended, in what destructors still call. Nobody frees it.
const AFTER_END: usize = 64 << 10;

/// A stack for threads that cannot have any memory, without room for a ring in front of it.
#[repr(C, align(4096))]
struct LastResort(UnsafeCell<[u8; AFTER_END]>);

// SAFETY: used as a stack alone, whose words are atomic. Threads that share it garble what nobody reads.
unsafe impl Sync for LastResort {}

static LAST_RESORT: LastResort = LastResort(UnsafeCell::new([0; AFTER_END]));

/// Makes the calling thread's stack. It may take over the one that an ended thread has left in its state, or that its parent
/// has left to it by a fork. Signals are blocked.
pub(super) fn attach(process: &Process, thread: &Thread) {
    let legacy = fork::take_legacy();
    let left = thread.stack().map(NonNull::from);
    let stack = legacy.or(left).unwrap_or_else(|| in_memory(WHOLE));
    // SAFETY: a stack is never unmapped while its thread may use it.
    let head = unsafe { stack.as_ref() };
    let inherited = if legacy.is_some() { depth(head) } else { 0 };
    if left.is_some() {
        clear(head);
    }
    thread.set_stack(stack);
    if !rename(process, thread, head) {
        // Without a file the statements die with the process.
        let _ = put_in_file(process, thread, stack, inherited);
    }
}

/// Makes a stack in memory.
pub(super) fn in_memory(size: usize) -> NonNull<Head> {
    let sizes =
        core::iter::successors(Some(size), |size| Some(size / 4)).take_while(|other| *other >= SMALLEST.min(size));
    // SAFETY: within what has been mapped.
    let mapped =
        sizes.into_iter().find_map(|size| Some((unsafe { sys::map_lazily(RING + size).ok()?.add(RING) }, size)));
    let (memory, size) = mapped.unwrap_or((NonNull::from(&LAST_RESORT).cast(), 0));
    let stack = memory.cast::<Head>();
    // SAFETY: mapped for this, zeroed, or a stack already; a head is valid in any state.
    let head = unsafe { stack.as_ref() };
    if head.slots.load(Relaxed) == 0 {
        clear(head);
    }
    head.mapped.store(size as u64, Relaxed);
    stack
}

/// One for a thread that has ended.
pub(super) fn after_end() -> NonNull<Head> {
    in_memory(AFTER_END)
}

/// Gives the memory of an unrecorded thread's stack back.
///
/// # Safety
/// It must come from [`in_memory`], and nobody may use it any more.
pub(super) unsafe fn free(stack: *const Head) {
    // SAFETY: promised by the caller. Of the last resort, nothing is mapped.
    unsafe {
        let mapped = (*stack).mapped.load(Relaxed) as usize;
        if mapped != 0 {
            sys::unmap(stack.cast_mut().cast::<u8>().sub(RING), RING + mapped);
        }
    }
}

/// How much of the stack a file can hold.
pub(super) fn file_part(head: &Head) -> usize {
    FILE_SIZE.min(head.mapped.load(Relaxed) as usize)
}

/// Empties a stack that nobody uses.
fn clear(head: &Head) {
    let slots = slots(head);
    head.slots.store(slots as u64, Relaxed);
    head.top.store(slots as u64, Relaxed);
    have_probes_ask(head);
    head.inherited.store(0, Relaxed);
    head.panic_depth.store(0, Relaxed);
    for number in 0..2 {
        slot(head, number).store(0, Relaxed);
    }
}

/// Tells probes nothing, so that they ask, and forgets what they have counted.
pub(super) fn have_probes_ask(head: &Head) {
    for word in [&head.hole, &head.cursor, &head.timed, &head.counters, &head.filtered, &head.suppressed] {
        word.store(0, Relaxed);
    }
    for word in [&head.due, &head.excluded, &head.asks] {
        word.store(0, Relaxed);
    }
}

/// Makes the file of a thread that has ended this thread's. `false`: there is none.
fn rename(process: &Process, thread: &Thread, head: &Head) -> bool {
    if head.magic.load(Relaxed) != MAGIC {
        return false;
    }
    let before = file_name(head.tid.load(Relaxed) as u32, head.reuse.load(Relaxed), 0, STACK_SUFFIX);
    describe(process, thread, head, 0);
    let now = file_name(thread.tid(), thread.reuse(), 0, STACK_SUFFIX);
    process.rename(&before, &now).is_ok()
}

/// The thread goes on as another one, in the functions that it is in. Of the records of the one before, its probes know nothing.
pub(super) fn go_on(process: &Process, thread: &Thread) {
    let Some(head) = thread.stack() else { return };
    have_probes_ask(head);
    let inherited = head.inherited.load(Relaxed);
    let _ = rename(process, thread, head);
    head.inherited.store(inherited, Relaxed);
}

/// Puts a file in the place of the beginning of a stack, which it then holds.
fn put_in_file(process: &Process, thread: &Thread, stack: NonNull<Head>, inherited: u32) -> Result<(), Errno> {
    // SAFETY: a stack is never unmapped while its thread may use it.
    let head = unsafe { stack.as_ref() };
    let allowed = usize::try_from(sys::file_size_limit()).unwrap_or(usize::MAX);
    let size = file_part(head).min(allowed) & !(FILLED - 1);
    if size == 0 {
        return Err(Errno::TOO_LARGE);
    }
    let (file, name) = create_own(thread, STACK_SUFFIX, |name| process.create_mapped(name))?;
    describe(process, thread, head, inherited);
    let used = (SLOTS_AT + SLOT * (depth(head) as usize + 1)).next_multiple_of(FILLED).min(size);
    let mapped = sys::write_begin(file, NonNull::slice_from_raw_parts(stack.cast(), used))
        .and_then(|()| sys::set_size(file, size))
        // SAFETY: the beginning of the stack, whose contents are in the file.
        .and_then(|()| unsafe { sys::map_over(stack.cast(), size, Some((file, 0))) });
    sys::close(file);
    mapped.inspect_err(|_| {
        head.magic.store(0, Relaxed);
        process.remove(&name);
    })?;
    thread.set_stack_file(size);
    if size == FILE_SIZE && sys::is_watching_faults() {
        // A child that is made without `fork` would store into its parent's file. Now it finds nothing there, and
        // `fill_hole` gives it memory.
        sys::keep_from_children(stack.cast(), size);
    }
    Ok(())
}

fn describe(process: &Process, thread: &Thread, head: &Head, inherited: u32) {
    head.version.store(VERSION, Relaxed);
    head.slots.store(slots(head) as u64, Relaxed);
    head.reuse.store(thread.reuse(), Relaxed);
    head.pid.store(u64::from(process.pid()), Relaxed);
    head.tid.store(u64::from(thread.tid()), Relaxed);
    head.first_site.store(site::first_address() as u32, Relaxed);
    head.site_count.store(site::count() as u32, Relaxed);
    head.inherited.store(inherited, Relaxed);
    head.magic.store(MAGIC, Release);
}

/// Makes a stack of what is left where the head is gone, because its file was truncated, or this is the child of a raw
/// `clone`. Where its top was is unknown, unless the fault was at the innermost slot. Async-signal-safe.
pub(super) fn make_up(head: &Head, fault: Option<usize>) {
    let slots = slots(head);
    let top = fault.filter(|address| *address >= slots).unwrap_or(slots + FILLED);
    head.slots.store(slots as u64, Relaxed);
    head.mapped.store(FILE_SIZE as u64, Relaxed);
    head.top.store((top & !(SLOT - 1)) as u64, Relaxed);
}

/// Makes a stack of one that may have lost its head. Async-signal-safe.
pub(crate) fn heal(head: *const Head) {
    // SAFETY: the thread's own stack; a head is valid in any state.
    let head = unsafe { &*head };
    if head.top.load(Relaxed) == 0 {
        make_up(head, None);
    }
}

/// How many functions the thread is in. The top is all that is asked of the head, which may be lost with its file.
pub(super) fn depth(head: &Head) -> u32 {
    depth_of(head.top.load(Relaxed), slots(head))
}

/// The same of a stack, or of a copy of one, whose slots begin at this address.
pub(super) fn depth_of(top: u64, slots: usize) -> u32 {
    let open = (top as usize).wrapping_sub(slots);
    if open < WHOLE { (open / SLOT) as u32 } else { 0 }
}

/// The address of slot 0.
pub(super) fn slots(head: &Head) -> usize {
    ptr::from_ref(head).addr() + SLOTS_AT
}

/// The slot with this number, up to the top, and behind slot 0 always one.
fn slot(head: &Head, number: u32) -> &AtomicU32 {
    let slots = ptr::from_ref(head).cast::<u8>().wrapping_add(SLOTS_AT).cast::<AtomicU32>();
    // SAFETY: within the mapping of the stack.
    unsafe { &*slots.wrapping_add(number as usize) }
}

/// The id of the statement in this slot. Async-signal-safe.
fn statement(head: &Head, number: u32) -> Option<u32> {
    site::id_at(slot(head, number).load(Relaxed))
}

/// The innermost open statement; of a thread that has left all functions, the last one of the outermost. Async-signal-safe.
pub(super) fn innermost(head: &Head) -> Option<u32> {
    let depth = depth(head);
    (0..=depth).rev().find_map(|number| statement(head, number)).or_else(|| statement(head, 1))
}

/// Keeps the innermost statements as those of a panic. Async-signal-safe.
pub(super) fn note_panic(head: &Head) {
    let depth = depth(head);
    head.panic_depth.store(0, Relaxed);
    let copied = depth.min(PANIC_SLOTS as u32);
    for number in 0..copied {
        kept(head, number).store(slot(head, depth - copied + 1 + number).load(Relaxed), Relaxed);
    }
    head.panic_depth.store(depth, Release);
}

/// Whether the thread has left functions since the newest panic and reached no statement: it still unwinds, or is at the
/// rest of the statement that has caught the panic. Async-signal-safe.
pub(super) fn unwinds(head: &Head) -> bool {
    let (depth, at_panic) = (depth(head), head.panic_depth.load(Relaxed));
    let first = at_panic - at_panic.min(PANIC_SLOTS as u32) + 1;
    let is_same = |number: u32| kept(head, number - first).load(Relaxed) == slot(head, number).load(Relaxed);
    depth < at_panic && (first..=depth.max(1)).all(is_same)
}

/// The statement that the newest panic came from. Async-signal-safe.
pub(super) fn panicked(head: &Head) -> Option<u32> {
    let copied = head.panic_depth.load(Relaxed).min(PANIC_SLOTS as u32);
    (0..copied).rev().find_map(|number| site::id_at(kept(head, number).load(Relaxed)))
}

/// A slot of the copy.
fn kept(head: &Head, number: u32) -> &AtomicU32 {
    let copy = ptr::from_ref(head).cast::<u8>().wrapping_add(PANIC_AT).cast::<AtomicU32>();
    // SAFETY: the copy lies between the head and the slots, and callers pass numbers below its length.
    unsafe { &*copy.wrapping_add(number as usize) }
}
