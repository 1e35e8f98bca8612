//! Programs that reach statements before `main`, and die in it.

use std::os::unix::process::ExitStatusExt as _;

use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Scene, run, without_thread_ids};

/// The handlers come once those of the standard library are there, so that its message is printed as ever.
#[test]
fn row_09_a_death_in_main_is_recorded_where_a_constructor_has_reached_a_statement() {
    for sink in ["write", "ring", "count"] {
        for (way, signal) in [("fault", libc::SIGSEGV), ("overflow", libc::SIGABRT)] {
            let (scene, plain_scene) = (Scene::new(), Scene::new());
            let ended = |scene: &Scene, build| {
                let mut ended = run(scene.command(&program("constructors", build)).arg(way).env("INSTR_SINK", sink));
                ended.stderr = without_thread_ids(&ended.stderr);
                ended
            };
            let plain = ended(&plain_scene, PLAIN);
            assert_eq!(ended(&scene, INSTRUMENTED), plain, "{sink}");
            assert_eq!((plain.status.signal(), plain.stderr.contains("overflowed")), (Some(signal), way == "overflow"));
            let report = scene.report();
            assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")), "{sink} {way}");
            assert_eq!(report.thread("main")["crashing"], true, "{sink} {way}");
        }
    }
}
