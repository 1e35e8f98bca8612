//! What a ring is about to overwrite, half a ring at a time, in segment files.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::ring::blocks::{BLOCK_SIZE, HEADER_SIZE};
use instr_format::ring::{Header, MAGIC, VERSION_OF_BLOCKS as VERSION};

use super::file::segment_name;
use crate::process::Process;
use crate::sys::{self, Errno};
use crate::thread::Thread;
use crate::{crash, settings};

/// How many segments share what is kept of a thread: the oldest goes when a new one is begun.
const SEGMENTS: u32 = 4;

/// Appends half a ring with one `write(2)`. What cannot be written is overwritten, and counted as such by the reader.
/// Async-signal-safe: signals wait, as a handler might append too.
#[cold]
#[inline(never)]
pub(super) fn keep(process: &Process, thread: &Thread, half: NonNull<[u8]>, kept: u64) {
    sys::with_errno(|| {
        let _blocked = sys::SignalsBlocked::new();
        let _ = append(process, thread, half, kept);
        crash::look_at_handlers(process);
    });
}

fn append(process: &Process, thread: &Thread, half: NonNull<[u8]>, kept: u64) -> Result<(), Errno> {
    let (number, len) = (&thread.ring.segment, &thread.ring.segment_len);
    let most = (kept / u64::from(SEGMENTS)).max(HEADER_SIZE as u64 + half.len() as u64);
    if number.load(Relaxed) == 0 || len.load(Relaxed) + half.len() as u64 > most {
        begin_segment(process, thread)?;
    }
    let at = len.load(Relaxed);
    let file = process.open_mapped(&segment_name(thread, number.load(Relaxed)))?;
    let written = sys::write_at(file, half, at);
    sys::close(file);
    // What is left of a block that was cut is overwritten by the next one.
    len.store(at + written? as u64 / BLOCK_SIZE as u64 * BLOCK_SIZE as u64, Relaxed);
    Ok(())
}

/// Begins the next segment with its header, and removes the one that it makes too many.
fn begin_segment(process: &Process, thread: &Thread) -> Result<(), Errno> {
    let settings = settings::get().ok_or(Errno::NONE)?;
    let number = thread.ring.segment.load(Relaxed) + 1;
    let header = Header {
        magic: MAGIC.into(),
        version: VERSION.into(),
        clock: (settings.ring.clock as u32).into(),
        size: 0.into(),
        pid: u64::from(process.pid()).into(),
        tid: u64::from(thread.tid()).into(),
        reuse: thread.reuse().into(),
        segment: number.into(),
        start_unix_ns: process.start_unix_ns().into(),
        name: thread.name().halves().map(Into::into),
        ..Header::default()
    };
    let file = process.create_mapped(&segment_name(thread, number))?;
    let bytes = NonNull::slice_from_raw_parts(NonNull::from(&header).cast::<u8>(), size_of::<Header>());
    let written = sys::write_begin(file, bytes);
    sys::close(file);
    written?;
    thread.ring.segment.store(number, Relaxed);
    thread.ring.segment_len.store(HEADER_SIZE as u64, Relaxed);
    if let Some(oldest) = number.checked_sub(SEGMENTS).filter(|oldest| *oldest > 0) {
        process.remove(&segment_name(thread, oldest));
    }
    Ok(())
}
