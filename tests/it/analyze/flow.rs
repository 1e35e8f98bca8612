//! The calls that are concluded from the statements of a program, against what the program says of them itself.

use std::path::Path;

use instr_analyze::model::damage::Damage;
use instr_analyze::model::flow::{Ending, Entry, Event, Exit, Flow};
use instr_analyze::model::record::{Record, Visitor, What};
use instr_analyze::model::sites::Sites;
use instr_analyze::run::files::RunFiles;
use instr_analyze::run::records::Records;
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Scene, run};
use serde_json::Value;

/// Writes down the calls of functions, as the program does.
struct Calls<'a> {
    sites: &'a Sites,
    flow: Flow<'a>,
    open: Vec<String>,
    said: Vec<String>,
    /// The functions that were left by `return` and by `?`.
    early: Vec<(Exit, String)>,
}

impl Calls<'_> {
    fn event(
        event: Event,
        sites: &Sites,
        open: &mut Vec<String>,
        said: &mut Vec<String>,
        early: &mut Vec<(Exit, String)>,
    ) {
        match event {
            Event::Entered(body, entry) => {
                assert_eq!(entry, Entry::Begun);
                let first = sites.statement(body).expect("a statement");
                // The closures that say so have names of their own; the others pass a call on.
                let name = first.function.rsplit("::").next().unwrap_or_default().to_owned();
                let named = first.snippet.split('"').nth(1).filter(|_| first.snippet.starts_with("let _call"));
                said.extend(named.map(|name| format!("> {name}")));
                open.push(named.map_or(format!("({name})"), str::to_owned));
            }
            Event::Left(exit) => {
                let name = open.pop().expect("an open call");
                if !name.starts_with('(') {
                    said.push(format!("{} {name}", if exit == Exit::Panic { '!' } else { '<' }));
                }
                if matches!(exit, Exit::Return | Exit::Try) {
                    early.push((exit, name));
                }
            }
            Event::Reached { .. } => {}
            Event::Lost => panic!("nothing is lost"),
        }
    }
}

impl Visitor for Calls<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let id = match record.what {
            What::Site(id) => id,
            What::Line(_, site) => {
                let end = u32::try_from(self.sites.end()).expect("few");
                let is_it =
                    |id: &u32| self.sites.text(*id).is_some_and(|text| (text.line, text.col) == (site.line, site.col));
                (0..end).find(is_it).expect("a statement of the table")
            }
        };
        let Calls { sites, flow, open, said, early } = self;
        flow.push(id, record.stamp, false, &mut |event| Calls::event(event, sites, open, said, early));
    }

    fn damage(&mut self, damage: Damage) {
        panic!("{damage}");
    }
}

/// What is concluded of the run's only thread: its calls, and those that ended early.
fn concluded(run: &Path) -> (Vec<String>, Vec<(Exit, String)>) {
    let files = RunFiles::open(run).expect("a run");
    let [thread] = files.threads.as_slice() else { panic!("one thread: {files:?}") };
    let id = (thread.tid, thread.reuse);
    let ending = Ending::new(id, thread.slot.as_ref(), thread.chain.as_ref(), &files.panics);
    let flow = Flow::new(&files.sites, ending);
    let (open, said, early) = (Vec::new(), Vec::new(), Vec::new());
    let mut calls = Calls { sites: &files.sites, flow, open, said, early };
    Records::new(&thread.segments).visit(&mut calls);
    let Calls { sites, flow, mut open, mut said, mut early } = calls;
    flow.finish(&mut |event| Calls::event(event, sites, &mut open, &mut said, &mut early));
    assert_eq!(open, Vec::<String>::new());
    (said, early)
}

#[test]
fn calls_begin_and_end_as_the_program_says() {
    let plain = run(&mut Scene::new().command(&program("flowing", PLAIN)));
    let expected: Vec<&str> = plain.stdout.lines().collect();
    assert!(expected.len() > 200 && expected.contains(&"! checked"), "{expected:?}");
    for (sink, clock) in [("write", "full"), ("ring", "full"), ("ring", "coarse"), ("ring", "off")] {
        let scene = Scene::new();
        let variables = [("INSTR_SINK", sink), ("INSTR_CLOCK", clock)];
        let ended = run(scene.command(&program("flowing", INSTRUMENTED)).envs(variables));
        assert_eq!((ended.status.code(), &ended.stdout), (Some(0), &plain.stdout));
        let (said, early) = concluded(&scene.runs()[0]);
        assert_eq!(said, expected, "{sink}, {clock}");
        let by = |exit: Exit| early.iter().filter(move |(how, _)| *how == exit).map(|(_, name)| name.as_str());
        assert_eq!(by(Exit::Try).collect::<Vec<_>>(), ["number", "sum"], "{sink}, {clock}");
        assert_eq!(by(Exit::Return).filter(|name| *name == "early").count(), 3, "{sink}, {clock}");
    }
}

