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

#[test]
fn row_01_what_filters_and_the_rate_had_left_out_before_a_kill_is_counted() {
    let program = program("acknowledging", INSTRUMENTED);
    let ways = [
        [("INSTR_SINK", "write"), ("INSTR_RATE", "7")],
        [("INSTR_SINK", "ring"), ("INSTR_RATE", "7")],
        [("INSTR_SINK", "write"), ("INSTR_FUNCTION_EXCLUDE", "reach")],
        [("INSTR_SINK", "ring"), ("INSTR_FUNCTION_EXCLUDE", "reach")],
        [("INSTR_SINK", "ring"), ("INSTR_THREAD", "nobody")],
        [("INSTR_SINK", "count"), ("INSTR_THREAD", "nobody")],
    ];
    for (kill, way) in (0..times(5, 100)).flat_map(|kill| ways.map(|way| (kill, way))) {
        let scene = Scene::new();
        let page = scene.path().join("acknowledged");
        fs::write(&page, [0; 4096]).expect("a file");
        let mut child = start(scene.command(&program).arg(&page).envs(way));
        wait_for(&page, 1 + kill * 37 % 300, &mut child);
        child.kill().expect("it is there");
        finish(child);

        let report = scene.report();
        for (number, acknowledged) in (1..).zip(counts(&page)).filter(|(_, acknowledged)| *acknowledged > 0) {
            let thread = report.thread(&format!("acknowledging-{number}"));
            let [records, filtered, dropped, overwritten] =
                ["records", "filtered", "dropped", "overwritten"].map(|key| thread[key].as_u64().expect("a number"));
            let reached = records + filtered + dropped + overwritten;
            assert!((acknowledged..=acknowledged + 1).contains(&reached), "{way:?}: {acknowledged}, {thread:#}");
            let is_rated = way[1].0 == "INSTR_RATE";
            // The first and every seventh; the newest may have been on its way.
            let kept = if is_rated { (reached > 0) as u64 + reached / 7 } else { 0 };
            assert!(records + dropped + overwritten <= kept && filtered <= reached - kept + 1, "{way:?}: {thread:#}");
        }
    }
}
