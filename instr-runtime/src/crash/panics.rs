//! What panics say: `panic.json`, written by a hook that then calls the one that was there before.

#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::fmt;
use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Release};
use std::panic::{self, PanicHookInfo};

use instr_format::files::PANIC_JSON;
use instr_format::panics::{KEPT, SIZE, THREADS};
use instr_format::text::LINE_MAX;

use crate::json::Json;
use crate::process::{self, Process};
use crate::sys::{self, CName, Stack};
use crate::{settings, thread};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

struct Before(UnsafeCell<Option<Hook>>);

// SAFETY: written once, before the hook that reads it is in place.
unsafe impl Sync for Before {}

/// The hook of before. In a static, so that ours holds nothing and takes no memory of the program's.
static BEFORE: Before = Before(UnsafeCell::new(None));

const _: () = assert!(SIZE == LINE_MAX);

/// For one panic at a time; what comes meanwhile uses its thread's.
static STACK: Stack = Stack::new();
static IS_STACK_TAKEN: AtomicBool = AtomicBool::new(false);

/// Puts the hook in place. For normal context, once, before the program has a second thread.
pub(crate) fn watch() {
    // Who panics must not change hooks.
    if settings::get().is_some_and(|settings| settings.crash) && !std::thread::panicking() {
        // SAFETY: the hook that reads it comes next, and nobody else writes it.
        unsafe { *BEFORE.0.get() = Some(panic::take_hook()) };
        panic::set_hook(Box::new(hook));
    }
}

fn hook(panic: &PanicHookInfo<'_>) {
    sys::with_errno(|| {
        // A handler that panics has next to no stack.
        if IS_STACK_TAKEN.swap(true, AcqRel) {
            record(panic);
        } else {
            // SAFETY: nobody else uses it until it is given back.
            unsafe { STACK.run(|| record(panic)) };
            IS_STACK_TAKEN.store(false, Release);
        }
    });
    // SAFETY: written before this hook was put in place.
    if let Some(before) = unsafe { &*BEFORE.0.get() } {
        before(panic);
    }
}

/// A place in the file, as its bytes are put together.
struct Place<'a> {
    bytes: &'a mut [u8; SIZE],
    len: usize,
}

impl fmt::Write for Place<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The last byte is for the end of the line.
        let room = self.bytes[..SIZE - 1].get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// Async-signal-safe.
fn record(panic: &PanicHookInfo<'_>) {
    if let Some(process) = process::current() {
        let number = process.next_panic();
        thread::with_line(|bytes| {
            if describe_shortened(bytes, process, panic, number) {
                write(process, number, bytes);
            }
        });
    }
}

/// `false`: it has no room with an empty message either, and is only counted.
fn describe_shortened(bytes: &mut [u8; SIZE], process: &Process, panic: &PanicHookInfo<'_>, number: u64) -> bool {
    let mut kept = message(panic);
    loop {
        bytes.fill(b' ');
        let mut place = Place { bytes, len: 0 };
        let json = &mut Json::new(&mut place);
        if describe(json, process, number, panic, kept).is_ok() {
            bytes[SIZE - 1] = b'\n';
            return true;
        }
        match kept.filter(|text| !text.is_empty()) {
            Some(text) => kept = Some(first_part(text, text.len() / 2)),
            None => return false,
        }
    }
}

fn write(process: &Process, number: u64, bytes: &[u8; SIZE]) {
    let name = CName::<64>::new(format_args!("{PANIC_JSON}"));
    let Ok(file) = process.create_mapped(&name).or_else(|_| process.open_mapped(&name)) else { return };
    let own = thread::place().filter(|place| *place < THREADS).map(|place| KEPT + place);
    for place in [Some((number - 1) % KEPT), own].into_iter().flatten() {
        // There is nobody to tell.
        let _ = sys::write_at(file, NonNull::from(&bytes[..]), place * SIZE as u64);
    }
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

/// Which panic it is, where, and what it says, of which `kept` has room.
fn describe(
    json: &mut Json<'_>,
    process: &Process,
    number: u64,
    panic: &PanicHookInfo<'_>,
    kept: Option<&str>,
) -> fmt::Result {
    json.open('{')?;
    super::who_and_when(json, process)?;
    json.key("number")?;
    json.number(number)?;
    if let Some(place) = panic.location() {
        json.key("file")?;
        json.string(place.file().as_bytes())?;
        json.key("line")?;
        json.number(u64::from(place.line()))?;
        json.key("column")?;
        json.number(u64::from(place.column()))?;
    }
    json.key("statement")?;
    json.number_or_null(thread::last_statement().map(u64::from))?;
    json.key("message")?;
    json.string_or_null(kept.map(str::as_bytes))?;
    json.key("message_bytes")?;
    json.number(message(panic).map_or(0, str::len) as u64)?;
    json.key("kept_bytes")?;
    json.number(kept.map_or(0, str::len) as u64)?;
    json.close('}')
}
