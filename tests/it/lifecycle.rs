//! Statements at unusual times of a thread's or a process's life.

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::faults::times;
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::{Log, log, logs};
use instr_tests::rings::{rings, slots, tables};
use instr_tests::sandbox;
use instr_tests::skip::{needing, skip};

/// A program that has been run with and without the feature, and has ended in the same way.
struct Twins {
    scene: Scene,
    plain: Ended,
    instrumented: Ended,
    source: String,
}

impl Twins {
    fn run(name: &str, arguments: &[&str]) -> Self {
        let scene = Scene::new();
        let run = |build| run(scene.command(&program(name, build)).args(arguments));
        let (plain, instrumented) = (run(PLAIN), run(INSTRUMENTED));
        assert_eq!(instrumented.status, plain.status, "{instrumented:?}");
        Twins { scene, plain, instrumented, source: format!("tests/programs/src/bin/{name}.rs") }
    }

    fn assert_same_output(self) -> Self {
        assert_eq!(self.instrumented, self.plain);
        self
    }

    fn marked(&self, mark: &str) -> Place {
        Place::marked(&self.source, mark)
    }

    fn logs(&self) -> Vec<Log> {
        logs(&self.scene.runs()[0])
    }

    fn log(&self, thread: &str) -> Log {
        log(&self.scene.runs()[0], thread)
    }

    /// How often all threads together recorded this statement.
    fn count(&self, mark: &str) -> u64 {
        let statement = self.marked(mark);
        self.logs().iter().map(|log| log.count(&statement)).sum()
    }
}

#[test]
fn row_62_a_constructor_behind_ours_is_recorded_and_one_before_it_is_counted() {
    let twins = Twins::run("constructors", &[]).assert_same_output();
    assert_eq!((twins.count("before ours"), twins.count("after ours")), (0, 1));
    assert_eq!(twins.scene.report().sum("dropped"), 1);
}

#[test]
fn row_61_thread_local_destructors_are_recorded() {
    let twins = Twins::run("endings", &[]).assert_same_output();
    let destructor = twins.marked("thread-local destructor");
    assert_eq!((twins.log("worker").count(&destructor), twins.log("endings").count(&destructor)), (1, 1));
}

#[test]
fn row_61_statements_after_main_are_recorded() {
    let twins = Twins::run("endings", &[]).assert_same_output();
    assert_eq!((twins.count("after main"), twins.count("destructor of the image")), (1, 1));
    assert_eq!(twins.scene.report().end(), ("exit", Some("0")));
}

#[test]
fn row_27_an_instrumented_allocator_neither_recurses_nor_deadlocks_and_every_call_is_recorded() {
    let twins = Twins::run("allocator", &[]);
    assert_eq!(twins.instrumented.stdout, twins.plain.stdout);
    let calls: u64 = twins.instrumented.stderr.trim().parse().expect("a number");
    assert_eq!(twins.count("called"), calls);
}

#[test]
fn drops_during_unwinding_are_recorded_and_the_panic_stays_the_last_statement() {
    let twins = Twins::run("unwinding", &[]);
    assert_eq!(twins.instrumented.stdout, twins.plain.stdout);
    assert_eq!((twins.count("drop"), twins.count("panic")), (2, 2));
    let report = twins.scene.report();
    assert_eq!(Place::last_of(report.thread("ends")), twins.marked("panic"));
    assert_eq!(Place::last_of(report.thread("main")), twins.marked("goes on"));
}

#[test]
fn row_61_a_thread_that_runs_while_the_process_exits_changes_nothing() {
    let twins = Twins::run("detached", &[]).assert_same_output();
    let report = twins.scene.report();
    assert_eq!(report.end(), ("exit", Some("0")));
    let last = Place::last_of(report.thread("detached"));
    assert_eq!(last, twins.marked("turn"));
}

#[test]
fn row_26_a_thread_is_not_cancelled_within_a_record() {
    let twins = Twins::run("cancelled", &[]).assert_same_output();
    assert_eq!((twins.plain.stdout.as_str(), twins.count("turn")), ("1000\n-1\n", 2 * 1000));
}

