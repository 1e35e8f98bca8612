//! The file of a ring: made so that storing to it cannot fail, and kept for a while when its thread has ended.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::{Relaxed, Release};

use instr_format::files::RING_SUFFIX;
use instr_format::ring::blocks::HEADER_SIZE;
use instr_format::ring::flat::SIZE_MIN;
use instr_format::ring::{Header, MAGIC, VERSION_OF_BLOCKS as VERSION};

use crate::process::Process;
use crate::settings;
use crate::sys::{self, Errno};
use crate::thread::Thread;
use crate::thread::files::{FileName, create_own, file_name};

/// Creates the thread's ring, a smaller one where there is no room. Returns the first block, and the size of all. Signals are
/// blocked.
pub(super) fn create(
    process: &Process,
    thread: &Thread,
    settings: &settings::Ring,
) -> Result<(NonNull<u8>, u32), Errno> {
    let (file, name) = create_own(thread, RING_SUFFIX, |name| process.create_mapped(name))?;
    let mapped = map(file, settings.size);
    sys::close(file);
    let (start, size) = mapped.inspect_err(|_| process.remove(&name))?;
    // Before the first store to it: somebody may have truncated the file already.
    note(thread, start.addr().get(), HEADER_SIZE + size as usize);
    describe(process, thread, start, size, settings);
    // SAFETY: behind the header, within the mapping.
    Ok((unsafe { start.add(HEADER_SIZE) }, size))
}

/// Maps a file with room for as much as there is room for.
fn map(file: i32, wanted: u32) -> Result<(NonNull<u8>, u32), Errno> {
    let mut size = wanted;
    loop {
        let len = HEADER_SIZE + size as usize;
        match sys::reserve(file, 0, len as u64).and_then(|()| sys::map_shared(file, 0, len)) {
            Ok(start) => {
                sys::fill(file);
                return Ok((start, size));
            }
            Err(errno) if u64::from(size) <= SIZE_MIN => return Err(errno),
            Err(_) => {
                size = (size / 2).next_multiple_of(SIZE_MIN as u32);
                // What could not be mapped, or was only begun to be filled, would stay taken from the disk.
                sys::shrink(file, HEADER_SIZE as u64 + u64::from(size));
            }
        }
    }
}

fn describe(process: &Process, thread: &Thread, start: NonNull<u8>, size: u32, settings: &settings::Ring) {
    // SAFETY: the beginning of the mapping; a header is valid in any state.
    let header = unsafe { start.cast::<Header>().as_ref() };
    header.version.store(VERSION, Relaxed);
    header.clock.store(settings.clock as u32, Relaxed);
    header.size.store(u64::from(size), Relaxed);
    header.pid.store(u64::from(process.pid()), Relaxed);
    header.tid.store(u64::from(thread.tid()), Relaxed);
    header.reuse.store(thread.reuse(), Relaxed);
    header.segment.store(0, Relaxed);
    header.start_unix_ns.store(process.start_unix_ns(), Relaxed);
    for (part, bytes) in header.name.iter().zip(thread.name().halves()) {
        part.store(bytes, Relaxed);
    }
    header.magic.store(MAGIC, Release);
}

/// Says where the mapping is, for it to be known when a page of it is gone.
fn note(thread: &Thread, start: usize, len: usize) {
    thread.ring.mapping.1.store(len, Relaxed);
    thread.ring.mapping.0.store(start, Relaxed);
}

/// The thread has ended: its ring stays readable until many others have ended too. To take over an old one's instead would
/// mean to look at each of its pages.
pub(super) fn give_back(process: &Process, thread: &Thread, blocks: NonNull<u8>, size: u32) {
    note(thread, 0, 0);
    // SAFETY: the whole mapping, which only this thread has used.
    unsafe { sys::unmap(blocks.sub(HEADER_SIZE).as_ptr(), HEADER_SIZE + size as usize) };
    process.ended_rings.give(thread.tid(), thread.reuse());
    while let Some((tid, reuse)) = process.ended_rings.take() {
        process.remove(&file_name(tid, reuse, 0, RING_SUFFIX));
    }
}

/// The name of a segment.
pub(super) fn segment_name(thread: &Thread, segment: u32) -> FileName {
    file_name(thread.tid(), thread.reuse(), segment, RING_SUFFIX)
}
