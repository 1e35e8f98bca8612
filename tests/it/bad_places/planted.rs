//! Files that somebody has put where ours are expected.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Scene, run};

use super::{assert_one_line, assert_private, steady};

#[test]
fn row_47_a_dangling_link_in_place_of_the_directory_is_not_followed() {
    let scene = Scene::new();
    symlink("elsewhere", scene.output()).expect("a link");
    steady(&scene, "10", |_| ());
    assert!(!scene.path().join("elsewhere").exists());
}

#[test]
fn row_47_a_fifo_in_place_of_the_directory_stops_nobody() {
    let scene = Scene::new();
    let made = Command::new("/usr/bin/mkfifo").arg(scene.output()).status().expect("coreutils");
    assert!(made.success());
    let ended = steady(&scene, "10", |command| _ = command.env("INSTR_OUTPUT_DIR", "instr-logs"));
    assert_one_line(&ended, "not a directory");
}

#[test]
fn row_47_48_a_link_to_a_directory_of_others_gets_a_private_run_and_nothing_else() {
    let scene = Scene::new();
    let shared = scene.path().join("shared");
    fs::create_dir(&shared).expect("a directory");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).expect("ours");
    fs::write(shared.join("theirs"), "theirs").expect("a file");
    symlink("shared", scene.output()).expect("a link");
    steady(&scene, "10", |_| ());
    assert_eq!(fs::read(shared.join("theirs")).expect("a file"), b"theirs");
    let runs: Vec<_> = scene.runs().into_iter().filter(|run| run.is_dir()).collect();
    assert_eq!(runs.len(), 1);
    assert_private(&runs[0]);
}

#[test]
fn row_47_what_is_planted_in_place_of_a_threads_file_is_left_alone_and_the_thread_gets_another_one() {
    for kind in ["link", "hard link", "directory", "pipe"] {
        for sink in ["write", "ring"] {
            let scene = Scene::new();
            fs::write(scene.path().join("victim"), "mine").expect("a file");
            let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
                let mut command = scene.command(&program("planted", build));
                run(command.arg(kind).env("INSTR_SINK", sink))
            });
            assert_eq!(instrumented, plain, "{kind}, {sink}");
            assert_eq!(fs::read(scene.path().join("victim")).expect("a file"), b"mine", "{kind}, {sink}");
            clear_away(&scene.runs()[0]);
            let report = scene.report();
            let worker = report.thread("worker");
            assert_eq!((&worker["records"], &worker["dropped"]), (&1.into(), &0.into()), "{kind}, {sink}: {worker:#}");
        }
    }
}

/// Removes what is not ours, so that the rest can be read.
fn clear_away(run: &Path) {
    let mut removed = 0;
    for entry in fs::read_dir(run).expect("a directory") {
        let entry = entry.expect("an entry");
        let metadata = entry.metadata().expect("it is there");
        if metadata.is_dir() {
            fs::remove_dir(entry.path()).expect("an empty directory");
        } else if !metadata.is_file() || metadata.nlink() > 1 {
            fs::remove_file(entry.path()).expect("a file");
        } else {
            continue;
        }
        removed += 1;
    }
    assert!(removed > 100, "only {removed} were planted");
}
