//! Output directories that cannot be used.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use instr_tests::limits::obey_modes;
use instr_tests::program::Scene;

use super::{assert_one_line, steady};

#[test]
fn a_path_below_a_file_that_the_user_has_named_is_said_in_one_line() {
    let scene = Scene::new();
    fs::write(scene.path().join("file"), "").expect("a file");
    let ended = steady(&scene, "10", |command| _ = command.env("INSTR_OUTPUT_DIR", "file/logs"));
    assert_one_line(&ended, "not a directory");
}

#[test]
fn a_default_path_that_cannot_be_used_is_not_spoken_of() {
    let scene = Scene::new();
    fs::write(scene.output(), "mine").expect("a file");
    let ended = steady(&scene, "10", |_| ());
    assert_eq!(ended.stderr, "");
    assert_eq!(fs::read(scene.output()).expect("a file"), b"mine");
}

#[test]
fn row_48_a_directory_that_may_not_be_written_to_stays_empty() {
    let scene = Scene::new();
    fs::create_dir(scene.output()).expect("a directory");
    fs::set_permissions(scene.output(), fs::Permissions::from_mode(0o555)).expect("ours");
    let ended = steady(&scene, "10", |command| {
        obey_modes(command);
        command.env("INSTR_OUTPUT_DIR", "instr-logs");
    });
    assert_one_line(&ended, "permission denied");
    assert_eq!(fs::read_dir(scene.output()).expect("a directory").count(), 0);
}

#[test]
fn a_name_that_is_too_long_is_said_in_one_line() {
    let scene = Scene::new();
    let ended = steady(&scene, "10", |command| _ = command.env("INSTR_OUTPUT_DIR", "x".repeat(5000)));
    assert_one_line(&ended, "name too long");
}
