//! Descriptors that the program takes away from us.

use std::fs;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::logs;

use super::errnos;

#[test]
fn a_program_that_closes_everything_keeps_its_files_and_no_record_is_lost() {
    let scene = Scene::new();
    let run = |build: Build| -> (Ended, Vec<Vec<u8>>) {
        let ended = run(&mut scene.command(&program("closing", build)));
        let files = ["mine-0", "mine-1", "mine-2"].map(|name| fs::read(scene.path().join(name)).expect("a file"));
        (ended, files.into())
    };
    assert_eq!(run(INSTRUMENTED), run(PLAIN));
    let report = scene.report();
    assert_eq!(errnos(&report), [""; 0]);
    for log in logs(&scene.runs()[0]) {
        log.assert_whole();
    }
}
