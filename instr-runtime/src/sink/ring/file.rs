//! The file of a ring: made so that storing to it cannot fail, put in front of its thread's stack, and kept for a while when the
//! thread has ended.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::files::RING_SUFFIX;
use instr_format::ring::flat::{CHUNKS_AT, HEADER_SIZE, HOLE, SIZE_MIN};
use instr_format::ring::{Header, MAGIC, VERSION};
use instr_format::stack::Head;

use super::{is_timed, start};
use crate::process::{File, FileName, Kind, Process, file_name};
use crate::sys::{self, Errno};
use crate::thread::files::create_own;
use crate::thread::{RING, Thread, WINDOW};
use crate::{settings, site};

/// Gives the thread a ring, a smaller one where there is no room. Signals are blocked.
pub(super) fn create(
    process: &Process,
    thread: &Thread,
    head: &'static Head,
    settings: &settings::Ring,
) -> Result<(), Errno> {
    // A power of two, as the smallest one is.
    let wanted = 1 << (process.ring_room(room(settings.size), room(smallest())) - HEADER_SIZE as u64).ilog2();
    process.open_file(room(wanted));
    let made = create_and_map(process, thread, head, wanted);
    let size = made.inspect_err(|_| process.forget_file(room(wanted)))?;
    process.shrink_file(room(wanted) - room(size));
    if sys::is_watching_faults() {
        // A child that is made without `fork` would write into its parent's ring, see `thread::fork`.
        sys::keep_from_children(memory(head), RING);
    }
    // A probe that was interrupted by the handler that has forked this process has moved it on.
    head.cursor.store(0, Relaxed);
    head.timed.store(0, Relaxed);
    thread.ring.size.store(size, Relaxed);
    if !is_timed() {
        head.hole.store(HOLE, Relaxed);
    }
    Ok(())
}

/// Returns its size, which is as wanted or smaller.
fn create_and_map(process: &Process, thread: &Thread, head: &Head, wanted: u32) -> Result<u32, Errno> {
    let (file, name) = create_own(thread, RING_SUFFIX, |name| process.create_mapped(name))?;
    let size = reserve(file, wanted).and_then(|size| {
        sys::fill(file, CHUNKS_AT);
        write_header(file, &header(process, thread, size, 0))?;
        // Before the first store: somebody may have truncated the file already.
        thread.ring.is_mapped.store(1, Relaxed);
        map(file, head, size as usize)?;
        Ok(size)
    });
    sys::close(file);
    size.inspect_err(|_| {
        unmap(thread, head);
        process.remove(&name);
    })
}

/// Words tell the sites and the laps apart in a ring of an eighth of the number of sites.
fn smallest() -> u32 {
    (site::count() as u32 / 8).next_power_of_two().max(SIZE_MIN as u32).min(WINDOW as u32)
}

/// Makes sure that there is room for the file, if need be for less of it.
fn reserve(file: i32, wanted: u32) -> Result<u32, Errno> {
    let mut size = wanted;
    loop {
        match sys::reserve(file, 0, room(size)) {
            Ok(()) => return Ok(size),
            Err(errno) if size <= smallest() => return Err(errno),
            Err(_) => {
                size /= 2;
                // What was only begun to be filled would stay taken from the disk.
                sys::shrink(file, room(size));
            }
        }
    }
}

/// Puts the file in front of the stack: its places as often as fit, so that each position finds its own, then its header.
fn map(file: i32, head: &Head, size: usize) -> Result<(), Errno> {
    let start = memory(head);
    for at in (0..WINDOW).step_by(size) {
        // SAFETY: a part of the thread's memory in front of its stack, where there is no ring yet.
        unsafe { sys::map_over(start.add(at), size, Some((file, HEADER_SIZE)))? };
    }
    // SAFETY: likewise; nobody but the runtime uses what is there, which is told again.
    unsafe { sys::map_over(start.add(WINDOW), HEADER_SIZE, Some((file, 0))) }
}

/// Puts zeroed memory in its place, and has probes ask.
fn unmap(thread: &Thread, head: &Head) {
    for word in [&head.hole, &head.cursor, &head.timed] {
        word.store(0, Relaxed);
    }
    // SAFETY: the thread's memory in front of its stack.
    let _ = unsafe { sys::map_over(memory(head), RING, None) };
    thread.ring.is_mapped.store(0, Relaxed);
}

fn memory(head: &Head) -> NonNull<u8> {
    NonNull::new(start(head).cast_mut()).unwrap_or(NonNull::dangling())
}

/// What a ring, or a segment of one, begins with.
pub(super) fn header(process: &Process, thread: &Thread, size: u32, segment: u32) -> Header {
    let clock = settings::get().map_or(0, |settings| settings.ring.clock as u32);
    Header {
        magic: MAGIC.into(),
        version: VERSION.into(),
        clock: clock.into(),
        size: u64::from(size).into(),
        pid: u64::from(process.pid()).into(),
        tid: u64::from(thread.tid()).into(),
        reuse: thread.reuse().into(),
        segment: segment.into(),
        start_unix_ns: process.start_unix_ns().into(),
        name: thread.name().halves().map(Into::into),
        first_site: (site::first_address() as u32).into(),
        site_count: (site::count() as u32).into(),
    }
}

/// Writes it to the beginning of a file.
pub(super) fn write_header(file: i32, header: &Header) -> Result<(), Errno> {
    sys::write_begin(file, NonNull::slice_from_raw_parts(NonNull::from(header).cast::<u8>(), size_of::<Header>()))
}

/// The thread has ended: its ring stays readable until many others have ended too. To take over an old one's instead would
/// mean to look at each of its pages.
pub(super) fn give_back(process: &Process, thread: &Thread, head: &Head) {
    unmap(thread, head);
    let bytes = room(thread.ring.size.load(Relaxed));
    let file = File { kind: Kind::Ring, tid: thread.tid(), reuse: thread.reuse(), number: 0, bytes };
    process.close_file(&file, bytes);
}

/// What the file of a ring of this size takes.
fn room(size: u32) -> u64 {
    HEADER_SIZE as u64 + u64::from(size)
}

/// The name of a segment.
pub(super) fn segment_name(thread: &Thread, segment: u32) -> FileName {
    file_name(thread.tid(), thread.reuse(), segment, RING_SUFFIX)
}
