//! The `write` sink: one text line per record, one `write(2)` per line, one file per thread.

use instr_format::escape::Escaped;
use instr_format::files::LOG_SUFFIX;
use instr_format::text::{LINE_MAX, LogHeader, Moment, SiteText, encode_header, encode_record};

use crate::process::Process;
use crate::sys::{self, Errno};
use crate::thread::files::{create_own, file_name};
use crate::thread::{LogState, Thread};
use crate::{site, thread};

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
        _ => open(process, thread).inspect_err(|errno| thread.log.set(LogState::Failed(*errno))),
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
    append(thread, log, line.get(..len).unwrap_or_default())
}

/// Ends a line that had to stay torn. No value holds a space, so that nobody takes it for a whole one.
const TORN_END: &[u8] = b" \n";

/// Appends a line whole, on a new line.
fn append(thread: &Thread, log: i32, line: &[u8]) -> Result<(), Errno> {
    // A write past the limit would raise SIGXFSZ, which kills.
    thread.log.reserve((line.len() + TORN_END.len()) as u64)?;
    if thread.log.is_torn() {
        write_all(log, TORN_END).map_err(|stop| failed(thread, stop.errno))?;
        thread.log.set_torn(false);
    }
    write_all(log, line).map_err(|stop| {
        thread.log.set_torn(stop.written > 0);
        failed(thread, stop.errno)
    })
}

/// A log whose descriptor the program has closed is to be opened again.
fn failed(thread: &Thread, errno: Errno) -> Errno {
    if errno == Errno::BAD_DESCRIPTOR {
        thread.log.set(LogState::New);
    }
    errno
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

/// Opens the thread's log. Signals wait meanwhile, so that a handler does not open it a second time.
#[cold]
#[inline(never)]
fn open(process: &Process, thread: &Thread) -> Result<i32, Errno> {
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
    let log = process.open_log(&file_name(thread.tid(), thread.reuse(), 0, LOG_SUFFIX)).ok()?;
    if thread::is_log(thread, log) {
        return Some(log);
    }
    sys::close(log);
    None
}

/// Creates the log with its first line.
fn create(process: &Process, thread: &Thread) -> Result<i32, Errno> {
    let (log, name) = create_own(thread, LOG_SUFFIX, |name| process.create_log(name))?;
    write_header(process, thread, log).map(|()| log).inspect_err(|_| {
        // Without a first line the file would say nothing, and stand in the way of the next attempt.
        sys::close(log);
        process.remove(&name);
    })
}

fn write_header(process: &Process, thread: &Thread, log: i32) -> Result<(), Errno> {
    let name = sys::CName::<64>::new(format_args!("{}", Escaped(thread.name().as_bytes())));
    let header = LogHeader {
        pid: u64::from(process.pid()),
        tid: u64::from(thread.tid()),
        reuse: u64::from(thread.reuse()),
        segment: 0,
        name: name.as_bytes(),
    };
    thread.log.begin();
    thread.lines.with(|line| {
        let len = encode_header(line, &header);
        thread.log.reserve(len as u64)?;
        write_all(log, line.get(..len).unwrap_or_default()).map_err(|stop| stop.errno)
    })
}
