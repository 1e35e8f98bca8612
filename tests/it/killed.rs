//! SIGKILL at any time: no record that was acknowledged is missing, and at most one line a thread is cut.

use std::fs;

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::faults::times;
use instr_tests::kills::{self, WAYS, counts, wait_for};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, finish, start};

const SOURCE: &str = "tests/programs/src/bin/acknowledging.rs";
/// 2,000 each in `cargo run -p instr-tests --bin kills -- --full`.
#[test]
fn row_01_02_what_was_acknowledged_before_a_kill_is_in_the_files_of_every_sink() {
    for way in WAYS {
        let tally = kills::kill(way, INSTRUMENTED, 50);
        assert!(tally.threads >= 50, "{}: {tally:?}", way.name);
    }
}

#[test]
fn row_01_what_was_acknowledged_before_a_kill_is_in_the_report_on_a_log() {
    let program = program("acknowledging", INSTRUMENTED);
    let marked = Place::marked(SOURCE, "acknowledged");
    for kill in 0..times(100, 2_000) {
        let scene = Scene::new();
        let page = scene.path().join("acknowledged");
        fs::write(&page, [0; 4096]).expect("a file");
        let mut child = start(scene.command(&program).arg(&page));
        wait_for(&page, kill * 7 % 300, &mut child);
        child.kill().expect("it is there");
        finish(child);

        let report = scene.report();
        for (number, acknowledged) in (1..).zip(counts(&page)) {
            if acknowledged == 0 {
                continue;
            }
            let thread = report.thread(&format!("acknowledging-{number}"));
            let records = thread["records"].as_u64().expect("a number");
            assert!((acknowledged..=acknowledged + 1).contains(&records), "{acknowledged} acknowledged: {thread:#}");
            assert_eq!(Place::last_of(thread), marked);
            let damage = thread["damage"].as_array().expect("a list");
            assert!(damage.len() <= 1 && damage.iter().all(|damage| damage["kind"] == "torn"), "{thread:#}");
        }
    }
}
