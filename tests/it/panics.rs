//! Panics: as without us, and what they said is in the report.

use std::process::ExitStatus;

use instr_analyze::model::panics;
use instr_format::panics::{KEPT, SIZE};
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run, without_thread_ids};
use instr_tests::report::Report;
use serde_json::Value;

const SOURCE: &str = "tests/programs/src/bin/panicking.rs";

/// What it has printed, without ids of threads.
fn without_ids(ended: Ended) -> Ended {
    let mut stderr = without_thread_ids(&ended.stderr);
    // One of the library's own panics shows all frames, among them our hook's, and where they are in memory.
    if stderr.contains("core/src/panicking.rs") {
        let frames = stderr.find("stack backtrace:").expect("frames");
        stderr.truncate(frames);
    }
    Ended { stderr, ..ended }
}

/// Runs the program with and without us.
fn compare(way: &str, variables: &[(&str, &str)]) -> (Scene, ExitStatus) {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let ended = |scene: &Scene, build| {
        let mut command = scene.command(&program("panicking", build));
        without_ids(run(command.arg(way).envs(variables.iter().copied())))
    };
    let instrumented = ended(&scene, INSTRUMENTED);
    assert_eq!(instrumented, ended(&plain_scene, PLAIN), "{way}");
    (scene, instrumented.status)
}

fn message(report: &Report) -> Option<&str> {
    report.run()["end"]["message"].as_str()
}

/// What the newest panic of a thread was: the line of its place, and its words.
fn panic<'a>(report: &'a Report, thread: &str) -> (u64, Option<&'a str>) {
    let panic = &report.thread(thread)["panic"];
    (panic["line"].as_u64().unwrap_or(0), panic["message"].as_str())
}

#[test]
fn row_06_a_panic_of_main_says_what_it_said() {
    let guilty = Place::marked(SOURCE, "guilty").line;
    for sink in ["write", "ring", "count"] {
        for backtrace in ["0", "1"] {
            let (scene, status) = compare("main", &[("INSTR_SINK", sink), ("RUST_BACKTRACE", backtrace)]);
            let report = scene.report();
            assert_eq!((status.code(), report.end()), (Some(101), ("panic", Some("101"))));
            assert_eq!(message(&report), Some(&*format!("{SOURCE}:{guilty}:5: 1 is too little")));
            assert_eq!(panic(&report, "main"), (guilty, Some("1 is too little")));
        }
    }
}

#[test]
fn row_06_a_panic_that_does_not_end_the_process_is_its_threads() {
    let guilty = Place::marked(SOURCE, "guilty").line;
    let (scene, _) = compare("thread", &[]);
    let report = scene.report();
    assert_eq!((report.end(), message(&report)), (("exit", Some("0")), None));
    assert_eq!(panic(&report, "worker"), (guilty, Some("2 is too little")));
    let text = analyzer::run(["report", scene.output().to_str().expect("UTF-8")]).stdout;
    assert!(text.contains(&format!("its newest panic: {SOURCE}:{guilty}:5: 2 is too little\n")), "{text}");
    for (way, end) in [("caught", ("exit", Some("0"))), ("caught-then-exit", ("exit", Some("101")))] {
        let (scene, _) = compare(way, &[]);
        let report = scene.report();
        assert_eq!((report.end(), message(&report)), (end, None), "{way}");
        assert_eq!(panic(&report, "main"), (guilty, Some("3 is too little")), "{way}");
    }
    // What was caught before is not what has ended it.
    let (scene, _) = compare("caught-then-abort", &[]);
    assert_eq!(message(&scene.report()), Some("the program called std::process::abort"));
    let (scene, _) = compare("caught-then-resumed", &[]);
    let report = scene.report();
    assert_eq!((report.end().0, message(&report)), ("panic", None));
}

