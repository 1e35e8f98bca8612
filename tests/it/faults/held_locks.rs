//! Crashes of threads that hold locks which a handler must not wait for.

use std::path::Path;
use std::process::Command;

use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};

/// A library whose constructor faults.
fn deadly_library(scene: &Scene) -> std::path::PathBuf {
    let (source, library) = (scene.path().join("deadly.c"), scene.path().join("deadly.so"));
    let text = "__attribute__((constructor)) static void loaded(void) { *(volatile int *)64 = 1; }\n";
    std::fs::write(&source, text).expect("a file");
    compile(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]));
    library
}

pub(super) fn compile(command: &mut Command) {
    let ended = command.output().expect("there is a C compiler");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn row_13_a_crash_in_the_allocator_or_the_loader_is_written_down() {
    let beside = Scene::new();
    let library = deadly_library(&beside);
    for way in ["heap", "loader"] {
        for sink in ["write", "ring", "count"] {
            let (scene, plain_scene) = (Scene::new(), Scene::new());
            let ended = |scene: &Scene, program: &Path| {
                run(scene.command(program).arg(way).arg(&library).env("INSTR_SINK", sink))
            };
            let plain = ended(&plain_scene, &program("holding_locks", PLAIN));
            assert_eq!(ended(&scene, &program("holding_locks", INSTRUMENTED)), plain, "{way} {sink}");
            let report = scene.report();
            assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")), "{way} {sink}");
            let last = Place::last_of(report.thread("main"));
            assert_eq!(last, Place::marked("tests/programs/src/bin/holding_locks.rs", way), "{sink}");
        }
    }
}
