//! Signals that end a program: it ends as without us, and what it died of is written down.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use instr_tests::analyzer;
use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::core_file;
use instr_tests::faults::times;
use instr_tests::limits::trap;
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, copy_program, run, send_after_first_line, without_thread_ids};
use instr_tests::skip::{counted, needing, skip, without};
use serde_json::Value;

const THREADS: &str = "tests/programs/src/bin/crashing_threads.rs";
/// How a signal comes, and the code that it has then. A fault's is the processor's to tell.
const WAYS: [(&str, Option<&str>); 5] = [
    ("fault", None),
    ("raise", Some("SI_TKILL")),
    ("queue", Some("SI_QUEUE")),
    ("kill", Some("SI_USER")),
    ("timer", Some("SI_TIMER")),
];
const SIGNALS: [&str; 7] = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS"];

fn signalled(scene: &Scene, build: Build, arguments: [&str; 3]) -> Ended {
    let mut command = scene.command(&program("signalled", build));
    command.args(arguments);
    // Whether there is a core is part of the status.
    core_file::allow(&mut command);
    if arguments[1] == "kill" { send_after_first_line(&mut command, arguments[0]) } else { run(&mut command) }
}

/// Runs the program with and without us, and returns the status and the record of the crash.
fn compare(arguments: [&str; 3]) -> (ExitStatus, Option<Value>) {
    let (ended, crash) = compare_all(arguments);
    (ended.status, crash)
}

/// The same with what the program has printed.
fn compare_all(arguments: [&str; 3]) -> (Ended, Option<Value>) {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let ended = signalled(&scene, INSTRUMENTED, arguments);
    assert_eq!(ended, signalled(&plain_scene, PLAIN, arguments), "{arguments:?}");
    (ended, crash(&scene.runs()[0]))
}

fn crash(run: &Path) -> Option<Value> {
    let text = std::fs::read(run.join("crash.json")).ok()?;
    Some(serde_json::from_slice(&text).expect("JSON"))
}

#[test]
fn row_07_the_end_is_the_same_and_what_it_was_is_written() {
    for signal in SIGNALS {
        for (way, sent) in WAYS {
            for prepared in ["default", "reset", "handler", "plain-handler"] {
                let (ended, crash) = compare_all([signal, way, prepared]);
                let crash = crash.unwrap_or_else(|| panic!("{signal} {way} {prepared}: no record"));
                assert_eq!(crash["signal"], signal, "{way} {prepared}");
                assert_eq!(crash["tid"], crash["pid"], "{signal} {way} {prepared}");
                // Who aborts sends the signal to itself.
                let sent = if (signal, way) == ("SIGABRT", "fault") { Some("SI_TKILL") } else { sent };
                if let Some(code) = sent {
                    assert_eq!(crash["code"], code, "{signal} {way} {prepared}: {crash:#}");
                }
                let has_sender = sent.is_some_and(|code| code != "SI_TIMER");
                assert_eq!(crash["sender"].is_object(), has_sender, "{signal} {way} {prepared}: {crash:#}");
                assert_eq!(crash["sender"]["pid"] == crash["pid"], has_sender && way != "kill", "{crash:#}");
                if prepared == "handler" {
                    let (number, code) = (&crash["signal_number"], &crash["code_number"]);
                    let said = format!("handler of {number}: {number} {code} ");
                    assert!(ended.stdout.contains(&said), "{signal} {way}: {crash:#} {ended:?}");
                }
            }
        }
    }
}

/// How each signal ends a process, told in `docs/faults.md`.
#[test]
fn row_07_the_wait_status_is_that_of_the_twin() {
    for (way, _) in WAYS {
        for prepared in ["reset", "handler", "ignored"] {
            let ends = SIGNALS.map(|signal| {
                let (status, crash) = compare([signal, way, prepared]);
                // Faults are not ignored: the kernel makes the default of that.
                assert_eq!(crash.is_some(), prepared != "ignored", "{signal} {way} {prepared}");
                match (status.signal(), status.core_dumped()) {
                    (Some(number), core) => format!("{signal}: {number}{}", if core { "+core" } else { "" }),
                    (None, _) => format!("{signal}: exit {}", status.code().unwrap_or_default()),
                }
            });
            counted(&format!("{way}, {}: {}", if prepared == "reset" { "default" } else { prepared }, ends.join(", ")));
        }
    }
}