#[test]
fn row_57_a_thousand_short_threads_are_recorded_with_few_descriptors() {
    let twins = Twins::run("short_threads", &["1000"]);
    let logs = twins.logs();
    logs.iter().for_each(Log::assert_whole);
    assert_eq!(twins.count("thread"), 1000);
    let most = |ended: &Ended| -> u64 { ended.stdout.trim().parse().expect("a number") };
    // The run directory, the logs of the main thread and of those that run at a time.
    let more = most(&twins.instrumented) - most(&twins.plain);
    assert!(more <= 2 + 8, "{more} descriptors more than without us");
}

#[test]
fn nothing_is_recorded_after_shutdown() {
    let twins = Twins::run("shutdown", &[]).assert_same_output();
    assert_eq!((twins.count("recorded"), twins.count("not recorded")), (1, 0));
    assert_eq!(twins.scene.report().end(), ("exit", Some("0")));
}

#[test]
fn row_55_threads_with_the_same_id_have_a_log_each() {
    needing("row_55_threads_with_the_same_id_have_a_log_each", sandbox::missing, run_threads_with_the_same_id);
}

fn run_threads_with_the_same_id() {
    let (scene, threads) = (Scene::new(), times(1000, 2000));
    let script = "echo 400 >/proc/sys/kernel/pid_max; exec \"$0\" \"$@\"";
    let mut command = sandbox::command(&scene, script, &program("short_threads", INSTRUMENTED));
    let ended = run(command.arg(threads.to_string()));
    if ended.stderr.contains("pid_max") {
        return skip("row_55_threads_with_the_same_id_have_a_log_each", &ended.stderr);
    }
    assert!(ended.status.success(), "{ended:?}");
    let logs = logs(&scene.runs()[0]);
    logs.iter().for_each(Log::assert_whole);
    let thread = Place::marked("tests/programs/src/bin/short_threads.rs", "thread");
    assert_eq!(logs.iter().map(|log| log.count(&thread)).sum::<u64>(), threads);
    assert!(logs.iter().any(|log| log.reuse == 3), "{threads} threads have 400 ids");
    assert_eq!(scene.report().threads().len(), logs.len());
}

#[test]
fn row_57_many_short_threads_leave_few_rings_and_tables() {
    const THREADS: u64 = 20_000;
    let descriptors = |ended: &Ended| ended.stdout.trim().parse::<u64>().expect("a number");
    let plain = short_threads(&Scene::new(), PLAIN, THREADS, "write");
    for sink in ["ring", "count"] {
        let scene = Scene::new();
        let ended = short_threads(&scene, INSTRUMENTED, THREADS, sink);
        assert_eq!((ended.status, ended.stderr.as_str()), (plain.status, ""));
        // The run directory's, and those of files that are being mapped.
        assert!(descriptors(&ended) <= descriptors(&plain) + 1 + 8, "{ended:?}");
        let run = &scene.runs()[0];
        let files = std::fs::read_dir(run).expect("a directory").count();
        assert!(files < 200, "{sink}: {files} files");
        let slots = slots(run);
        assert_eq!(slots.len() as u64, THREADS + 1, "{sink}");
        assert!(slots.iter().all(|slot| slot.dropped == 0 && (slot.seq > 0 || !slot.ended)), "{sink}");
        if sink == "ring" {
            assert!(rings(run).len() > 64);
        } else {
            let tables = tables(run);
            assert!(tables.len() < 64, "{} tables", tables.len());
            let thread =
                instr_tests::records::id(run, &Place::marked("tests/programs/src/bin/short_threads.rs", "thread"));
            assert_eq!(tables.iter().map(|table| table.counters[thread as usize]).sum::<u64>(), THREADS);
        }
    }
}

fn short_threads(scene: &Scene, build: Build, threads: u64, sink: &str) -> Ended {
    let mut command = scene.command(&program("short_threads", build));
    command.arg(threads.to_string()).env("INSTR_SINK", sink);
    if sink == "ring" {
        command.env("INSTR_RING_BYTES", "64K");
    }
    run(&mut command)
}
