//! `instr-analyze export --format minidump`, read back by a library that others have written for it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use instr_analyze::export::minidump::REPORT_STREAM;
use instr_analyze::model::crash::Crash;
use instr_analyze::run::symbols::{FRAMES_MAX, backtrace};
use instr_tests::analyzer::{self, Outcome};
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use minidump::format::MINIDUMP_STREAM_TYPE;
use minidump::system_info::{Cpu, Os};
use minidump::{
    Minidump, MinidumpException, MinidumpMiscInfo, MinidumpModuleList, MinidumpSystemInfo, MinidumpThreadList,
    MinidumpThreadNames, Module as _,
};
use serde_json::{Value, json};

fn export(run: &Path, output: &Path, more: &[&str]) -> Outcome {
    let arguments = ["export".as_ref(), run.as_os_str(), "--format=minidump".as_ref(), "--output".as_ref()];
    let more = more.iter().map(OsStr::new);
    analyzer::run(arguments.into_iter().chain([output.as_os_str()]).chain(more))
}

/// Runs the crasher, and reads the minidump of its run, and its `crash.json`.
fn died(death: &str, place: &str) -> (Scene, Vec<u8>, Value) {
    let scene = Scene::new();
    run(scene.command(&program("crasher", INSTRUMENTED)).args([death, place]));
    let directory = &scene.runs()[0];
    let output = scene.path().join("crash.dmp");
    let outcome = export(directory, &output, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let dump = std::fs::read(output).expect("a minidump");
    let crash = std::fs::read(directory.join("crash.json")).expect("a record");
    (scene, dump, serde_json::from_slice(&crash).expect("JSON"))
}

/// Of numbers and of what names of registers stand for.
fn hex(value: u64) -> Value {
    format!("{value:#x}").into()
}

#[test]
fn signal_address_thread_and_registers_are_those_of_the_crash() {
    let (_scene, dump, crash) = died("ffi-segfault", "eight");
    let dump = Minidump::read(dump).expect("a minidump");
    let system = dump.get_stream::<MinidumpSystemInfo>().expect("a system");
    let exception = dump.get_stream::<MinidumpException>().expect("an exception");
    assert_eq!(system.os, Os::Linux);
    assert_eq!(exception.get_crash_reason(system.os, system.cpu).to_string(), "SIGSEGV / SEGV_MAPERR");
    assert_eq!(hex(exception.get_crash_address(system.os, system.cpu)), crash["fault_address"]);
    assert_eq!(crash["tid"], exception.get_crashing_thread_id());
    let misc = dump.get_stream::<MinidumpMiscInfo>().expect("more");
    let seconds = crash["unix_ns"].as_u64().expect("a time") / 1_000_000_000;
    assert_eq!(seconds, u64::from(dump.header.time_date_stamp));
    assert_eq!(crash["pid"], *misc.raw.process_id().expect("an id"));

    let threads = dump.get_stream::<MinidumpThreadList>().expect("threads");
    let names = dump.get_stream::<MinidumpThreadNames>().expect("names");
    let name = |id| names.get_name(id).expect("a name").into_owned();
    let mut all: Vec<_> = threads.threads.iter().map(|thread| name(thread.raw.thread_id)).collect();
    all.sort();
    let bystanders = (1..=7).map(|number| format!("bystander-{number}"));
    assert_eq!(all, bystanders.chain(["guilty".to_owned(), "main".to_owned()]).collect::<Vec<_>>());
    for thread in &threads.threads {
        let context = thread.context(&system, Some(&misc));
        assert_eq!(context.is_some(), name(thread.raw.thread_id) == "guilty", "{}", name(thread.raw.thread_id));
        let Some(context) = context else { continue };
        let registers = crash["registers"].as_object().expect("registers");
        for (register, value) in registers.iter().filter(|(register, _)| *register != "eflags") {
            assert_eq!(context.get_register(register).map(hex).as_ref(), Some(value), "{register}");
        }
    }
}

#[test]
fn what_is_in_it_unwinds_to_the_guilty_function() {
    let (_scene, dump, written) = died("ffi-segfault", "worker");
    let dump = Minidump::read(dump).expect("a minidump");
    let system = dump.get_stream::<MinidumpSystemInfo>().expect("a system");
    let exception = dump.get_stream::<MinidumpException>().expect("an exception");
    let context = exception.context(&system, None).expect("registers");
    let memory = dump.get_memory().expect("memory");
    let stack = memory.memory_at_address(context.get_stack_pointer()).expect("the stack");
    let maps = dump.get_raw_stream(MINIDUMP_STREAM_TYPE::LinuxMaps.into()).expect("mappings");
    let digits = stack.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let registers = context.valid_registers().map(|(name, value)| (name.to_owned(), format!("{value:#x}")));
    let crash: Value = json!({
        "tid": 1, "signal_number": 11, "code_number": 1,
        "registers": registers.collect::<BTreeMap<_, _>>(),
        "stack_address": hex(stack.base_address()), "stack": Value::String(digits),
        "maps": str::from_utf8(maps).expect("UTF-8"), "builds": written["builds"],
    });
    let crash: Crash = serde_json::from_value(crash).expect("a crash");
    let frames = backtrace(&crash, true, FRAMES_MAX);
    let functions: Vec<_> =
        frames.iter().flat_map(|frame| &frame.functions).filter_map(|function| function.name.as_deref()).collect();
    let at = |wanted: &str| functions.iter().position(|name| name.contains(wanted));
    assert!(at("strlen") < at("crasher::deaths::ffi_segfault"), "{functions:#?}");
    assert!(at("crasher::deaths::ffi_segfault").is_some(), "{functions:#?}");

    let modules = dump.get_stream::<MinidumpModuleList>().expect("modules");
    let program_ = program("crasher", INSTRUMENTED);
    let main = modules.iter().find(|module| OsStr::new(&*module.code_file()) == program_).expect("the program");
    let base = hex(main.base_address());
    let build = written["builds"].as_array().expect("builds").iter().find(|build| build["address"] == base);
    let id = main.code_identifier().map(|id| id.to_string());
    assert_eq!(id.as_deref(), build.expect("its build")["id"].as_str());
    assert!(modules.module_at_address(context.get_instruction_pointer()).is_some());
}

#[test]
fn it_holds_the_statements_of_every_thread() {
    let (_scene, dump, _) = died("ffi-segfault", "eight");
    let dump = Minidump::read(dump).expect("a minidump");
    let report = dump.get_raw_stream(REPORT_STREAM).expect("the report");
    let report = str::from_utf8(report).expect("UTF-8");
    let place = |mark: &str, file| {
        let place = Place::marked(file, mark);
        format!("{}:{}:", place.file, place.line)
    };
    let guilty = place("guilty: ffi-segfault", "tests/crasher/src/deaths.rs");
    assert!(report.contains("): crashed in crasher::deaths::ffi_segfault at "), "{report}");
    assert!(report.contains(&guilty) && report.contains("libc::strlen(no_text());"), "{report}");
    let waits = place("waits: bystander", "tests/crasher/src/places.rs");
    // Each is there and has this as the last step of what it did.
    assert_eq!(report.matches(&format!(" at {waits}")).count(), 7, "{report}");
    assert!(report.contains("its last steps, the newest last:"), "{report}");
}

#[test]
fn signals_that_are_sent_have_no_address() {
    let (_scene, dump, _) = died("abort", "main");
    let dump = Minidump::read(dump).expect("a minidump");
    let exception = dump.get_stream::<MinidumpException>().expect("an exception");
    let reason = exception.get_crash_reason(Os::Linux, Cpu::X86_64).to_string();
    assert_eq!((reason.as_str(), exception.raw.exception_record.exception_address), ("SIGABRT / SI_TKILL", 0));
}

#[test]
fn of_aarch64_the_registers_are_that_machines() {
    let output = tempfile::tempdir().expect("a directory");
    let run = FakeRun::new(output.path(), "demo-1");
    run.json(PID, 1, Path::new("/nowhere"), &[]);
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let mut registers = json!({"pc": "0x1234", "sp": "0x7000", "pstate": "0x80000000"});
    for number in 0..31 {
        registers[format!("x{number}")] = hex(0x100 + number);
    }
    let crash = json!({
        "schema_version": 1, "tid": PID, "signal_number": 7, "code_number": 1, "fault_address": "0x99",
        "registers": registers, "stack_address": "0x7000", "stack": "0102030405060708", "maps": "",
    });
    run.write("crash.json", crash.to_string());
    let file = output.path().join("crash.dmp");
    assert_eq!(export(&output.path().join("demo-1"), &file, &[]).code, 0);
    let dump = Minidump::read_path(&file).expect("a minidump");
    let system = dump.get_stream::<MinidumpSystemInfo>().expect("a system");
    let exception = dump.get_stream::<MinidumpException>().expect("an exception");
    assert_eq!((system.cpu, exception.get_crash_address(system.os, system.cpu)), (Cpu::Arm64, 0x99));
    let context = exception.context(&system, None).expect("registers");
    assert_eq!((context.get_instruction_pointer(), context.get_stack_pointer()), (0x1234, 0x7000));
    assert_eq!((context.get_register("x0"), context.get_register("x30")), (Some(0x100), Some(0x11e)));
}

/// The runtime writes down registers of two machines, and none of others.
#[test]
fn a_crash_on_another_machine_is_refused_and_not_called_one_of_these() {
    let output = tempfile::tempdir().expect("a directory");
    let run = FakeRun::new(output.path(), "demo-1");
    let file = output.path().join("crash.dmp");
    for registers in [json!({}), json!({"rsp": "0x7000", "sp": "0x7000"}), json!({"pc": "twelve"})] {
        let crash = json!({
            "schema_version": 1, "tid": PID, "signal_number": 11, "code_number": 1, "registers": registers,
            "stack_address": "0x7000", "stack": "", "maps": "",
        });
        run.write("crash.json", crash.to_string());
        let refused = export(&run.dir, &file, &[]);
        let message = format!(
            "instr-analyze: cannot make a minidump of {}: crash.json has neither the register `rip` of x86_64 nor the `pc` of \
             aarch64, and of other machines none can be made\n",
            run.dir.display()
        );
        assert_eq!((refused.code, refused.stderr), (2, message));
        assert!(!file.exists());
    }
}

/// The thread that crashed is part of every crash, and mappings that cannot be are no reason to give up.
#[test]
fn a_filter_and_strange_mappings_leave_the_thread_that_crashed() {
    let (scene, _, mut crash) = died("ffi-segfault", "worker");
    let run = &scene.runs()[0];
    crash["maps"] = "9000-a000 r-xp 0 0 0 /a\n1000-2000 r-xp 0 0 0 /a\nffff-0 r-xp 0 0 0 /b\n".into();
    std::fs::write(run.join("crash.json"), crash.to_string()).expect("room");
    let file = scene.path().join("other.dmp");
    assert_eq!(export(run, &file, &["--thread", "main"]).code, 0);
    let dump = Minidump::read_path(&file).expect("a minidump");
    let threads = dump.get_stream::<MinidumpThreadList>().expect("threads");
    let ids: Vec<_> = threads.threads.iter().map(|thread| u64::from(thread.raw.thread_id)).collect();
    assert_eq!(ids, [crash["tid"].as_u64().expect("an id"), crash["pid"].as_u64().expect("an id")]);
}

#[test]
fn without_a_crash_there_is_none_and_of_two_none_is_chosen() {
    let scene = Scene::new();
    run(scene.command(&program("crasher", INSTRUMENTED)).args(["normal-exit", "main"]));
    let file = scene.path().join("crash.dmp");
    let none = export(&scene.output(), &file, &[]);
    assert_eq!((none.code, file.exists()), (1, false));
    assert!(none.stderr.contains("no crash was recorded, of which"), "{none:?}");
    for _ in 0..2 {
        run(scene.command(&program("crasher", INSTRUMENTED)).args(["abort", "main"]));
    }
    let two = export(&scene.output(), &file, &[]);
    assert_eq!((two.code, file.exists()), (2, false));
    assert!(two.stderr.contains("2 runs crashed"), "{two:?}");
    std::fs::write(&file, "dear to me").expect("room");
    let taken = export(&scene.runs()[2], &file, &[]);
    assert!(taken.code == 2 && taken.stderr.contains("exists; name another file"), "{taken:?}");
    assert_eq!(analyzer::run(["export", "--format", "core"]).code, 2);
}