#[test]
fn row_07_the_report_names_a_timer() {
    let scene = Scene::new();
    run(scene.command(&program("signalled", INSTRUMENTED)).args(["SIGFPE", "timer", "default"]));
    let report = scene.report();
    assert_eq!((report.signal(), &report.run()["end"]["code"]), (Some("SIGFPE"), &"SI_TIMER".into()));
    assert_eq!(report.run()["end"]["message"], "sent by a timer of the process");
}

#[test]
fn row_07_an_ignored_signal_is_no_crash() {
    for signal in SIGNALS {
        let (status, crash) = compare([signal, "raise", "ignored"]);
        assert!(status.success() && crash.is_none(), "{signal}");
    }
}

#[test]
fn row_14_what_a_handler_deals_with_is_no_crash() {
    for (signal, way) in [("SIGILL", "fault"), ("SIGSEGV", "raise"), ("SIGABRT", "queue")] {
        let (status, crash) = compare([signal, way, "recovering"]);
        assert!(status.success() && crash.is_none(), "{signal} {way}");
    }
}

#[test]
fn row_14_faults_that_are_dealt_with_for_ever_cost_little() {
    let count = times(10_000, 100_000).to_string();
    let run = |build| {
        let scene = Scene::new();
        let mut command = scene.command(&program("signalled", build));
        let begin = Instant::now();
        (run(command.args(["SIGSEGV", "fault", "recovering", &count])), begin.elapsed())
    };
    let ((instrumented, ours), (plain, theirs)) = (run(INSTRUMENTED), run(PLAIN));
    assert_eq!(instrumented, plain);
    assert_eq!(plain.stdout, format!("recovered {count}\n"));
    counted(&format!("{count} faults in {:.2} s, {:.2} s plain", ours.as_secs_f64(), theirs.as_secs_f64()));
    // Two records of statements, and some calls for the handlers, each time.
    assert!(ours < theirs + Duration::from_micros(200) * count.parse().expect("a number"), "{ours:?}, {theirs:?}");
}

#[test]
fn row_17_a_system_call_that_a_handler_carries_out_is_no_crash() {
    let (status, crash) = compare(["SIGSYS", "fault", "recovering"]);
    assert!(status.success() && crash.is_none(), "{status}");
}

#[test]
fn row_10_a_fault_in_the_handler_leaves_the_first_signal() {
    for signal in SIGNALS {
        let (scene, plain_scene) = (Scene::new(), Scene::new());
        let ended = |scene: &Scene, build| {
            let mut command = scene.command(&program("signalled", build));
            // Only the handler asks for other memory in this way.
            trap(command.args([signal, "fault", "reset"]), libc::SYS_process_vm_readv);
            run(&mut command)
        };
        assert_eq!(ended(&scene, INSTRUMENTED), ended(&plain_scene, PLAIN), "{signal}");
        let outcome = analyzer::run([scene.output()]);
        assert!(outcome.code == 0 && outcome.stdout.contains("damage: crash.json"), "{signal}: {outcome:?}");
    }
}

#[test]
fn row_16_a_fault_whose_signal_is_blocked_leaves_the_records() {
    for signal in SIGNALS.into_iter().filter(|signal| *signal != "SIGABRT") {
        for sink in ["write", "ring", "count"] {
            let (scene, plain_scene) = (Scene::new(), Scene::new());
            let ended = |scene: &Scene, build| {
                let mut command = scene.command(&program("signalled", build));
                run(command.args([signal, "fault", "blocked"]).env("INSTR_SINK", sink))
            };
            let plain = ended(&plain_scene, PLAIN);
            assert_eq!(ended(&scene, INSTRUMENTED), plain, "{signal} {sink}");
            assert!(plain.status.signal().is_some() && crash(&scene.runs()[0]).is_none(), "{signal} {sink}");
            let report = scene.report();
            assert_eq!(report.end(), ("unknown", None), "{signal} {sink}");
            let guilty = Place::marked("tests/programs/src/bin/signalled.rs", "guilty").line;
            assert_eq!(Place::last_of(report.thread("main")).line, guilty, "{signal} {sink}");
        }
    }
}

