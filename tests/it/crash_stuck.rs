//! A handler that does not come to its end.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use instr_tests::analyzer;
use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::limits::stall;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::skip::counted;

/// How long a thread that crashes waits for another one's record.
const PATIENCE: Duration = Duration::from_secs(5);

/// Eight threads crash together. The first one's handler is stuck in a call that nothing but the handler makes.
#[test]
fn row_12_others_that_crash_wait_for_a_stuck_handler_no_longer_than_they_said() {
    let scene = Scene::new();
    let die = |scene: &Scene, build: Build| -> (Ended, Duration) {
        let mut command = scene.command(&program("crashing_threads", build));
        stall(command.arg("together"), libc::SYS_process_vm_readv);
        let begin = Instant::now();
        (run(&mut command), begin.elapsed())
    };
    let (plain, _) = die(&Scene::new(), PLAIN);
    assert_eq!(plain.status.signal(), Some(libc::SIGSEGV));
    let (ended, time) = die(&scene, INSTRUMENTED);
    assert_eq!(ended, plain);
    counted(&format!("died after {:.1} s", time.as_secs_f64()));
    println!("died after {:.1} s", time.as_secs_f64());
    assert!(PATIENCE / 2 < time && time < 2 * PATIENCE, "{time:?}");
    // What it had written by then is no whole record, and is not taken for one.
    let report = analyzer::run([scene.output()]);
    assert!(report.stdout.contains("damage: crash.json"), "{report:?}");
}
