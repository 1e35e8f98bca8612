//! SIGKILL at any time: no record that was acknowledged is missing, and at most one line a thread is cut.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, finish, start};

const SOURCE: &str = "tests/programs/src/bin/acknowledging.rs";
const KILLS: u64 = 100;
const DEADLINE: Duration = Duration::from_secs(60);

#[test]
fn what_was_acknowledged_before_a_kill_is_in_the_log() {
    let program = program("acknowledging", INSTRUMENTED);
    let marked = Place::marked(SOURCE, "acknowledged");
    for kill in 0..KILLS {
        let scene = Scene::new();
        let page = scene.path().join("acknowledged");
        fs::write(&page, [0; 4096]).expect("a file");
        let mut child = start(scene.command(&program).arg(&page));
        wait_for(&page, kill * 7 % 300);
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

/// Waits until the threads together have acknowledged more than `enough` statements.
fn wait_for(page: &Path, enough: u64) {
    let start = Instant::now();
    while counts(page).iter().sum::<u64>() <= enough {
        assert!(start.elapsed() < DEADLINE, "the program does not go on");
        yield_now();
    }
}

fn counts(page: &Path) -> [u64; 4] {
    let mut bytes = [[0; 8]; 4];
    File::open(page).and_then(|mut file| file.read_exact(bytes.as_flattened_mut())).expect("the shared file");
    bytes.map(u64::from_ne_bytes)
}