#[test]
fn row_15_a_program_that_replaces_our_handlers_does_as_ever() {
    for signal in SIGNALS {
        for prepared in ["late-handler", "late-plain-handler", "late-ignored", "late-reset"] {
            for way in ["fault", "raise", "kill"] {
                let (_, crash) = compare([signal, way, prepared]);
                assert!(crash.is_none_or(|crash| crash["signal"] != signal), "{signal} {way} {prepared}");
            }
        }
    }
}

#[test]
fn row_21_a_crash_with_another_stack_for_handlers_or_none_ends_the_same() {
    for way in ["disabled", "replaced", "destructor", "exit"] {
        let (scene, plain_scene) = (Scene::new(), Scene::new());
        let ended = |scene: &Scene, build| run(scene.command(&program("crashing_threads", build)).arg(way));
        let plain = ended(&plain_scene, PLAIN);
        assert_eq!(ended(&scene, INSTRUMENTED), plain, "{way}");
        if way == "exit" {
            assert_eq!(plain.status.code(), Some(7));
            continue;
        }
        let report = scene.report();
        assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")), "{way}");
        let crashing = report.threads().iter().find(|thread| thread["crashing"] == true).expect("a thread");
        assert_eq!(Place::last_of(crashing).line, Place::marked(THREADS, "guilty: alone").line, "{way}");
    }
}

#[test]
fn a_fault_says_where() {
    let (_, crash) = compare(["SIGSEGV", "fault", "default"]);
    let crash = crash.expect("a record");
    assert_eq!((&crash["code"], &crash["fault_address"]), (&"SEGV_MAPERR".into(), &"0x50".into()));
    assert_eq!(crash["backtrace"][0], crash["registers"]["rip"]);
    assert!(crash["stack"].as_str().is_some_and(|digits| digits.len() > 1024));
    assert!(crash["maps"].as_str().is_some_and(|maps| maps.contains("signalled\n") && maps.contains("[stack]")));
}

#[test]
fn row_15_handlers_that_come_after_ours_stay() {
    let ways = [
        ["overflow", ""],
        ["dealt-with", "handler"],
        ["dealt-with", "ignored"],
        ["dealt-with", "default"],
        ["chained", ""],
    ];
    for way in ways {
        let (scene, plain_scene) = (Scene::new(), Scene::new());
        let ended = |scene: &Scene, build| {
            let ended = run(scene.command(&program("later_handlers", build)).args(way));
            Ended { stderr: without_thread_ids(&ended.stderr), ..ended }
        };
        assert_eq!(ended(&scene, INSTRUMENTED), ended(&plain_scene, PLAIN), "{way:?}");
    }
}

#[test]
fn switched_off_nothing_is_written_and_nothing_changes() {
    let scene = Scene::new();
    let run_it = |build| {
        let mut command = scene.command(&program("signalled", build));
        run(command.args(["SIGFPE", "fault", "default"]).env("INSTR_CRASH", "off"))
    };
    assert_eq!(run_it(INSTRUMENTED), run_it(PLAIN));
    assert_eq!(crash(&scene.runs()[0]), None);
}

#[test]
fn row_11_of_threads_that_crash_together_one_is_written_down() {
    let rounds = times(20, 300);
    let threads = (0..rounds).map(|_| "8").chain((0..times(3, 50)).map(|_| "64"));
    for threads in threads.clone() {
        let scene = Scene::new();
        let ended = run(scene.command(&program("crashing_threads", INSTRUMENTED)).args(["together", threads]));
        assert_eq!(ended.status.signal(), Some(libc::SIGSEGV), "{ended:?}");
        let crash = crash(&scene.runs()[0]).expect("a record");
        let report = scene.report();
        let crashing: Vec<_> = report.threads().iter().filter(|thread| thread["crashing"] == true).collect();
        assert_eq!((crashing.len(), &crash["signal"]), (1, &"SIGSEGV".into()), "{crash:#}");
        assert_eq!(Place::last_of(crashing[0]), Place::marked(THREADS, "guilty: together"));
        let listed = report.threads().iter().filter(|thread| thread["name"] != "main").count();
        assert_eq!(listed.to_string(), threads);
        let places = crash["threads"].as_array().expect("a list");
        let own = places.iter().find(|place| place["tid"] == crash["tid"]).expect("the one that crashed");
        assert_eq!((places.len(), &own["statement"]), (report.threads().len(), &crash["statement"]), "{crash:#}");
    }
    let count = threads.count();
    counted(&format!("{count} times threads that crash together, {count} records"));
}

