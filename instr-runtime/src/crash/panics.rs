//! What panics say: `panic.json`, written by a hook that then calls the one that was there before.

#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::fmt;
use core::ptr::NonNull;
use std::panic::{self, PanicHookInfo};
use std::thread::Thread;

use instr_format::files::PANIC_JSON;
use instr_format::names::THREAD_NAME_MAX;
use instr_format::panics::{KEPT, SIZE, THREADS};
use instr_format::text::LINE_MAX;

use crate::json::Json;
use crate::process::{self, Process};
use crate::sys::{self, CName};
use crate::{facts, settings, thread};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

struct Before(UnsafeCell<Option<Hook>>);

// SAFETY: written once, before the hook that reads it is in place.
unsafe impl Sync for Before {}

/// The hook of before. In a static, so that ours holds nothing and takes no memory of the program's.
static BEFORE: Before = Before(UnsafeCell::new(None));

const _: () = assert!(SIZE == LINE_MAX);

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
        thread::panics();
        // A handler that panics has next to no stack.
        sys::on_spare_stack(|| record(panic));
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

/// Async-signal-safe, but for what [`whole_name`] says.
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
    let kernels = sys::thread_name();
    let thread = whole_name(process, kernels.as_bytes());
    let mut name = thread.as_ref().and_then(Thread::name).map_or(kernels.as_bytes(), |name| {
        if name.as_bytes().starts_with(kernels.as_bytes()) {
            first_part(name, NAME_MAX.min(name.len())).as_bytes()
        } else {
            kernels.as_bytes()
        }
    });
    let mut kept = message(panic);
    loop {
        bytes.fill(b' ');
        let mut place = Place { bytes, len: 0 };
        let json = &mut Json::new(&mut place);
        if describe(json, process, name, number, panic, kept).is_ok() {
            bytes[SIZE - 1] = b'\n';
            return true;
        }
        match kept.filter(|text| !text.is_empty()) {
            Some(text) => kept = Some(first_part(text, text.len() / 2)),
            None if name.len() > kernels.as_bytes().len() => (name, kept) = (kernels.as_bytes(), message(panic)),
            None => return false,
        }
    }
}

/// How much of a thread's name is kept.
const NAME_MAX: usize = 255;

/// The thread, where std may know more of its name than the kernel, which keeps 15 bytes; libtest names threads by the
/// whole paths of tests.
///
/// `std::thread::current` can do harm here. It *panics*, which in a hook aborts the process, once the thread's handle is
/// gone. That goes when the destructors of pthread keys are called; so we do not ask once ours has been called, which
/// is the first of the two, as its key was made before `main`. It *allocates* in threads that std has not made, and a
/// panic may come out of the allocator, or from a signal handler that has interrupted it. So we ask only where the
/// kernel's name is full, and not where it is the program's, as that of the main thread and of C's threads is unless they
/// are given one. What remains is a thread of C with a name of just 15 bytes that panics within the allocator; std would
/// allocate there too, as soon as it unwinds.
fn whole_name(process: &Process, kernels: &[u8]) -> Option<Thread> {
    let program = facts::get()?.exe.rsplit(|byte| *byte == b'/').next()?;
    let may_be_cut = kernels.len() == THREAD_NAME_MAX && !program.starts_with(kernels);
    (may_be_cut && sys::thread_id() != process.pid() && thread::has_locals()).then(std::thread::current)
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
    thread_name: &[u8],
    number: u64,
    panic: &PanicHookInfo<'_>,
    kept: Option<&str>,
) -> fmt::Result {
    json.open('{')?;
    super::who_and_when(json, process, thread_name)?;
    json.entry("number", number)?;
    if let Some(place) = panic.location() {
        json.entry("file", place.file())?;
        json.entry("line", place.line())?;
        json.entry("column", place.column())?;
    }
    json.entry("statement", thread::last_statement())?;
    json.entry("message", kept)?;
    json.entry("message_bytes", message(panic).map_or(0, str::len) as u64)?;
    json.entry("kept_bytes", kept.map_or(0, str::len) as u64)?;
    json.close('}')
}
