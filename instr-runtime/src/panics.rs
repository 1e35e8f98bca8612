//! What panics say: `panic.json`, written by a hook that then calls the one that was there before.

#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::fmt;
use core::ptr::NonNull;
use std::panic::{self, PanicHookInfo};

use instr_format::files::PANIC_JSON;
use instr_format::names::SCHEMA_VERSION;
use instr_format::panics::{KEPT, SIZE};

use crate::json::Json;
use crate::process::{self, Process};
use crate::sys::{self, CName};
use crate::{settings, thread};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

struct Before(UnsafeCell<Option<Hook>>);

// SAFETY: written once, before the hook that reads it is in place.
unsafe impl Sync for Before {}

/// The hook of before. In a static, so that ours holds nothing and takes no memory of the program's.
static BEFORE: Before = Before(UnsafeCell::new(None));

/// Puts the hook in place. For normal context, once, before there is a second thread.
pub(crate) fn watch() {
    // Who panics must not change hooks.
    if settings::get().is_some_and(|settings| settings.crash) && !std::thread::panicking() {
        // SAFETY: the hook that reads it comes next, and nobody else writes it.
        unsafe { *BEFORE.0.get() = Some(panic::take_hook()) };
        panic::set_hook(Box::new(hook));
    }
}

fn hook(panic: &PanicHookInfo<'_>) {
    sys::with_errno(|| record(panic));
    // SAFETY: written before this hook was put in place.
    if let Some(before) = unsafe { &*BEFORE.0.get() } {
        before(panic);
    }
}

/// A place in the file, as its bytes are put together.
struct Slot {
    bytes: [u8; SIZE],
    len: usize,
}

impl fmt::Write for Slot {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The last byte is for the end of the line.
        let room = self.bytes[..SIZE - 1].get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// Async-signal-safe, as a handler may panic too.
fn record(panic: &PanicHookInfo<'_>) {
    let Some(process) = process::current() else { return };
    let number = process.next_panic();
    let message = message(panic);
    let mut kept = message;
    let slot = loop {
        if let Ok(slot) = describe(process, panic, number, message, kept) {
            break slot;
        }
        // What has no room with an empty message either is counted by its number.
        let Some(text) = kept.filter(|text| !text.is_empty()) else { return };
        kept = Some(first_part(text, text.len() / 2));
    };
    let name = CName::<64>::new(format_args!("{PANIC_JSON}"));
    let Ok(file) = process.create_mapped(&name).or_else(|_| process.open_mapped(&name)) else { return };
    let at = (number - 1) % KEPT * SIZE as u64;
    // There is nobody to tell.
    let _ = sys::write_at(file, NonNull::from(&slot.bytes[..]), at);
    sys::close(file);
}

/// What it says, unless it is of a type of the program's own.
fn message<'a>(panic: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    let payload = panic.payload();
    payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// As much of a text as `len` bytes have room for.
fn first_part(text: &str, len: usize) -> &str {
    (0..=len).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

fn describe(
    process: &Process,
    panic: &PanicHookInfo<'_>,
    number: u64,
    message: Option<&str>,
    kept: Option<&str>,
) -> Result<Slot, fmt::Error> {
    let (unix_ns, monotonic_ns) = sys::now();
    let mut slot = Slot { bytes: [b' '; SIZE], len: 0 };
    let json = &mut Json::new(&mut slot);
    json.open('{')?;
    json.key("schema_version")?;
    json.number(u64::from(SCHEMA_VERSION))?;
    json.key("number")?;
    json.number(number)?;
    json.key("pid")?;
    json.number(u64::from(process.pid()))?;
    json.key("tid")?;
    json.number(u64::from(sys::thread_id()))?;
    json.key("reuse")?;
    json.number(u64::from(thread::reuse()))?;
    json.key("thread")?;
    json.string(sys::thread_name().as_bytes())?;
    json.key("unix_ns")?;
    json.number(unix_ns)?;
    json.key("elapsed_ns")?;
    json.number(monotonic_ns.saturating_sub(process.start_monotonic_ns()))?;
    if let Some(place) = panic.location() {
        json.key("file")?;
        json.string(place.file().as_bytes())?;
        json.key("line")?;
        json.number(u64::from(place.line()))?;
        json.key("column")?;
        json.number(u64::from(place.column()))?;
    }
    json.key("statement")?;
    match thread::last_statement() {
        Some(id) => json.number(u64::from(id))?,
        None => json.string_or_null(None)?,
    }
    json.key("message")?;
    json.string_or_null(kept.map(str::as_bytes))?;
    json.key("message_bytes")?;
    json.number(message.map_or(0, str::len) as u64)?;
    json.key("kept_bytes")?;
    json.number(kept.map_or(0, str::len) as u64)?;
    json.close('}')?;
    slot.bytes[SIZE - 1] = b'\n';
    Ok(slot)
}
