//! What a process dies of that ends itself: the report says what the C library, the standard library, or the calls tell.

use instr_tests::analyzer;
use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run, without_thread_ids};
use instr_tests::report::Report;

const SOURCE: &str = "tests/programs/src/bin/aborting.rs";
const BUILDS: [(Build, Build); 2] =
    [(PLAIN, INSTRUMENTED), (Build { profile: "release", ..PLAIN }, Build { profile: "release", ..INSTRUMENTED })];

/// Lets the program die, as it does without us. Returns the report for programs and the one for people.
fn die(way: &str, (plain, instrumented): (Build, Build)) -> (Report, String) {
    let plain = run(Scene::new().command(&program("aborting", plain)).arg(way));
    let scene = Scene::new();
    let ended = run(scene.command(&program("aborting", instrumented)).arg(way));
    assert_eq!(ended.status, plain.status, "{ended:?}");
    // Addresses differ from run to run.
    let first_lines = |stderr: &str| without_thread_ids(stderr).lines().take(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(first_lines(&ended.stderr), first_lines(&plain.stderr));
    let text = analyzer::run(["report".as_ref(), scene.runs()[0].as_os_str()]);
    (scene.report(), text.stdout)
}

/// The way to die, what the report says of it, and the statement's mark.
const WAYS: [(&str, &str, &str); 4] = [
    ("memory", "memory allocation failed; how much was asked for, std said on stderr", "asks for memory"),
    // Which of its checks finds it depends on its version.
    ("heap", "glibc: ", "frees"),
    ("abort", "the program called std::process::abort", "aborts"),
    ("callback", "a panic in a function that cannot unwind", "calls back"),
];

#[test]
fn an_abort_says_who_called_for_it() {
    for build in BUILDS {
        for (way, expected, mark) in WAYS {
            let (report, text) = die(way, build);
            assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGABRT")), "{way}");
            let message = report.run()["end"]["message"].as_str().unwrap_or_default();
            assert!(message.contains(expected), "{way}: {report:?}");
            assert!(text.contains(expected), "{way}: {text}");
            let marked = Place::marked(SOURCE, mark);
            // A callback that a panic is leaving may be entered still.
            let stack = report.thread("main")["stack"].as_array().expect("a list").clone();
            assert!(stack.iter().any(|call| call["line"] == marked.line), "{way}: {report:?}");
            assert_eq!(report.thread("main")["activity"]["kind"], "crashed");
        }
    }
}

#[test]
fn a_recursive_drop_that_uses_up_the_stack_is_no_fault_of_the_statement() {
    // Where the fault comes differs from run to run: the stack pointer lies before the guard, or in it.
    for _ in 0..6 {
        let (report, text) = die("drop", BUILDS[0]);
        assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")));
        let marked = Place::marked(SOURCE, "drops behind this");
        assert_eq!(Place::last_of(report.thread("main")), marked);
        assert!(
            text.starts_with("aborting died of a stack overflow (SIGSEGV) in main, dropping Option<Box<Node>> after "),
            "{text}"
        );
        let expected =
            format!("  while dropping Option<Box<Node>>, recursively; the statement of line {} is over: ", marked.line);
        assert!(text.contains(&expected), "{text}");
    }
}
