//! Libraries that bring a runtime of their own.

use std::os::unix::process::ExitStatusExt;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run, without_thread_ids};
use instr_tests::records::{Log, logs, places};
use instr_tests::report::Report;
use instr_tests::skip;

const LIBRARY: &str = "tests/programs/src/lib.rs";
const SINKS: [&str; 3] = ["write", "ring", "count"];

/// Runs a program with the library, with and without the feature, and checks that it ends in the same way.
fn twins(name: &str, arguments: &[&str], sink: &str) -> (Scene, Ended) {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let ended = |scene: &Scene, build: Build| {
        let program = program(name, build);
        let library = program.with_file_name("libplugin.so");
        let ended = run(scene.command(&program).arg(library).args(arguments).env("INSTR_SINK", sink));
        // What follows has addresses.
        let said = without_thread_ids(ended.stderr.split("stack backtrace").next().unwrap_or_default());
        Ended { stderr: said, ..ended }
    };
    let ended_so = ended(&scene, INSTRUMENTED);
    assert_eq!(ended_so, ended(&plain_scene, PLAIN), "{name} {arguments:?} {sink}");
    (scene, ended_so)
}

#[test]
fn row_63_a_library_that_is_unloaded_a_hundred_times_records_and_does_no_harm() {
    for arguments in [&["100"][..], &["100", "abort"]] {
        let (scene, ended) = twins("loading", arguments, "write");
        assert_eq!(ended.status.success(), arguments.len() == 1, "{ended:?}");
        let [run] = scene.runs().try_into().expect("one run, as the library stays");
        logs(&run).iter().for_each(Log::assert_whole);
        let called = Place::marked(LIBRARY, "called");
        assert_eq!(logs(&run).iter().map(|log| log.count(&called)).sum::<u64>(), 100);
        let aborted = arguments.len() == 2;
        assert_eq!(scene.report().end().0, if aborted { "signal" } else { "exit" });
    }
    skip::counted("200 times loaded and unloaded, 100 threads alive");
}

/// Each runtime knows its own image's statements, and writes a run of its own.
#[test]
fn row_64_two_runtimes_record_their_own_statements_once_and_each_writes_a_crash_down() {
    let own = "tests/programs/src/bin/two_runtimes.rs";
    for sink in SINKS {
        for (way, death) in [
            ("order", None),
            ("own", Some((own, "own death", "SIGSEGV"))),
            ("library", Some((LIBRARY, "dies", "SIGSEGV"))),
            ("library-panic", Some((LIBRARY, "panics", "SIGABRT"))),
        ] {
            let (scene, ended) = twins("two_runtimes", &[way], sink);
            assert_eq!(ended.status.signal().is_some(), death.is_some(), "{ended:?}");
            let runs = scene.runs();
            let knows = |file: &str| {
                let mut known = runs.iter().filter(|run| places(run).values().any(|place| place.file == file));
                let run = known.next().expect("a run of it");
                assert!(known.next().is_none(), "both know {file}");
                run
            };
            let (program, library) = (knows(own), knows(LIBRARY));
            assert!(program != library && runs.len() == 2, "{runs:?}");
            if sink != "count" {
                for (run, call) in [(program, Place::marked(own, "own")), (library, Place::marked(LIBRARY, "called"))] {
                    logs(run).iter().for_each(Log::assert_whole);
                    assert_eq!(logs(run).iter().map(|log| log.count(&call)).sum::<u64>(), 100, "{way} {sink}");
                }
            }
            for run in &runs {
                assert_eq!(run.join("crash.json").exists(), death.is_some(), "{way} {sink}");
            }
            if let Some((file, mark, signal)) = death {
                let report = Report::of(if file == own { program } else { library });
                assert_eq!((report.end().0, report.signal()), ("signal", Some(signal)), "{way} {sink}");
                assert_eq!(Place::last_of(report.thread("worker")), Place::marked(file, mark), "{way} {sink}");
            }
        }
    }
}

/// The program's own memory comes from an allocator that aborts in the handler, and malloc is asked what it has given.
#[test]
fn row_65_a_threads_first_statement_in_a_handler_takes_no_memory() {
    for sink in SINKS {
        let (scene, ended) = twins("first_in_handler", &[], sink);
        assert_eq!(ended.stdout, "0\n");
        let called = Place::marked(LIBRARY, "called");
        let run = scene.runs().into_iter().find(|run| places(run).values().any(|place| *place == called));
        let report = Report::of(&run.expect("the library's run"));
        for n in 0..8 {
            assert_eq!(Place::last_of(report.thread(&format!("thread-{n}"))), called, "{sink}");
        }

        let scene = Scene::new();
        let own = run_alone(&scene, sink);
        assert_eq!((own.status.success(), own.stdout.as_str()), (true, "0\n"), "{own:?}");
        let report = scene.report();
        let called = Place::marked("tests/programs/src/bin/first_in_handler.rs", "called");
        (0..8).for_each(|n| assert_eq!(Place::last_of(report.thread(&format!("thread-{n}"))), called, "{sink}"));
    }
}

fn run_alone(scene: &Scene, sink: &str) -> Ended {
    run(scene.command(&program("first_in_handler", INSTRUMENTED)).env("INSTR_SINK", sink))
}
