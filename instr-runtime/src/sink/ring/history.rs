//! What a ring is about to overwrite, a quarter of it at a time, in segment files.
//!
//! A quarter is kept when the one behind it is full too: by then, all records that an interrupted probe had still to write are
//! there.

use core::sync::atomic::Ordering::Relaxed;

use instr_format::ring::flat::{CHUNK, SEGMENT_HEADER_SIZE, SegmentChunk};
use instr_format::stack::Head;

use super::file::{header, segment_name, write_header};
use super::{chunk, place};
use crate::process::{File, Kind, Process};
use crate::settings;
use crate::sys::{self, Errno, Piece};
use crate::thread::Thread;

/// How many segments share what is kept of a thread.
const SEGMENTS: u64 = 4;
/// How many chunks are written at once.
const AT_ONCE: usize = 8;
/// What a segment begins with.
const HEADER_BYTES: u64 = SEGMENT_HEADER_SIZE as u64;
/// What a chunk takes.
const KEPT_CHUNK: u64 = (size_of::<SegmentChunk>() + CHUNK) as u64;

/// The thread begins a chunk at `position`: keeps what it will overwrite next, if history is asked for. What cannot be written is
/// overwritten, and counted as such by the reader. Async-signal-safe.
pub(super) fn keep(process: &Process, thread: &Thread, head: &Head, position: u64) {
    // Without it there is no system call here: a confined thread may make none.
    let Some(kept) = settings::get().and_then(|settings| settings.ring.history) else { return };
    let shift = (thread.ring.size.load(Relaxed) / 4).trailing_zeros();
    let end = (position >> shift).saturating_sub(1) << shift;
    if thread.ring.kept.load(Relaxed) < end {
        keep_until(process, thread, head, end, kept);
    }
}

/// Signals wait, as a handler might append too.
#[cold]
#[inline(never)]
fn keep_until(process: &Process, thread: &Thread, head: &Head, end: u64, kept: u64) {
    sys::with_errno(|| {
        let _blocked = sys::SignalsBlocked::new();
        process.look_at_handlers();
        // What the thread has overwritten meanwhile is gone.
        let oldest =
            (end + u64::from(thread.ring.size.load(Relaxed) / 2)).saturating_sub(thread.ring.size.load(Relaxed).into());
        let start = thread.ring.kept.swap(end, Relaxed).max(oldest);
        if start < end {
            let _ = append(process, thread, head, start, end, kept);
        }
    });
}

/// Appends the chunks between two positions.
fn append(process: &Process, thread: &Thread, head: &Head, start: u64, end: u64, kept: u64) -> Result<(), Errno> {
    let (number, len) = (&thread.ring.segment, &thread.ring.segment_len);
    let more = (end - start) / CHUNK as u64 * KEPT_CHUNK;
    let has_room = process.growth(len.load(Relaxed), kept / SEGMENTS, more).is_some();
    // A segment holds what is written at once, however small it is to be.
    if number.load(Relaxed) == 0 || !(has_room || len.load(Relaxed) == HEADER_BYTES) {
        begin_segment(process, thread, more, kept)?;
    }
    let file = process.open_mapped(&segment_name(thread, number.load(Relaxed)))?;
    let before = len.load(Relaxed);
    process.grow_file(more);
    let result = write(file, thread, head, start, end);
    process.shrink_file(more.saturating_sub(len.load(Relaxed) - before));
    sys::close(file);
    result
}

fn write(file: i32, thread: &Thread, head: &Head, start: u64, end: u64) -> Result<(), Errno> {
    let len = &thread.ring.segment_len;
    for first in (start..end).step_by(AT_ONCE * CHUNK) {
        let mut heads: [SegmentChunk; AT_ONCE] = Default::default();
        let mut pieces = [Piece::EMPTY; 2 * AT_ONCE];
        let positions = (first..end).step_by(CHUNK);
        for ((head_of_chunk, pieces), position) in heads.iter_mut().zip(pieces.chunks_exact_mut(2)).zip(positions) {
            *head_of_chunk = describe(head, position);
            let [before, words] = pieces else { continue };
            *before = Piece::new(core::ptr::from_ref(head_of_chunk).cast(), size_of::<SegmentChunk>());
            *words = Piece::new(place(head, position), CHUNK);
        }
        let at = len.load(Relaxed);
        let written = sys::write_pieces_at(file, &pieces, at)? as u64;
        // What is left of a chunk that was cut is overwritten by the next one.
        len.store(at + written / KEPT_CHUNK * KEPT_CHUNK, Relaxed);
    }
    Ok(())
}

fn describe(head: &Head, position: u64) -> SegmentChunk {
    let entry = chunk::entry(head, position);
    match chunk::begun(entry, position) {
        Some(begun) => SegmentChunk {
            position,
            begun: begun + 1,
            holes: entry.holes.load(Relaxed),
            elapsed_ns: entry.elapsed_ns.load(Relaxed),
        },
        None => SegmentChunk { position, ..SegmentChunk::default() },
    }
}

/// Begins the next segment, in which so many bytes of chunks are to be written at once.
fn begin_segment(process: &Process, thread: &Thread, more: u64, kept: u64) -> Result<(), Errno> {
    let ring = &thread.ring;
    let most = (kept / SEGMENTS).max(HEADER_BYTES + more);
    process.keep_segments(thread.tid(), thread.reuse(), kept.saturating_sub(most + ring.segment_len.load(Relaxed)));
    process.open_file(HEADER_BYTES);
    let number = ring.segment.load(Relaxed) + 1;
    create_segment(process, thread, number).inspect_err(|_| process.forget_file(HEADER_BYTES))?;
    close(process, thread);
    ring.segment.store(number, Relaxed);
    ring.segment_len.store(HEADER_BYTES, Relaxed);
    Ok(())
}

fn create_segment(process: &Process, thread: &Thread, number: u32) -> Result<(), Errno> {
    let name = segment_name(thread, number);
    let file = process.create_mapped(&name)?;
    let written = write_header(file, &header(process, thread, 0, number));
    sys::close(file);
    // Without a header it would stand in the way of the next attempt.
    written.inspect_err(|_| process.remove(&name))
}

/// Nobody writes to the newest segment any more, if there is one. Signals are blocked.
pub(super) fn close(process: &Process, thread: &Thread) {
    let segment = thread.ring.segment.load(Relaxed);
    if segment != 0 {
        let bytes = thread.ring.segment_len.load(Relaxed);
        let file = File { kind: Kind::Ring, tid: thread.tid(), reuse: thread.reuse(), number: segment, bytes };
        process.close_file(&file, bytes);
    }
}