/// The functions of a tree of JSON, as `path calls deepest`.
fn functions(tree: &Value) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for function in tree["functions"].as_array().expect("an array") {
        let caller = function["caller"].as_u64().map(|at| paths[usize::try_from(at).expect("small")].as_str());
        let path = format!("{}/{}", caller.unwrap_or_default(), function["function"].as_str().expect("text"));
        found.push(format!("{path} {} {}", function["calls"], function["deepest"]));
        paths.push(path);
    }
    found.sort();
    found
}

fn dump(scene: &Scene, more: &[&str]) -> String {
    let output = scene.output();
    let dump = analyzer::run([&["dump", "--tree", output.to_str().expect("UTF-8")], more].concat());
    assert_eq!((dump.code, dump.stderr.as_str()), (0, ""));
    dump.stdout
}

#[test]
fn a_tree_has_each_function_once_below_each_path_of_callers() {
    let scene = Scene::new();
    run(scene.command(&program("flowing", INSTRUMENTED)).env("INSTR_SINK", "ring"));
    let tree: Value = serde_json::from_str(&dump(&scene, &["--format", "json"])).expect("JSON");
    let expected = [
        "/all 1 1",
        "/all/all::{{closure}} 3 1",
        "/all/all::{{closure}} 3 1",
        "/all/all::{{closure}} 3 1",
        "/all/all::{{closure}}/outer 3 1",
        "/all/all::{{closure}}/outer/checked 3 1",
        "/all/all::{{closure}}/outer/checked/square 3 1",
        "/all/all::{{closure}}/square 3 1",
        "/all/all::{{closure}}/sum 3 1",
        "/all/all::{{closure}}/sum/number 5 1",
        "/all/early 5 1",
        "/all/early/square 5 1",
        "/all/even 3 3",
        "/all/even/odd 3 3",
        "/all/fibonacci 41 7",
        "/all/last 1 1",
        "/all/loops 1 1",
        "/all/loops/square 5 1",
        "/all/twice 1 1",
        "/all/twice/all::{{closure}} 2 1",
        "/all/walk 16 5",
    ];
    assert_eq!(functions(&tree), expected);
    assert_eq!(tree["functions"][0]["statements"], tree["statements"]);
    assert_eq!((&tree["clock"], &tree["functions"][0]["own_ns"]), (&"coarse".into(), &Value::Null));
}

#[test]
fn times_of_a_tree_add_up_where_each_record_has_one() {
    let scene = Scene::new();
    run(scene.command(&program("flowing", INSTRUMENTED)).env("INSTR_SINK", "write"));
    let tree: Value = serde_json::from_str(&dump(&scene, &["--format", "json"])).expect("JSON");
    let functions = tree["functions"].as_array().expect("an array");
    let ns = |function: &Value, key: &str| function[key].as_u64().expect("a time");
    for (at, function) in functions.iter().enumerate() {
        let below = functions.iter().filter(|other| other["caller"] == at);
        let sum: u64 = below.map(|other| ns(other, "ns")).sum();
        assert_eq!(sum + ns(function, "own_ns"), ns(function, "ns"), "{function:#}");
    }
    let records = analyzer::run(["dump", "--format=json", scene.output().to_str().expect("UTF-8")]).stdout;
    let times = records.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["elapsed_ns"].as_u64());
    let times: Vec<u64> = times.flatten().collect();
    assert_eq!(ns(&functions[0], "ns"), times[times.len() - 1] - times[0]);
}

#[test]
fn a_tree_fits_its_width_and_depth() {
    let scene = Scene::new();
    run(scene.command(&program("flowing", INSTRUMENTED)).env("INSTR_SINK", "ring"));
    let tree = dump(&scene, &["--depth", "2"]);
    let lines: Vec<&str> = tree.lines().collect();
    assert!(lines.iter().skip(2).all(|line| line.chars().count() <= 120), "{tree}");
    assert!(tree.contains("─ flowing::flow::walk  5 deep") && !tree.contains("::odd"), "{tree}");
    let wrong = analyzer::run(["dump", "--tree", "--format", "raw", scene.output().to_str().expect("UTF-8")]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(wrong.stderr.contains("use --format text or json"), "{}", wrong.stderr);
}
