//! What `crash.json` says.

use core::fmt::{self, Write as _};

use super::words;
use crate::json::Json;
use crate::process::Process;
use crate::sys::{self, Arrival, Writer};
use crate::thread;

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
    json.key("exiting")?;
    json.value(format_args!("{}", process.is_exiting()))?;
    // Until it is caught; where panics abort, for good.
    json.key("panicking")?;
    json.value(format_args!("{}", std::thread::panicking()))?;
    json.key("signal")?;
    json.string_or_null(words::signal(arrival.signal()).map(str::as_bytes))?;
    json.key("signal_number")?;
    json.signed(arrival.signal())?;
    json.key("code")?;
    json.string_or_null(words::code(arrival.signal(), arrival.code()).map(str::as_bytes))?;
    json.key("code_number")?;
    json.signed(arrival.code())?;
    json.key("fault_address")?;
    match arrival.address() {
        Some(address) => json.address(address as u64)?,
        None => json.string_or_null(None)?,
    }
    if let Some((pid, uid)) = arrival.sender() {
        json.key("sender")?;
        json.open('{')?;
        json.key("pid")?;
        json.number(pid)?;
        json.key("uid")?;
        json.number(uid)?;
        json.close('}')?;
    }
    json.key("statement")?;
    json.number_or_null(thread::last_statement().map(u64::from))?;
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
    json.key("tid")?;
    json.number(tid)?;
    json.key("reuse")?;
    json.number(u64::from(reuse))?;
    json.key("statement")?;
    json.number_or_null(statement.map(u64::from))?;
    json.close('}')
}

fn machine(json: &mut Json<'_>, arrival: &Arrival<'_>) -> fmt::Result {
    json.key("registers")?;
    json.open('{')?;
    for (name, value) in arrival.registers() {
        json.key(name)?;
        json.address(value)?;
    }
    json.close('}')?;
    json.key("backtrace")?;
    json.open('[')?;
    for address in arrival.backtrace() {
        json.address(address)?;
    }
    json.close(']')?;
    builds(json)?;
    json.key("stack_address")?;
    json.address(arrival.stack_top())
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
    json.key("address")?;
    json.address(address)?;
    json.key("id")?;
    json.hex_or_null(Some(id))?;
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
