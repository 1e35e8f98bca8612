//! Children: forked ones record for themselves, executed ones get nothing of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use instr_format::text::decode_record;
use instr_tests::analyzer;
use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::{log, logs, run_json};
use instr_tests::report::Report;
use instr_tests::rings::{rings, slot, slots, tables};
use instr_tests::sums::{newest, sums};

const SOURCE: &str = "tests/programs/src/bin/fork.rs";

fn run_fork(scene: &Scene, build: Build, way: &str) -> Ended {
    run(scene.command(&program("fork", build)).arg(way))
}

/// Lines of a name and a number.
fn numbers(text: &str) -> BTreeMap<&str, u64> {
    text.lines()
        .map(|line| {
            let (name, number) = line.split_once(' ').expect("two words");
            (name, number.parse().expect("a number"))
        })
        .collect()
}

fn run_of(scene: &Scene, pid: u64) -> PathBuf {
    let runs = scene.runs();
    runs.iter().find(|run| run_json(run)["pid"] == pid).unwrap_or_else(|| panic!("no {pid} in {runs:?}")).clone()
}

#[test]
fn row_50_a_child_and_a_grandchild_record_in_runs_of_their_own() {
    let scene = Scene::new();
    let ended = run_fork(&scene, INSTRUMENTED, "tree");
    assert_eq!(ended.status, run_fork(&scene, PLAIN, "tree").status);
    assert!(ended.status.success(), "{ended:?}");
    let numbers = numbers(&ended.stderr);
    let generation = Place::marked(SOURCE, "generation");
    let mut parent = None;
    for (n, name) in ["generation-0", "generation-1", "generation-2"].into_iter().enumerate() {
        let pid = numbers[name];
        let run = run_of(&scene, pid);
        assert_eq!(run_json(&run)["parent"].as_str().map(str::to_owned), parent, "{name}");
        assert_eq!(Report::of(&run).end(), ("exit", Some(n.to_string().as_str())), "{name}");
        let main = logs(&run).into_iter().find(|log| log.tid == pid).expect("a log of its only thread");
        main.assert_whole();
        assert_eq!((main.pid, main.count(&generation)), (pid, 1), "{name}");
        assert!(n == 0 || logs(&run).len() == 1, "{name} has one thread");
        parent = run.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    }
    assert_eq!(scene.runs().len(), 3);
}

#[test]
fn row_50_the_parents_threads_lose_no_record_to_a_fork() {
    let scene = Scene::new();
    let ended = run_fork(&scene, INSTRUMENTED, "tree");
    let numbers = numbers(&ended.stderr);
    let run = run_of(&scene, numbers["generation-0"]);
    let turn = Place::marked(SOURCE, "turn");
    for name in (0..8).map(|n| format!("worker-{n}")) {
        let worker = log(&run, &name);
        worker.assert_whole();
        assert_eq!(worker.count(&turn), numbers[name.as_str()], "{name}");
    }
}

#[test]
fn row_50_a_daemon_records_where_its_starter_did() {
    let scene = Scene::new();
    let ended = run_fork(&scene, INSTRUMENTED, "daemon");
    assert_eq!(ended, run_fork(&Scene::new(), PLAIN, "daemon"));
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(0), "/\n"));
    let daemon = scene.runs().into_iter().find(|run| !run_json(run)["parent"].is_null()).expect("a run of the daemon");
    let [log] = logs(&daemon).try_into().expect("one thread");
    log.assert_whole();
    assert_eq!(log.count(&Place::marked(SOURCE, "daemon")), 1);
    assert_eq!(scene.runs().len(), 2);
}

#[test]
fn a_child_that_only_returns_changes_nothing_of_its_parents() {
    let scene = Scene::new();
    let ended = run_fork(&scene, INSTRUMENTED, "returns");
    assert_eq!(ended, run_fork(&scene, PLAIN, "returns"));
    assert_eq!(ended.status.code(), Some(40));
    let report = scene.report();
    assert_eq!(report.end(), ("unknown", None));
    assert_eq!(Place::last_of(report.thread("main")), Place::marked(SOURCE, "fork"));
}

#[test]
fn a_child_holds_no_descriptor_of_its_parents_run() {
    let scene = Scene::new();
    let shown = |build| {
        let ended = run_fork(&scene, build, "descriptors");
        assert!(ended.status.success(), "{ended:?}");
        ended.stdout
    };
    let (plain, instrumented) = (shown(PLAIN), shown(INSTRUMENTED));
    let child = scene.runs().into_iter().find(|run| !run_json(run)["parent"].is_null()).expect("a run of the child");
    let child = child.canonicalize().expect("a path");
    let theirs: Vec<_> = instrumented.lines().filter(|line| !line.contains(child.to_str().expect("UTF-8"))).collect();
    assert!(theirs.len() < instrumented.lines().count(), "the child has its own log open: {instrumented}");
    assert_eq!(without_numbers(&theirs.join("\n")), without_numbers(plain.trim_end()));
}