#[test]
fn row_06_panics_that_may_not_unwind_say_why() {
    let words = |way: &str| {
        let (scene, status) = compare(way, &[]);
        let report = scene.report();
        assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGABRT")), "{way}: {status:?}");
        message(&report).map(str::to_owned)
    };
    let panicked =
        |mark: &str, words: &str| Some(format!("panicked at {SOURCE}:{}:{words}", Place::marked(SOURCE, mark).line));
    assert_eq!(words("foreign"), panicked("guilty", "5: 3 is too little\na panic in a function that cannot unwind"));
    // The one that began; the next one is the thread's newest.
    assert_eq!(words("drop"), panicked("guilty", "5: 4 is too little\na panic in a destructor during cleanup"));
    // The user's hook has replaced ours by then.
    assert_eq!(words("in-hook").as_deref(), Some("raised by the process itself"));
}

#[test]
fn row_06_a_panic_in_a_handler_on_a_small_stack_is_said_and_written_down() {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let ended = |scene: &Scene, build| run(scene.command(&program("panicking", build)).arg("handler"));
    let (instrumented, plain) = (ended(&scene, INSTRUMENTED), ended(&plain_scene, PLAIN));
    // What comes behind its message, all frames of one that may not unwind, has no room there.
    let said = |ended: &Ended| ended.stderr.contains(": in a handler\n") || ended.stderr.contains("\nin a handler\n");
    assert_eq!((instrumented.status, said(&instrumented)), (plain.status, said(&plain)), "{instrumented:?} {plain:?}");
    assert!(said(&plain));
    let file = std::fs::read_to_string(scene.runs()[0].join("panic.json")).expect("it is there");
    assert!(file.contains("in a handler"), "{file}");
}

#[test]
fn row_06_what_is_no_text_or_too_long_is_said_to_be() {
    let (scene, _) = compare("any", &[]);
    let any = Place::marked(SOURCE, "any");
    let (report, column) = (scene.report(), 18);
    assert_eq!(message(&report), Some(&*format!("{SOURCE}:{}:{column}: a value that is not text", any.line)));

    let (scene, _) = compare("long", &[]);
    let report = scene.report();
    let panic = &report.thread("main")["panic"];
    let (kept, whole) = (panic["message"].as_str().expect("text"), "\"lo\n\u{1b}ngä\"".repeat(10_000));
    assert_eq!(panic["message_bytes"], whole.len());
    assert!(whole.starts_with(kept) && kept.len() > 300, "{kept}");
    assert!(message(&report).expect("one").contains(&format!("… ({} bytes in all)", whole.len())));
    // A terminal is shown no control characters.
    let text = analyzer::run(["report", scene.output().to_str().expect("UTF-8")]).stdout;
    assert!(text.contains(&format!("\n  {SOURCE}:")) && text.contains("\n    \\x1bngä\"\"lo\n"), "{text}");
}

#[test]
fn row_06_hooks_of_the_program_work_as_without_ours() {
    let said = |way: &str| panic(&compare(way, &[]).0.report(), "main").1.map(str::to_owned);
    assert_eq!(said("chained").as_deref(), Some("5 is too little"));
    // Whoever takes ours away without calling it has none of its records.
    assert_eq!(said("replaced"), None);
    assert_eq!(said("taken"), None);
    assert_eq!(said("resumed"), None);
    let (scene, _) = compare("replaced", &[]);
    let report = scene.report();
    assert_eq!((report.end(), message(&report)), (("panic", Some("101")), None));
}

#[test]
fn row_06_of_many_panics_the_newest_are_there_and_all_are_counted() {
    let (scene, _) = compare("many", &[]);
    let report = scene.report();
    assert_eq!(report.run()["panics"], 1001);
    assert_eq!(panic(&report, "main"), (Place::marked(SOURCE, "last").line, Some("the last one")));
    let file = std::fs::read(scene.runs()[0].join("panic.json")).expect("it is there");
    // The last place is the thread's.
    assert_eq!(file.len() as u64, (KEPT + 1) * SIZE as u64);
    let numbers = file[..KEPT as usize * SIZE]
        .chunks(SIZE)
        .map(|place| serde_json::from_slice::<Value>(place).expect("JSON")["number"].as_u64());
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1001 - KEPT + 1..=1001).map(Some).collect::<Vec<_>>());
}

