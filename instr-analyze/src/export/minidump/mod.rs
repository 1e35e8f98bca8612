//! A minidump of a crash, made of what `crash.json` has kept: for debuggers and crash servers that read such files.

mod layout;
mod machine;

use std::io;
use std::slice;

use minidump_common::format::{
    MINIDUMP_EXCEPTION, MINIDUMP_EXCEPTION_STREAM, MINIDUMP_LOCATION_DESCRIPTOR, MINIDUMP_MEMORY_DESCRIPTOR,
    MINIDUMP_MISC_INFO, MINIDUMP_MODULE, MINIDUMP_STREAM_TYPE as Stream, MINIDUMP_THREAD, MiscInfoFlags,
};
use scroll::{Pwrite, SizeWith};

use self::layout::Layout;
use self::machine::Machine;
use crate::model::crash::{Crash, number};
use crate::model::mappings::{self, Module};
use crate::model::thread::{State, Thread};
use crate::report::options::Options;
use crate::report::paint::Paint;
use crate::report::text;
use crate::run::load::Run;

/// The stream that holds the report on the run, as text: above 0xffff, the format leaves numbers to whoever needs some.
pub const REPORT_STREAM: u32 = 0x7473_6e69;

/// How the record that names a module's build begins.
const BUILD_ID: u32 = 0x4270_454c;

/// A name, whose address has twice the size of others.
#[derive(Pwrite, SizeWith)]
struct ThreadName {
    tid: u32,
    name: u64,
}

/// The minidump of a run that has crashed, with `context` source lines around each statement; `None` if it has not.
///
/// # Errors
/// When it would be larger than such a file can be, or its registers are those of a machine that is not known here.
pub fn minidump(run: &Run, context: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(crash) = &run.crash else { return Ok(None) };
    let machine = Machine::of(crash)?;
    let mut out = Layout::new();
    let stack = stack(&mut out, crash)?;
    let registers = machine::registers(&mut out, crash, machine)?;
    machine::system(&mut out, machine)?;
    process(&mut out, run)?;
    exception(&mut out, crash, registers)?;
    threads(&mut out, run, crash, (stack, registers))?;
    out.list(Stream::MemoryListStream, vec![stack])?;
    modules(&mut out, crash)?;
    out.stream_of(Stream::LinuxMaps.into(), crash.maps.as_bytes())?;
    let mut report = Vec::new();
    let options = Options { context, history_lines: None, paint: Paint::default() };
    text::write(slice::from_ref(run), &options, &mut report)?;
    out.stream_of(REPORT_STREAM, &report)?;
    out.finish(crash.unix_ns.map_or(0, seconds)).map(Some)
}

fn stack(out: &mut Layout, crash: &Crash) -> io::Result<MINIDUMP_MEMORY_DESCRIPTOR> {
    let memory = out.bytes(&crash.stack_bytes())?;
    Ok(MINIDUMP_MEMORY_DESCRIPTOR { start_of_memory_range: crash.stack_start(), memory })
}

fn process(out: &mut Layout, run: &Run) -> io::Result<()> {
    let known = MiscInfoFlags::MINIDUMP_MISC1_PROCESS_ID | MiscInfoFlags::MINIDUMP_MISC1_PROCESS_TIMES;
    out.stream(Stream::MiscInfoStream, |size| MINIDUMP_MISC_INFO {
        size_of_info: size,
        flags1: known.bits(),
        process_id: run.pid.map_or(0, id),
        process_create_time: run.process.start_unix_ns.map_or(0, seconds),
        // Nobody has looked.
        process_user_time: 0,
        process_kernel_time: 0,
    })
}

/// On Linux the signal is the exception's code, and the signal's code its flags.
fn exception(out: &mut Layout, crash: &Crash, registers: MINIDUMP_LOCATION_DESCRIPTOR) -> io::Result<()> {
    let exception_record = MINIDUMP_EXCEPTION {
        exception_code: crash.signal_number.cast_unsigned(),
        exception_flags: crash.code_number.cast_unsigned(),
        exception_address: crash.fault_address.as_deref().and_then(number).unwrap_or(0),
        ..Default::default()
    };
    let stream =
        MINIDUMP_EXCEPTION_STREAM { thread_id: id(crash.tid), __align: 0, exception_record, thread_context: registers };
    out.stream(Stream::ExceptionStream, |_| stream)
}

/// The one that crashed, and of those that the filter takes all that had not ended. Where in the program's code these were, and
/// their stacks, nobody has looked.
fn threads(
    out: &mut Layout,
    run: &Run,
    crash: &Crash,
    (stack, registers): (MINIDUMP_MEMORY_DESCRIPTOR, MINIDUMP_LOCATION_DESCRIPTOR),
) -> io::Result<()> {
    let goes_on = |thread: &Thread| !matches!(thread.state, State::Ended | State::PanickedAndEnded);
    let others = run.threads.iter().filter(|thread| !run.has_crashed(thread) && goes_on(thread));
    let crashed = run.threads.iter().find(|thread| run.has_crashed(thread));
    let mut threads = vec![thread(crash.tid, stack, registers)];
    threads.extend(others.clone().map(|other| thread(other.tid, Default::default(), Default::default())));
    let mut names = Vec::new();
    for thread in crashed.into_iter().chain(others) {
        names.push(ThreadName { tid: id(thread.tid), name: out.string(&thread.name)?.into() });
    }
    out.list(Stream::ThreadListStream, threads)?;
    out.list(Stream::ThreadNamesStream, names)
}

fn thread(tid: u64, stack: MINIDUMP_MEMORY_DESCRIPTOR, registers: MINIDUMP_LOCATION_DESCRIPTOR) -> MINIDUMP_THREAD {
    MINIDUMP_THREAD {
        thread_id: id(tid),
        suspend_count: 0,
        priority_class: 0,
        priority: 0,
        teb: 0,
        stack,
        thread_context: registers,
    }
}

fn modules(out: &mut Layout, crash: &Crash) -> io::Result<()> {
    let mut modules = Vec::new();
    for Module { path, range, .. } in mappings::modules(&crash.maps) {
        let cv_record = match crash.build_id(range.start) {
            Some(build) => out.bytes(&[&BUILD_ID.to_le_bytes(), build.as_slice()].concat())?,
            None => MINIDUMP_LOCATION_DESCRIPTOR::default(),
        };
        modules.push(MINIDUMP_MODULE {
            base_of_image: range.start,
            size_of_image: u32::try_from(range.end.saturating_sub(range.start)).unwrap_or(u32::MAX),
            module_name_rva: out.string(&path)?,
            cv_record,
            ..Default::default()
        });
    }
    out.list(Stream::ModuleListStream, modules)
}

/// Linux has no larger ones.
fn id(id: u64) -> u32 {
    u32::try_from(id).unwrap_or(0)
}

fn seconds(ns: u64) -> u32 {
    u32::try_from(ns / 1_000_000_000).unwrap_or(0)
}
