//! `cargo instr --sancov`: the compiler's own edges, in the program and all that it depends on.
#![cfg(target_arch = "x86_64")]

mod builds;
mod files;
mod libraries;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use instr_analyze::model::edges::{Edges, Range};
use instr_tests::cargo_instr::Workspace;
use instr_tests::package::{json_lines, succeed};
use instr_tests::program::{Ended, Scene, kill_after_first_line, run, start};
use instr_tests::report::Report;
use object::{Object as _, ObjectSymbol as _};
use serde_json::Value;

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The program of the fixture, as `cargo instr --sancov build` builds it with these options.
fn build(app: &Workspace, options: &[&str]) -> PathBuf {
    let arguments = [&["--sancov", "build", "--message-format=json"], options].concat();
    let output = succeed(&mut app.instr(&arguments));
    let built = json_lines(&output).filter_map(|line| {
        let name = line["target"]["name"].as_str()?.to_owned();
        let file = line["executable"].as_str().or_else(|| line["filenames"][0].as_str())?;
        (name == "app" || name == "plugin").then(|| PathBuf::from(file))
    });
    built.last().expect("a program")
}

fn play(scene: &Scene, program: &Path, what: &str) -> Ended {
    run(scene.command(program).arg(what))
}

fn edges(run: &Path) -> Edges {
    let (edges, damage) = Edges::read(&fs::read(run.join("edges")).expect("a file")).expect("edges");
    assert_eq!(damage, None);
    edges
}

/// The functions of a file that begin with an edge, and whether that was reached.
fn functions(run: &Path, file: &Path) -> BTreeMap<String, bool> {
    let [range] = edges(run).ranges.try_into().expect("one range");
    functions_of(&range, file)
}

fn functions_of(range: &Range, file: &Path) -> BTreeMap<String, bool> {
    let bytes = fs::read(file).expect("a program");
    let object = object::File::parse(&*bytes).expect("a program");
    let names: BTreeMap<u64, &str> =
        object.symbols().filter_map(|symbol| Some((symbol.address(), symbol.name().ok()?))).collect();
    let entries = range.edges.iter().filter(|edge| edge.is_entry);
    entries.filter_map(|edge| Some(((*names.get(&edge.address.into())?).to_owned(), edge.is_reached))).collect()
}

/// Whether the function of this name was reached.
fn is_reached(functions: &BTreeMap<String, bool>, name: &str) -> bool {
    let part = format!("{}{name}", name.len());
    let mut found = functions.iter().filter(|(function, _)| function.contains(&part));
    let (Some((_, is_reached)), None) = (found.next(), found.next()) else { panic!("not one {name}: {functions:?}") };
    *is_reached
}

/// The lines of a source between one that holds `from` and the next one that holds `to`.
fn lines(app: &Workspace, file: &str, from: &str, to: &str) -> std::ops::RangeInclusive<u64> {
    let source = fs::read_to_string(app.path().join(file)).expect("a source");
    let first = source.lines().position(|line| line.contains(from)).expect("the first line");
    let last = source.lines().skip(first).position(|line| line.contains(to)).expect("the last line");
    first as u64 + 1..=(first + last) as u64 + 1
}

/// The innermost function at a thread's newest edge.
fn innermost(thread: &Value) -> (String, String, u64) {
    let function = &thread["last_edge"]["functions"][0];
    let text = |key: &str| function[key].as_str().unwrap_or_default().to_owned();
    (text("name"), text("file"), function["line"].as_u64().unwrap_or(0))
}

#[test]
fn the_report_of_a_killed_program_names_function_and_line_of_the_last_edge() {
    let app = Workspace::new("edges", "edges killed");
    let turning = lines(&app, "../looping/src/lib.rs", "loop {", "0xff_ffff");
    for options in [&[][..], &["--profile=optimised"], &["--profile=thin"], &["--profile=fat"]] {
        let program = build(&app, &[options, &["-p", "app"]].concat());
        assert!(program.to_string_lossy().contains(&format!("/{TARGET}/")), "{program:?}");
        let scene = Scene::new();
        kill_after_first_line(start(scene.command(&program).arg("loop")));
        let report = scene.report();
        assert_eq!(report.end().0, "unknown", "{options:?} {:#}", report.run());
        let (function, file, line) = innermost(report.thread("looping"));
        assert!(function.contains("looping::forever"), "{options:?} {function} {file}:{line}");
        assert!(file.ends_with("looping/src/lib.rs") && turning.contains(&line), "{options:?} {file}:{line}");
        let (known, reached) = (&report.run()["edges"]["known"], &report.run()["edges"]["reached"]);
        assert!(known.as_u64() > reached.as_u64() && reached.as_u64() > Some(10), "{known} {reached}");
        let functions = functions(&scene.runs()[0], &program);
        assert!(is_reached(&functions, "forever") && !is_reached(&functions, "never"), "{functions:?}");
        let text = instr_tests::analyzer::run([&scene.output()]).stdout;
        assert!(text.contains(": last edge in looping::forever at "), "{text}");
        assert!(text.lines().any(|line| line.contains("  > ")), "{text}");
    }
}