#[test]
fn row_08_a_thread_of_c_that_uses_up_its_stack_is_written_down() {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let ended = |scene: &Scene, build| run(scene.command(&program("crashing_threads", build)).arg("overflow"));
    assert_eq!(ended(&scene, INSTRUMENTED), ended(&plain_scene, PLAIN));
    let report = scene.report();
    assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")));
    let crashing = report.threads().iter().find(|thread| thread["crashing"] == true).expect("a thread");
    assert_eq!(Place::last_of(crashing).file, THREADS);
}

#[test]
fn the_verb_names_every_function_on_the_way() {
    let scene = Scene::new();
    // The kernel writes of a path what it is given.
    let directory = scene.path().join(r"é \x41\012");
    std::fs::create_dir(&directory).expect("a directory");
    let crasher = directory.join("crasher");
    copy_program(program("crasher", INSTRUMENTED), &crasher);
    run(scene.command(&crasher).args(["ffi-segfault", "worker"]));
    let asked = |arguments: &[&str]| {
        let mut command = analyzer::command(arguments);
        analyzer::outcome(command.current_dir(scene.path()).output().expect("it runs"))
    };
    let json: Value = serde_json::from_str(&asked(&["crash", "--format=json"]).stdout).expect("JSON");
    let crash = &json["crashes"][0];
    let functions: Vec<_> = crash["frames"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|frame| frame["functions"].as_array().expect("a list"))
        .map(|function| (function["name"].as_str().unwrap_or_default().to_owned(), function["line"].clone()))
        .collect();
    let guilty = Place::marked("tests/crasher/src/deaths.rs", "guilty: ffi-segfault");
    let expected = ("crasher::deaths::ffi_segfault".to_owned(), guilty.line.into());
    assert!(functions.contains(&expected), "{functions:#?}");
    // To the very end of the stack: libc's function that begins threads is not named everywhere.
    assert!(functions.iter().any(|(name, _)| name.contains("thread_start")), "{functions:#?}");
    let text = asked(&["crash"]).stdout;
    assert!(text.contains("crasher::deaths::ffi_segfault at ") && text.contains("calls, innermost first"), "{text}");
}

#[test]
fn without_a_crash_the_verb_says_so() {
    let scene = Scene::new();
    run(scene.command(&program("crasher", INSTRUMENTED)).args(["normal-exit", "main"]));
    let outcome = analyzer::run([OsStr::new("crash"), scene.output().as_os_str()]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stderr.contains("no crash was recorded"), "{outcome:?}");
}

#[test]
fn a_broken_record_is_damage_and_the_rest_is_reported() {
    let scene = Scene::new();
    run(scene.command(&program("signalled", INSTRUMENTED)).args(["SIGSEGV", "fault", "default"]));
    let file = scene.runs()[0].join("crash.json");
    let whole = std::fs::read(&file).expect("a record");
    for len in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        std::fs::write(&file, &whole[..len]).expect("room");
        let outcome = analyzer::run([OsStr::new("report"), scene.output().as_os_str()]);
        assert!(outcome.stdout.contains("damage: crash.json"), "{len}: {outcome:?}");
        assert!(outcome.stdout.contains("thread "), "{len}: {outcome:?}");
    }
}

#[test]
fn row_18_a_debugger_sees_a_breakpoint_before_the_handler_does() {
    needing("row_18_a_debugger_sees_a_breakpoint_before_the_handler_does", || without("gdb"), break_under_gdb);
}

fn break_under_gdb() {
    for build in [PLAIN, INSTRUMENTED] {
        let scene = Scene::new();
        let mut command = scene.command("gdb".as_ref());
        command.args(["-nx", "-batch", "-ex", "run", "-ex", "kill", "--args"]).env("HOME", scene.path());
        let ended = run(command.arg(program("signalled", build)).args(["SIGTRAP", "fault", "default"]));
        if ended.stderr.contains("ptrace: Operation not permitted") {
            return skip("row_18_a_debugger_sees_a_breakpoint_before_the_handler_does", "no ptrace");
        }
        assert!(ended.stdout.contains("received signal SIGTRAP"), "{ended:?}");
        assert!(scene.runs().iter().all(|run| crash(run).is_none()), "{ended:?}");
    }
}
