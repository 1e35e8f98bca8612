//! The `write` sink: one text line per record, one `write(2)` per line, one file per thread, or the newest segments of one.

mod segment;

use instr_format::text::{LINE_MAX, Moment, SiteText, encode_record};

use crate::process::Process;
use crate::sys::{self, Errno};
use crate::thread::{LogState, Thread};
use crate::{site, thread};

pub(super) use segment::close as thread_ends;

/// A log that could not be opened is tried again every so many records.
const RETRY_EVERY: u64 = 64;
/// Every so many records it is made sure that the descriptor is still the log's, and how large the log may become: to ask
/// each time would cost as much as the record.
const CHECK_EVERY: u64 = 32;

/// Writes one record to the thread's log, or counts it as dropped. Async-signal-safe.
pub(crate) fn record(process: &Process, thread: &Thread, id: u32) {
    let seq = thread.next_seq();
    let attempt = || {
        let log = log(process, thread, seq)?;
        let site = site::text(id).ok_or(Errno::NONE)?;
        thread.lines.with(|line| write(process, thread, seq, &site, line, log))
    };
    let written = match attempt() {
        // The program has closed the log, which is opened again.
        Err(Errno::BAD_DESCRIPTOR) => attempt(),
        written => written,
    };
    if let Err(errno) = written {
        thread.count_dropped(errno);
    }
}

/// The descriptor of the thread's log.
#[inline]
fn log(process: &Process, thread: &Thread, seq: u64) -> Result<i32, Errno> {
    match thread.log.state() {
        LogState::Open(log) if !seq.is_multiple_of(CHECK_EVERY) || is_usable(process, thread, seq, log) => Ok(log),
        LogState::Failed(errno) if !seq.is_multiple_of(RETRY_EVERY) => Err(errno),
        _ => segment::open(process, thread).inspect_err(|errno| thread.log.set(LogState::Failed(*errno))),
    }
}

#[cold]
fn is_usable(process: &Process, thread: &Thread, seq: u64, log: i32) -> bool {
    process.look_at_a_handler(seq / CHECK_EVERY);
    thread.log.look_at_limit();
    thread::is_log(thread, log)
}

#[inline]
fn write(
    process: &Process,
    thread: &Thread,
    seq: u64,
    site: &SiteText<'_>,
    line: &mut [u8; LINE_MAX],
    log: i32,
) -> Result<(), Errno> {
    let (unix_ns, monotonic_ns) = sys::now();
    let moment = Moment {
        pid: u64::from(process.pid()),
        tid: u64::from(thread.tid()),
        seq,
        unix_ns,
        elapsed_ns: monotonic_ns.saturating_sub(process.start_monotonic_ns()),
    };
    let len = encode_record(line, &moment, site);
    append(process, thread, seq, line.get(..len).unwrap_or_default(), log)
}

/// Ends a line that had to stay torn. No value holds a space, so that nobody takes it for a whole one.
const TORN_END: &[u8] = b" \n";

/// Appends a line whole, on a new line.
fn append(process: &Process, thread: &Thread, seq: u64, line: &[u8], mut log: i32) -> Result<(), Errno> {
    let len = (line.len() + TORN_END.len()) as u64;
    if thread.log.is_full(len) {
        log = make_room(process, thread, seq, len)?;
    }
    // A write past the limit would raise SIGXFSZ, which kills.
    thread.log.reserve(len)?;
    if thread.log.is_torn() {
        write_all(log, TORN_END).map_err(|stop| failed(thread, len, &stop))?;
        thread.log.set_torn(false);
    }
    write_all(log, line).map_err(|stop| {
        thread.log.set_torn(stop.written > 0);
        failed(thread, line.len() as u64, &stop)
    })
}

/// Makes room for so many bytes, and returns the descriptor to write to. Where there can be none, it is tried again every so many
/// records.
#[cold]
fn make_room(process: &Process, thread: &Thread, seq: u64, len: u64) -> Result<i32, Errno> {
    match thread.log.stuck() {
        Some(errno) if !seq.is_multiple_of(RETRY_EVERY) => Err(errno),
        _ => segment::make_room(process, thread, len).inspect_err(|errno| thread.log.set_stuck(*errno)),
    }
}

/// A log whose descriptor the program has closed is to be opened again.
fn failed(thread: &Thread, len: u64, stop: &Stop) -> Errno {
    thread.log.give_back(len - stop.written as u64);
    if stop.errno == Errno::BAD_DESCRIPTOR {
        thread.log.set(LogState::New);
    }
    stop.errno
}

struct Stop {
    written: usize,
    errno: Errno,
}

/// One `write(2)`, unless the disk takes only a part.
fn write_all(log: i32, line: &[u8]) -> Result<(), Stop> {
    let mut written = 0;
    while let Some(rest) = line.get(written..).filter(|rest| !rest.is_empty()) {
        match sys::write(log, rest) {
            Ok(0) => return Err(Stop { written, errno: Errno::NO_SPACE }),
            Ok(count) => written += count,
            Err(Errno::INTERRUPTED) => {}
            Err(errno) => return Err(Stop { written, errno }),
        }
    }
    Ok(())
}
