//! What a newcomer sees: an example dies, and the text report names its statement.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::{Scene, run};
use instr_tests::workspace;

/// Runs an example, which dies of `signal`, and asks for the report as a newcomer does.
fn report(example: &str, signal: i32) -> String {
    let scene = Scene::new();
    let ended = run(&mut scene.command(&program(example, INSTRUMENTED)));
    assert_eq!(ended.status.signal(), Some(signal), "{ended:?}");
    let outcome = analyzer::outcome(analyzer::command([""; 0]).current_dir(scene.path()).output().expect("it runs"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome.stdout
}

/// Whether the report finds a thread of this name inside the function's statement that begins with `statement`, alone or with
/// others; `how` says that with a word before.
fn is_inside(report: &str, how: &str, thread: &str, [function, example, statement]: [&str; 3]) -> bool {
    let file = format!("examples/src/bin/{example}.rs");
    let source = fs::read_to_string(workspace().join(&file)).expect("an example");
    let mut lines = (1..).zip(source.lines()).filter_map(|(line, text)| Some((line, text.find(statement)?)));
    let (Some((line, at)), None) = (lines.next(), lines.next()) else { panic!("not one `{statement}` in {file}") };
    let expected = format!("): {how} {function} at {file}:{line}:{}", at + 1);
    let alone = format!("thread {thread} (");
    let is_named = |title: &str| title.starts_with(&alone) || others(title).any(|name| name == thread);
    report.lines().any(|line| line.strip_suffix(&expected).is_some_and(is_named))
}

// Input:  2 threads (alice-to-bob, bob-to-alice
// Output: alice-to-bob, bob-to-alice
fn others(title: &str) -> impl Iterator<Item = &str> {
    title.split_once(" threads (").into_iter().flat_map(|(_, names)| names.split(", "))
}

#[test]
fn the_worker_pool_dies_in_the_c_function() {
    let report = report("worker-pool", libc::SIGSEGV);
    let (function, statement) = ("worker_pool::name_length", "libc::strlen(name)");
    let is_dead = |worker| is_inside(&report, "crashed in", worker, [function, "worker-pool", statement]);
    assert!(["worker-1", "worker-2", "worker-3", "worker-4"].into_iter().any(is_dead), "{report}");
}

#[test]
fn both_sides_of_the_deadlock_are_at_their_second_lock() {
    let report = report("deadlock", libc::SIGKILL);
    for thread in ["alice-to-bob", "bob-to-alice"] {
        let statement = "let mut to = to.lock()";
        assert!(is_inside(&report, "waiting in", thread, ["deadlock::transfer", "deadlock", statement]), "{report}");
    }
    let statement = "libc::raise(libc::SIGKILL)";
    assert!(is_inside(&report, "inside", "main", ["deadlock::kill_this_process", "deadlock", statement]), "{report}");
}

#[test]
fn the_broken_invariant_aborts_in_the_check() {
    let report = report("abort", libc::SIGABRT);
    let place = ["abort::Ledger::check", "abort", "std::process::abort()"];
    assert!(is_inside(&report, "crashed in", "main", place), "{report}");
}