#[test]
fn row_06_the_panic_that_ends_the_run_outlives_those_of_other_threads_meanwhile() {
    let (scene, _) = compare("outlived", &[]);
    let (report, guilty) = (scene.report(), Place::marked(SOURCE, "guilty").line);
    assert_eq!(report.run()["panics"], 201);
    assert_eq!(message(&report), Some(&*format!("{SOURCE}:{guilty}:5: 10 is too little")));
}

#[test]
fn a_panic_has_the_whole_name_of_its_thread_where_std_knows_it() {
    let (scene, status) = compare("named", &[]);
    assert!(status.success());
    let path = scene.runs()[0].join("panic.json");
    let file = std::fs::read(&path).expect("it is there");
    let (panics, damage) = panics::read("panic.json", &file);
    assert!(damage.is_empty(), "{damage:?}");
    let names: Vec<_> =
        panics.iter().map(|panic| (panic.message.as_deref().unwrap_or_default(), &*panic.thread)).collect();
    let cut = "n\u{1}".repeat(127) + "n";
    let ending = "tests::of_names";
    let expected = [
        ("20 is too little", "tests::of_names::a_test_with_a_long_name"),
        ("21 is too little", &cut),
        ("22 is too little", "short"),
        ("23 is too little", "fifteen_letters"),
        ("24 is too little", "letters_fifteen"),
        ("25 is too little", ending),
        ("26 is too little", ending),
        ("27 is too little", ending),
        ("28 is too little", ending),
    ];
    assert_eq!(names, expected);

    // As other builds write it.
    let text = String::from_utf8(file).expect("UTF-8");
    let key = "\"thread\":\"short\",";
    std::fs::write(&path, text.replace(key, &" ".repeat(key.len()))).expect("ours");
    assert_eq!(panic(&scene.report(), "short").1, Some("22 is too little"));
}

#[test]
fn row_06_a_childs_panic_is_its_own() {
    let (scene, _) = compare("forked", &[]);
    let reports: Vec<_> = scene.runs().iter().map(|run| Report::of(run)).collect();
    let mut panics: Vec<_> = reports.iter().map(|report| (report.end().0, report.run()["panics"].as_u64())).collect();
    panics.sort_unstable();
    assert_eq!(panics, [("exit", None), ("panic", Some(1))]);
}

#[test]
fn switched_off_there_is_no_file() {
    let (scene, _) = compare("main", &[("INSTR_CRASH", "off")]);
    assert!(!scene.runs()[0].join("panic.json").exists());
    assert_eq!(scene.report().end(), ("panic", Some("101")));
}

#[test]
fn a_file_that_lies_is_damage_and_keeps_what_is_whole() {
    let (scene, _) = compare("many", &[]);
    let path = scene.runs()[0].join("panic.json");
    let whole = std::fs::read(&path).expect("it is there");
    let report = |file: &[u8]| {
        std::fs::write(&path, file).expect("ours");
        scene.report()
    };
    let mut broken = whole.clone();
    broken[SIZE..2 * SIZE].fill(b'{');
    let damaged = report(&broken);
    let damage = &damaged.threads()[0]["damage"];
    assert_eq!((&damage[0]["file"], &damage[0]["start"]), (&"panic.json".into(), &(SIZE as u64).into()), "{damage}");
    assert_eq!(panic(&damaged, "main").1, Some("the last one"));
    for cut in [1, SIZE / 2, SIZE + 1] {
        assert_ne!(report(&whole[..cut]).threads()[0]["damage"], Value::Array(Vec::new()), "cut at {cut}");
    }
    report(&vec![b'9'; 7 << 20]);
    report(&[]);
}
