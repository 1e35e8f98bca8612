//! Descriptors that the program takes away from us.

use std::fs;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::logs;
use instr_tests::report::Report;

use super::errnos;

/// How the program has ended, and the files that it has made.
type Outcome = (Ended, Vec<Option<Vec<u8>>>);

/// Runs the program, which reaches 100 turns in each of `work`'s calls.
fn close(way: &str) -> (Scene, Outcome, Outcome) {
    let scene = Scene::new();
    let run = |build: Build| -> Outcome {
        let ended = run(scene.command(&program("closing", build)).arg(way));
        // A daemon outlives its parent, and keeps the pipes that `run` reads open.
        (ended, ["over", "mine-0", "mine-1", "mine-2"].map(|name| fs::read(scene.path().join(name)).ok()).into())
    };
    let (plain, instrumented) = (run(PLAIN), run(INSTRUMENTED));
    (scene, plain, instrumented)
}

/// The turns of all threads of all runs.
fn turns(scene: &Scene) -> u64 {
    let turn = Place::marked("tests/programs/src/bin/closing.rs", "turn");
    scene.runs().iter().flat_map(|run| logs(run)).map(|log| log.count(&turn)).sum()
}

#[test]
fn row_43_a_program_that_closes_everything_keeps_its_files_and_no_record_is_lost() {
    for (way, calls) in [("all", 4), ("daemon", 4), ("double", 6)] {
        let (scene, plain, instrumented) = close(way);
        assert_eq!(instrumented, plain, "{way}");
        assert!(plain.0.status.success() && !plain.0.stdout.is_empty(), "{plain:?}");
        assert_eq!(turns(&scene), calls * 100, "{way}");
        for run in scene.runs() {
            logs(&run).iter().for_each(|log| log.assert_whole());
            assert_eq!(errnos(&Report::of(&run)), [""; 0], "{way}");
        }
    }
}

/// As far as it can be known: see Known limits in docs/architecture.md.
#[test]
fn row_43_a_file_put_over_ours_holds_a_few_of_our_lines_at_most_and_those_are_missed() {
    let (scene, (plain, plain_files), (ended, mut files)) = close("over");
    assert_eq!(ended, plain);
    let over = String::from_utf8(files[0].take().expect("a file")).expect("UTF-8");
    let (ours, own): (Vec<_>, Vec<_>) = over.split_inclusive('\n').partition(|line| line.starts_with("pid="));
    assert_eq!((Some(own.concat().into_bytes()), &files[1..]), (plain_files[0].clone(), &plain_files[1..]));
    assert!(ours.len() < 32, "{over}");
    let report = scene.report();
    let gaps = report.threads().iter().flat_map(|thread| thread["damage"].as_array().expect("a list"));
    let gaps: Vec<_> = gaps.map(|damage| (damage["kind"].as_str(), damage["count"].as_u64())).collect();
    let expected: &[_] = if ours.is_empty() { &[] } else { &[(Some("gap"), Some(ours.len() as u64))] };
    assert_eq!(gaps, expected);
    assert_eq!(report.sum("dropped"), ours.len() as u64);
}
