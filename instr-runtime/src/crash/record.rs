//! What `crash.json` says.

use core::fmt::{self, Write as _};

use super::words;
use crate::json::{Address, Hex, Json};
use crate::process::Process;
use crate::sys::{self, Arrival, Writer};
use crate::thread;

/// So many bytes are kept of what the C library says.
const ABORT_MESSAGE_MAX: usize = 1024;
/// Of more threads, `last` alone tells.
const THREADS_MAX: usize = 4096;

/// Writes the file. Async-signal-safe.
pub(super) fn write(out: &mut Writer<'_>, process: &Process, arrival: &Arrival<'_>) {
    // The writer keeps its first error for later.
    let _ = describe(&mut Json::new(out), process, arrival);
    let _ = stack(out, arrival);
    let _ = maps(out);
}

/// All but the last two keys, and the end.
fn describe(json: &mut Json<'_>, process: &Process, arrival: &Arrival<'_>) -> fmt::Result {
    json.open('{')?;
    super::who_and_when(json, process, sys::thread_name().as_bytes())?;
    json.entry("exiting", process.is_exiting())?;
    // Until it is caught; where panics abort, for good.
    json.entry("panicking", std::thread::panicking())?;
    json.entry("signal", words::signal(arrival.signal()))?;
    json.entry("signal_number", arrival.signal())?;
    json.entry("code", words::code(arrival.signal(), arrival.code()))?;
    json.entry("code_number", arrival.code())?;
    json.entry("fault_address", arrival.address().map(|address| Address(address as u64)))?;
    if let Some((pid, uid)) = arrival.sender() {
        json.key("sender")?;
        json.open('{')?;
        json.entry("pid", pid)?;
        json.entry("uid", uid)?;
        json.close('}')?;
    }
    if let Some(message) = sys::abort_message().filter(|_| arrival.signal() == libc::SIGABRT) {
        json.entry("abort_message", message.get(..ABORT_MESSAGE_MAX).unwrap_or(message))?;
    }
    json.entry("statement", thread::last_statement())?;
    threads(json)?;
    machine(json, arrival)
}

/// Where each thread is that has not ended.
fn threads(json: &mut Json<'_>) -> fmt::Result {
    json.key("threads")?;
    json.open('[')?;
    let (mut result, mut left) = (Ok(()), THREADS_MAX);
    thread::for_each(|tid, reuse, statement| {
        if left > 0 {
            left -= 1;
            result = result.and_then(|()| thread_entry(json, tid, reuse, statement));
        }
    });
    result?;
    json.close(']')
}

fn thread_entry(json: &mut Json<'_>, tid: u64, reuse: u32, statement: Option<u32>) -> fmt::Result {
    json.open('{')?;
    json.entry("tid", tid)?;
    json.entry("reuse", reuse)?;
    json.entry("statement", statement)?;
    json.close('}')
}

fn machine(json: &mut Json<'_>, arrival: &Arrival<'_>) -> fmt::Result {
    json.key("registers")?;
    json.open('{')?;
    for (name, value) in arrival.registers() {
        json.entry(name, Address(value))?;
    }
    json.close('}')?;
    json.key("backtrace")?;
    json.open('[')?;
    for address in arrival.backtrace() {
        json.put(Address(address))?;
    }
    json.close(']')?;
    builds(json)?;
    json.entry("stack_address", Address(arrival.stack_top()))
}

/// Of the program and its libraries, so that another build is not taken for the one that ran.
fn builds(json: &mut Json<'_>) -> fmt::Result {
    let mut result = Ok(());
    json.key("builds")?;
    json.open('[')?;
    sys::build_ids(|address, id| result = result.and_then(|()| build(json, address, id)));
    result?;
    json.close(']')
}

fn build(json: &mut Json<'_>, address: u64, id: &[u8]) -> fmt::Result {
    json.open('{')?;
    json.entry("address", Address(address))?;
    json.entry("id", Hex(id))?;
    json.close('}')
}

/// Two digits a byte, from the top of the stack on.
fn stack(out: &mut Writer<'_>, arrival: &Arrival<'_>) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.write_str(",\"stack\":\"")?;
    arrival.stack(|bytes| {
        for byte in bytes {
            out.put(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
    });
    out.write_str("\"")
}

/// The last key, as long as it is, and the end.
fn maps(out: &mut Writer<'_>) -> fmt::Result {
    out.write_str(",\"maps\":\"")?;
    sys::read_maps(|bytes| {
        for byte in bytes {
            // Paths can hold any byte.
            let _ = match byte {
                b'\n' => out.write_str(r"\n"),
                b'"' => out.write_str(r#"\""#),
                b'\\' => out.write_str(r"\\\\"),
                b' '..=b'~' => out.write_char(*byte as char),
                _ => write!(out, r"\\x{byte:02x}"),
            };
        }
    });
    out.write_str("\"}")
}
