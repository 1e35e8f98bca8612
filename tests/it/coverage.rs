//! Which statements a run marks as reached, and how often it counts them: what its records say, whatever it dies of.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use instr_format::{coverage, files};
use instr_tests::build::{Build, INSTRUMENTED, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::{logs, places, run_json};
use instr_tests::rings::tables;
use instr_tests::skip::counted;

const SOURCE: &str = "tests/programs/src/bin/covering.rs";
const RELEASE: Build = Build { profile: "release", ..INSTRUMENTED };
const PORTABLE: Build = Build { portable: true, ..INSTRUMENTED };

/// How often each statement was reached, of those that were.
type Reached = BTreeMap<Place, u64>;

fn cover(build: Build, arguments: [&str; 2], variables: &[(&str, &str)]) -> (Scene, Ended) {
    let scene = Scene::new();
    let ended = run(scene.command(&program("covering", build)).args(arguments).envs(variables.iter().copied()));
    (scene, ended)
}

fn only_run(scene: &Scene) -> PathBuf {
    let [run] = scene.runs().try_into().expect("one run");
    run
}

/// What the records say.
fn recorded(run: &Path) -> Reached {
    let mut reached = Reached::new();
    for (place, count) in logs(run).into_iter().flat_map(|log| log.counts) {
        *reached.entry(place).or_default() += count;
    }
    reached
}

fn marked(run: &Path) -> Vec<Place> {
    let file = fs::read(run.join(files::COVERAGE)).expect("marks");
    let marks = coverage::decode(&file).expect("whole");
    let mut marked: Vec<_> =
        places(run).into_iter().filter(|(id, _)| marks[*id as usize] != 0).map(|(_, place)| place).collect();
    marked.sort();
    marked
}

fn counts(run: &Path) -> Reached {
    let mut reached = Reached::new();
    let places = places(run);
    let tables = if run.join(files::COUNTS).exists() { tables(run) } else { Vec::new() };
    for table in tables {
        for (id, count) in (0..).zip(table.counters).filter(|(_, count)| *count > 0) {
            *reached.entry(places[&id].clone()).or_default() += count;
        }
    }
    reached
}

/// Marks and counts are those of the records.
fn assert_covered(run: &Path, what: &str) {
    let recorded = recorded(run);
    assert!(recorded.len() > 10, "{what}");
    assert_eq!(marked(run), recorded.keys().cloned().collect::<Vec<_>>(), "{what}");
    assert_eq!(counts(run), recorded, "{what}");
}

#[test]
fn of_200_runs_that_are_killed_at_a_statement_all_that_was_reached_is_there() {
    for number in 0..200 {
        let sink = ["write", "ring"][number as usize % 2];
        let variables = [("INSTR_SINK", sink), ("INSTR_COVERAGE", "counts")];
        let (scene, ended) = cover(INSTRUMENTED, ["kill", &number.to_string()], &variables);
        assert!(!ended.status.success(), "{ended:?}");
        let run = only_run(&scene);
        assert_covered(&run, &format!("{sink} {number}"));
        assert_eq!(counts(&run).get(&Place::marked(SOURCE, "kill")), Some(&1));
        assert_eq!(counts(&run).get(&Place::marked(SOURCE, "never")), None);
    }
    counted("200 kills");
}

#[test]
fn it_survives_every_end_in_every_form_of_the_probe() {
    for build in [INSTRUMENTED, RELEASE, PORTABLE] {
        for end in ["kill", "abort", "segv", "_exit", "return"] {
            for sink in ["write", "ring"] {
                let variables = [("INSTR_SINK", sink), ("INSTR_COVERAGE", "counts")];
                let (scene, _) = cover(build, [end, "42"], &variables);
                assert_covered(&only_run(&scene), &format!("{build:?} {end} {sink}"));
            }
        }
    }
}

/// The same statements are reached in each run.
#[test]
fn marks_and_counts_are_the_same_with_every_sink() {
    let (scene, _) = cover(INSTRUMENTED, ["kill", "42"], &[]);
    let expected = recorded(&only_run(&scene));
    for build in [INSTRUMENTED, RELEASE, PORTABLE] {
        for sink in ["write", "ring", "stack", "count"] {
            for (coverage, counts_too) in [("1", false), ("flags", false), ("on", false), ("counts", true)] {
                let variables = [("INSTR_SINK", sink), ("INSTR_COVERAGE", coverage)];
                let (scene, ended) = cover(build, ["kill", "42"], &variables);
                assert_eq!(ended.stderr, "");
                let (run, what) = (only_run(&scene), format!("{build:?} {sink} {coverage}"));
                assert_eq!(marked(&run), expected.keys().cloned().collect::<Vec<_>>(), "{what}");
                let counts_too = counts_too || sink == "count";
                assert_eq!(counts(&run), if counts_too { expected.clone() } else { Reached::new() }, "{what}");
            }
        }
    }
}

#[test]
fn filters_do_not_matter_and_neither_do_their_counts_suffer() {
    let (scene, _) = cover(INSTRUMENTED, ["kill", "42"], &[]);
    let (expected, reached) = (recorded(&only_run(&scene)), scene.report().sum("records"));
    for build in [INSTRUMENTED, RELEASE, PORTABLE] {
        for filter in [
            ("INSTR_EXCLUDE", "covering.rs"),
            ("INSTR_FUNCTION_EXCLUDE", "step"),
            ("INSTR_THREAD", "main"),
            ("INSTR_RATE", "3"),
        ] {
            for (sink, coverage) in
                ["write", "ring"].into_iter().flat_map(|sink| ["flags", "counts"].map(|coverage| (sink, coverage)))
            {
                let variables = [("INSTR_SINK", sink), ("INSTR_COVERAGE", coverage), filter];
                let (scene, _) = cover(build, ["kill", "42"], &variables);
                let (run, what) = (only_run(&scene), format!("{build:?} {sink} {coverage} {filter:?}"));
                assert_eq!(marked(&run), expected.keys().cloned().collect::<Vec<_>>(), "{what}");
                assert_eq!(
                    counts(&run),
                    if coverage == "counts" { expected.clone() } else { Reached::new() },
                    "{what}"
                );
                let report = scene.report();
                assert_eq!(report.sum("records") + report.sum("filtered"), reached, "{what}");
                assert_eq!(report.sum("dropped"), 0, "{what}");
            }
        }
    }
}

/// Also what its parent had reached before.
#[test]
fn a_forked_child_has_what_it_has_reached_itself() {
    for (build, sink) in
        [INSTRUMENTED, RELEASE].into_iter().flat_map(|build| ["write", "ring", "stack"].map(|sink| (build, sink)))
    {
        let variables = [("INSTR_SINK", sink), ("INSTR_COVERAGE", "counts")];
        let (scene, _) = cover(build, ["fork", "42"], &variables);
        let is_parent = |run: &PathBuf| run_json(run)["parent"].is_null();
        let (parents, children): (Vec<_>, Vec<_>) = scene.runs().into_iter().partition(is_parent);
        let ([parent], [child]) = (<[_; 1]>::try_from(parents).unwrap(), <[_; 1]>::try_from(children).unwrap());
        let of_child = Place::marked(SOURCE, "child");
        assert!(!marked(&parent).contains(&of_child), "{sink}");
        assert!(marked(&child).contains(&of_child), "{sink}");
        assert_eq!(counts(&child).keys().cloned().collect::<Vec<_>>(), marked(&child), "{sink}");
        if sink != "stack" {
            assert_covered(&parent, sink);
            assert_covered(&child, sink);
        }
    }
}

#[test]
fn without_it_there_are_no_files() {
    for coverage in ["", "0", "off"] {
        let (scene, ended) = cover(INSTRUMENTED, ["return", "1"], &[("INSTR_COVERAGE", coverage)]);
        assert_eq!(ended.stderr, "");
        let run = only_run(&scene);
        assert!(!run.join(files::COVERAGE).exists() && !run.join(files::COUNTS).exists(), "{coverage}");
    }
    let (_, ended) = cover(INSTRUMENTED, ["return", "1"], &[("INSTR_COVERAGE", "all")]);
    let said = "instr: INSTR_COVERAGE=all is ignored: expected `on` or `off`, or `flags` or `counts`\n";
    assert_eq!(ended.stderr, said);
}
