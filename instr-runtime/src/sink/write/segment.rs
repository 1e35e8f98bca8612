//! The segments of a thread's log: the first one is opened, the next one takes the place of one that is full, and the last one
//! is left to later readers.
//!
//! The next one is created under a name of its own, with its first line. Then the full one is renamed, the next one gets its name,
//! and is put in the place of its descriptor, in one step. So a record goes to one of the two, whole, wherever the process is
//! killed and whichever record a signal handler has interrupted.

use instr_format::escape::Escaped;
use instr_format::files::{LOG_PART_SUFFIX, LOG_SUFFIX};
use instr_format::text::{LogHeader, encode_header};

use super::write_all;
use crate::process::{File, FileName, Kind, Process, file_name};
use crate::settings;
use crate::sys::{self, Errno};
use crate::thread::files::create_own;
use crate::thread::{self, LogState, Thread};

/// How many segments share what is kept of a thread.
const SEGMENTS: u64 = 4;
/// No segment has room for less: eight of the longest lines.
const LEAST: u64 = 16 << 10;

/// Opens the thread's log. Signals wait meanwhile, so that a handler does not open it a second time.
#[cold]
#[inline(never)]
pub(super) fn open(process: &Process, thread: &Thread) -> Result<i32, Errno> {
    let _blocked = sys::SignalsBlocked::new();
    let log = match open_again(process, thread) {
        Some(log) => log,
        None => create(process, thread)?,
    };
    thread::keep_log(thread, log);
    Ok(log)
}

/// A log whose descriptor the program has closed.
fn open_again(process: &Process, thread: &Thread) -> Option<i32> {
    if !thread.log.is_there() {
        return None;
    }
    let log = process.open_log(&name(thread, LOG_SUFFIX)).ok()?;
    if thread::is_log(thread, log) {
        return Some(log);
    }
    sys::close(log);
    None
}

/// Makes room for so many bytes more: in the newest segment, or else in the next one. The descriptor stays what it was, unless
/// the program has taken it.
#[cold]
#[inline(never)]
pub(super) fn make_room(process: &Process, thread: &Thread, len: u64) -> Result<i32, Errno> {
    let _blocked = sys::SignalsBlocked::new();
    let LogState::Open(before) = thread.log.state() else { return Err(Errno::BAD_DESCRIPTOR) };
    // By a handler that came before the signals were blocked.
    if !thread.log.is_full(len) {
        return Ok(before);
    }
    if let Some(more) = process.growth(thread.log.room(), cap() / SEGMENTS, LEAST) {
        process.grow_file(more);
        thread.log.add_room(more);
        return Ok(before);
    }
    let mut log = create(process, thread)?;
    if thread::is_log(thread, before) && sys::replace(before, log).is_ok() {
        log = before;
    }
    thread::keep_log(thread, log);
    Ok(log)
}

/// How much is kept of a thread.
fn cap() -> u64 {
    settings::get().map_or(u64::MAX, |settings| settings.caps.thread)
}

/// Creates the thread's first segment, or the one behind the newest, with its first line.
fn create(process: &Process, thread: &Thread) -> Result<i32, Errno> {
    let (segment, _) = thread.log.segment();
    let full = newest(thread).map(|file| File { number: segment + 1, ..file });
    let size = full.map_or(0, |full| full.bytes);
    process.keep_segments(thread.tid(), thread.reuse(), cap().saturating_sub(cap() / SEGMENTS + size));
    process.open_file(LEAST);
    let created = match &full {
        None => create_first(process, thread).map(|(log, bytes)| (log, 0, bytes)),
        Some(full) => create_behind(process, thread, full).map(|(log, bytes)| (log, full.number, bytes)),
    };
    let (log, segment, bytes) = created.inspect_err(|_| process.forget_file(LEAST))?;
    if let Some(full) = full {
        process.close_file(&full, thread.log.room());
    }
    thread.log.begin(segment, bytes, LEAST);
    Ok(log)
}

fn create_first(process: &Process, thread: &Thread) -> Result<(i32, u64), Errno> {
    let (log, name) = create_own(thread, LOG_SUFFIX, |name| process.create_log(name))?;
    Ok((log, write_header(process, thread, (log, &name), 0)?))
}

/// Creates the segment behind the one that is to be `full`.
fn create_behind(process: &Process, thread: &Thread, full: &File) -> Result<(i32, u64), Errno> {
    let [now, part] = [LOG_SUFFIX, LOG_PART_SUFFIX].map(|suffix| name(thread, suffix));
    // One that could not be finished.
    process.remove(&part);
    let log = process.create_log(&part)?;
    let bytes = write_header(process, thread, (log, &part), full.number)?;
    let renamed = match process.rename(&now, &full.name()) {
        // There is none under this name: somebody has removed it.
        Ok(()) | Err(Errno::NO_DIRECTORY) => process.rename(&part, &now).inspect_err(|_| {
            let _ = process.rename(&full.name(), &now);
        }),
        failed => failed,
    };
    renamed.inspect_err(|_| {
        sys::close(log);
        process.remove(&part);
    })?;
    Ok((log, bytes))
}

/// Returns how long the line is. Without one the file would say nothing, and stand in the way of the next attempt.
fn write_header(process: &Process, thread: &Thread, (log, file): (i32, &FileName), segment: u32) -> Result<u64, Errno> {
    let name = sys::CName::<64>::new(format_args!("{}", Escaped(thread.name().as_bytes())));
    let header = LogHeader {
        pid: u64::from(process.pid()),
        tid: u64::from(thread.tid()),
        reuse: u64::from(thread.reuse()),
        segment: u64::from(segment),
        name: name.as_bytes(),
    };
    thread.log.look_at_limit();
    let written = thread.lines.with(|line| {
        let len = encode_header(line, &header);
        thread.log.allows(len as u64)?;
        write_all(log, line.get(..len).unwrap_or_default()).map(|()| len as u64).map_err(|stop| stop.errno)
    });
    written.inspect_err(|_| {
        sys::close(log);
        process.remove(file);
    })
}

/// The newest segment, as it is when the thread ends.
fn newest(thread: &Thread) -> Option<File> {
    let (_, bytes) = thread.log.segment();
    let file = File { kind: Kind::Log, tid: thread.tid(), reuse: thread.reuse(), number: 0, bytes };
    thread.log.is_there().then_some(file)
}

fn name(thread: &Thread, suffix: &str) -> FileName {
    file_name(thread.tid(), thread.reuse(), 0, suffix)
}

/// Leaves the newest segment to a later reader, if there is one. Signals are blocked.
pub(crate) fn close(process: &Process, thread: &Thread) {
    if let Some(file) = newest(thread) {
        process.close_file(&file, thread.log.room());
    }
}
