//! Files that somebody has put where ours are expected.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
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
fn links_in_place_of_logs_are_not_followed() {
    let scene = Scene::new();
    fs::write(scene.path().join("victim"), "mine").expect("a file");
    let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| run(&mut scene.command(&program("planted", build))));
    assert_eq!(instrumented, plain);
    assert_eq!(fs::read(scene.path().join("victim")).expect("a file"), b"mine");
}