/// Pipes and processes have other numbers each time.
fn without_numbers(descriptors: &str) -> Vec<String> {
    let word = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit() || "[]".contains(c)).to_owned();
    let mut lines: Vec<_> = descriptors
        .lines()
        .map(|line| {
            let (number, target) = line.split_once(' ').expect("two words");
            let target = if target.starts_with("/proc/") { "/proc/PID/fd".to_owned() } else { word(target) };
            format!("{number} {target}")
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn row_44_executed_children_see_no_descriptor_of_ours() {
    let scene = Scene::new();
    let ended = run_fork(&scene, INSTRUMENTED, "commands");
    assert_eq!(ended, run_fork(&scene, PLAIN, "commands"));
    assert!(ended.status.success(), "{ended:?}");
}

#[test]
fn row_52_a_statement_between_fork_and_exec_is_recorded_in_the_childs_run() {
    let scene = Scene::new();
    run_fork(&scene, INSTRUMENTED, "commands");
    let child = scene.runs().into_iter().find(|run| !run_json(run)["parent"].is_null()).expect("a run of the child");
    let (report, before) = (Report::of(&child), Place::marked(SOURCE, "before exec"));
    assert_eq!(log(&child, "fork").count(&before), 1);
    // When it has left the closure, it is in the statement that its parent has forked in.
    let thread = report.thread("main");
    assert!(Place::last_of(thread).snippet.contains("list.status()"), "{thread}");
    assert_eq!((&thread["inherited"], &thread["depth"]), (&2.into(), &2.into()), "{thread}");
}

#[test]
fn each_thread_of_a_child_is_found_in_its_first_statement() {
    for _ in 0..20 {
        let scene = Scene::new();
        let ended = run_fork(&scene, INSTRUMENTED, "threads");
        assert!(ended.status.success(), "{ended:?}");
        let child = scene.runs().into_iter().find(|run| !run_json(run)["parent"].is_null()).expect("a child's run");
        let report = Report::of(&child);
        for n in 0..4 {
            assert_eq!(Place::last_of(report.thread(&format!("blocked-{n}"))), Place::marked(SOURCE, "blocked"));
        }
        assert_eq!(report.sum("dropped"), 0);
    }
}

/// The statements of a worker besides its turns, of three statements each, are as many in all of them.
#[test]
fn row_50_the_parents_threads_lose_no_record_of_rings_and_counts_to_a_fork() {
    for sink in ["ring", "count"] {
        let scene = Scene::new();
        let ended = run(scene.command(&program("fork", INSTRUMENTED)).arg("tree").env("INSTR_SINK", sink));
        assert!(ended.status.success(), "{ended:?}");
        let numbers = numbers(&ended.stderr);
        let run = run_of(&scene, numbers["generation-0"]);
        let rest = |n: u32| {
            let name = format!("worker-{n}");
            let seq = slot(&run, &name).seq;
            assert!(seq > 0, "it has ended");
            seq - 3 * numbers[name.as_str()]
        };
        assert!((1..8).all(|n| rest(n) == rest(0)), "{sink}");
        for child in scene.runs().into_iter().filter(|run| !run_json(run)["parent"].is_null()) {
            assert_eq!((slots(&child).len(), sums(&child).dropped), (1, 0), "{sink}: its only thread");
            assert!(sums(&child).recorded > 0, "{sink}");
        }
    }
}

#[test]
fn row_51_a_fork_in_a_handler_that_has_interrupted_a_record_costs_the_parent_none() {
    for (sink, way) in
        ["ring", "count", "write"].into_iter().flat_map(|sink| ["fork", "_Fork", "clone"].map(|way| (sink, way)))
    {
        let scene = Scene::new();
        let variables = [("INSTR_SINK", sink), ("INSTR_RING_BYTES", "64K")];
        let ended = run(scene.command(&program("fork_in_handler", INSTRUMENTED)).arg(way).envs(variables));
        assert!(ended.status.success(), "{sink} {way}: {ended:?}");
        let turns: u64 = ended.stdout.trim().parse().expect("a number");
        let recorded = |run: &PathBuf| match sink {
            "ring" => rings(run).iter().map(newest).sum::<u64>(),
            "count" => tables(run).iter().flat_map(|table| &table.counters).sum(),
            _ => seqs_between_what_children_left(run).len() as u64,
        };
        let (parents, children): (Vec<_>, Vec<_>) =
            scene.runs().into_iter().partition(|run| run_json(run)["parent"].is_null());
        assert_eq!((parents.len(), children.len()), (1, 40), "{sink} {way}");
        // Right before the addition, each child makes its parent's (see Known limits).
        let most = if sink == "count" { turns + 40 } else { turns };
        let parents_own = recorded(&parents[0]);
        assert!((turns..=most).contains(&parents_own), "{sink} {way}: {parents_own} of {turns}");
        for child in &children {
            // The interrupted one can be the parent's still.
            assert!((10..=11).contains(&recorded(child)), "{sink} {way}: {}", recorded(child));
        }
    }
}

/// The numbers of the records in the log of a run's one thread. Right before a `write(2)`, a child ends its parent's with
/// the same line or, as its thread's memory is wiped, with zeros in place of it or of its beginning (see Known limits).
fn seqs_between_what_children_left(run: &Path) -> BTreeSet<u64> {
    let log = fs::read_dir(run).expect("a directory").map(|entry| entry.expect("an entry").path());
    let log = log.into_iter().find(|path| path.extension().is_some_and(|end| end == "log")).expect("a log");
    let mut seqs = BTreeSet::new();
    for line in fs::read(log).expect("readable").split_inclusive(|byte| *byte == b'\n').skip(1) {
        let line = line.strip_suffix(b"\n").unwrap_or_default();
        let behind = line.iter().position(|byte| *byte != 0).and_then(|start| line.get(start..)).unwrap_or_default();
        match decode_record(behind) {
            Some(record) => _ = seqs.insert(record.moment.seq),
            None => assert!(behind.len() < line.len(), "{}", line.escape_ascii()),
        }
    }
    // The analyzer finds them all, too.
    let dump = analyzer::run(["dump".as_ref(), "--format=raw".as_ref(), run.as_os_str()]);
    let dumped = dump.stdout.lines().map(|line| decode_record(line.as_bytes()).expect("a record").moment.seq);
    assert_eq!(dumped.collect::<BTreeSet<_>>(), seqs);
    seqs
}