#[test]
fn deaths_are_told_and_edges_survive_them() {
    let app = Workspace::new("edges", "edges deaths");
    for options in [&[][..], &["--profile=fat"]] {
        let program = build(&app, &[options, &["-p", "app"]].concat());
        let cases = [
            ("segv", "signal", Some("SIGSEGV")),
            ("abort", "signal", Some("SIGABRT")),
            ("overflow", "signal", Some("SIGABRT")),
            ("panic", "panic", None),
            ("exit", "unknown", None),
            ("nothing", "exit", None),
        ];
        for (what, kind, signal) in cases {
            let scene = Scene::new();
            let ended = play(&scene, &program, what);
            let report = scene.report();
            // The handler of Rust says of an overflow what it is, and aborts: what has come first was the fault.
            let signals = if what == "overflow" { vec![Some("SIGSEGV")] } else { vec![signal] };
            assert_eq!(report.end().0, kind, "{what} {ended:?} {:#}", report.run());
            assert!(signals.contains(&report.signal()), "{what} {:#}", report.run());
            assert_eq!(ended.stderr.contains("has overflowed its stack"), what == "overflow", "{ended:?}");
            assert!(is_reached(&functions(&scene.runs()[0], &program), "main"), "{what}");
            assert!(report.thread("main")["last_edge"].is_object(), "{what}");
        }
    }
}

#[test]
fn the_headline_of_a_crash_names_the_users_line() {
    let app = Workspace::new("edges", "edges headline");
    let program = build(&app, &["-p", "app"]);
    let scene = Scene::new();
    play(&scene, &program, "segv");
    let text = instr_tests::analyzer::run([&scene.output()]).stdout;
    let line = lines(&app, "src/main.rs", "write_volatile", "write_volatile").start().to_string();
    let headline = text.lines().next().unwrap_or_default();
    assert!(headline.starts_with("app died of SIGSEGV in main at ") && headline.contains(&format!("main.rs:{line}")));
    assert!(text.contains("  its calls, innermost first:\n") && text.contains("    app::main at "), "{text}");
}

#[test]
fn a_forked_child_has_a_run_and_edges_of_its_own() {
    let app = Workspace::new("edges", "edges fork");
    let program = build(&app, &["-p", "app"]);
    let scene = Scene::new();
    let ended = play(&scene, &program, "fork");
    assert_eq!(ended.stdout, "7\n", "{ended:?}");
    let (children, parents): (Vec<PathBuf>, Vec<PathBuf>) =
        scene.runs().into_iter().partition(|run| !Report::of(run).run()["end"]["signal"].is_string());
    let ([child], [parent]) = (children.as_slice(), parents.as_slice()) else { panic!("{:?}", scene.runs()) };
    let (of_child, of_parent) = (functions(child, &program), functions(parent, &program));
    assert_eq!((is_reached(&of_child, "of_child"), is_reached(&of_parent, "of_child")), (true, false));
    assert_eq!((is_reached(&of_child, "in_a_child"), is_reached(&of_parent, "in_a_child")), (false, true));
}

#[test]
fn threads_that_end_keep_their_last_edges() {
    let app = Workspace::new("edges", "edges threads");
    let program = build(&app, &["-p", "app"]);
    let scene = Scene::new();
    let ended = play(&scene, &program, "threads");
    assert!(ended.status.success(), "{ended:?}");
    let report = scene.report();
    let with_edge = report.threads().iter().filter(|thread| thread["last_edge"].is_object());
    assert_eq!(with_edge.count(), 1201, "{:#}", report.run()["end"]);
}

#[test]
fn handlers_come_at_any_edge() {
    let app = Workspace::new("edges", "edges signals");
    for options in [&[][..], &["--profile=fat"]] {
        let program = build(&app, &[options, &["-p", "app"]].concat());
        let scene = Scene::new();
        let ended = play(&scene, &program, "signals");
        assert!(ended.status.success(), "{ended:?}");
        let report = scene.report();
        assert_eq!(report.end(), ("exit", Some("0")));
        assert!(is_reached(&functions(&scene.runs()[0], &program), "of_child"), "the handler calls it");
    }
}
