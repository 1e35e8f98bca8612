//! The `write` sink: one text line per record, one `write(2)` per line, one file per thread.

use instr_format::escape::Escaped;
use instr_format::files::LOG_SUFFIX;
use instr_format::text::{LINE_MAX, LogHeader, Moment, encode_header, encode_record};

use crate::process::Process;
use crate::sys::{self, Errno};
use crate::thread::{LogState, Thread};
use crate::{site, thread};

/// Names that are tried for a log. Only what is not ours can stand in the way, or threads without a slot of their own.
const ATTEMPTS: u32 = 1_000;
/// A log that could not be created is tried again every so many records.
const RETRY_EVERY: u64 = 64;

/// Writes one record to the thread's log, or counts it as dropped. Async-signal-safe.
pub(crate) fn record(process: &Process, thread: &Thread, id: u32) {
    let seq = thread.next_seq();
    let log = match thread.log() {
        LogState::Open(log) => log,
        LogState::Closed => return thread.count_dropped(Errno::NONE),
        LogState::Failed(errno) if !seq.is_multiple_of(RETRY_EVERY) => return thread.count_dropped(errno),
        LogState::New | LogState::Failed(_) => match open(process, thread) {
            Ok(log) => log,
            Err(errno) => {
                thread.set_log(LogState::Failed(errno));
                return thread.count_dropped(errno);
            }
        },
    };
    let Some(site) = site::text(id) else { return thread.count_dropped(Errno::NONE) };
    let (unix_ns, monotonic_ns) = sys::now();
    let moment = Moment {
        pid: u64::from(process.pid()),
        tid: u64::from(thread.tid()),
        seq,
        unix_ns,
        elapsed_ns: monotonic_ns.saturating_sub(process.start_monotonic_ns()),
    };
    let mut buffer = [0; LINE_MAX];
    let len = encode_record(&mut buffer, &moment, &site);
    if let Err(errno) = append(thread, log, buffer.get(..len).unwrap_or_default()) {
        thread.count_dropped(errno);
    }
}

/// Appends a line whole. After a line that had to stay torn, the next one begins on a new line.
fn append(thread: &Thread, log: i32, line: &[u8]) -> Result<(), Errno> {
    // A write past this limit would raise SIGXFSZ, which kills.
    thread.reserve(line.len() as u64 + 1)?;
    if thread.is_torn() {
        write_all(log, b"\n").map_err(|torn| torn.errno)?;
        thread.set_torn(false);
    }
    write_all(log, line).map_err(|stop| {
        thread.set_torn(stop.written > 0);
        stop.errno
    })
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

/// Creates the thread's log with its first line. Signals wait meanwhile, so that a handler does not create a second one.
#[cold]
fn open(process: &Process, thread: &Thread) -> Result<i32, Errno> {
    let _blocked = sys::SignalsBlocked::new();
    let (log, name) = create(process, thread)?;
    if let Err(errno) = write_header(process, thread, log) {
        // Without a first line the file would say nothing, and stand in the way of the next attempt.
        sys::close(log);
        process.remove_file(&name);
        return Err(errno);
    }
    thread::keep_log(thread, log);
    Ok(log)
}

type LogName = sys::CName<64>;

/// The kernel gives an id to one thread after the other; the second one's file is `<tid>.2.log`.
fn create(process: &Process, thread: &Thread) -> Result<(i32, LogName), Errno> {
    let tid = thread.tid();
    let first = thread.reuse();
    for reuse in first..first + ATTEMPTS {
        let name = match reuse {
            1 => LogName::new(format_args!("{tid}{LOG_SUFFIX}")),
            _ => LogName::new(format_args!("{tid}.{reuse}{LOG_SUFFIX}")),
        };
        match process.create_file(&name) {
            Err(Errno::EXISTS) => {}
            Err(errno) => return Err(errno),
            Ok(log) => {
                thread.set_reuse(reuse);
                return Ok((log, name));
            }
        }
    }
    Err(Errno::EXISTS)
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
    let mut buffer = [0; LINE_MAX];
    let len = encode_header(&mut buffer, &header);
    thread.limit_log(sys::file_size_limit());
    thread.reserve(len as u64)?;
    write_all(log, buffer.get(..len).unwrap_or_default()).map_err(|stop| stop.errno)
}
