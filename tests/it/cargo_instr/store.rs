//! The runs of earlier commands, of which the newest are kept.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use instr_tests::cargo_instr::{Workspace, runs};
use instr_tests::fake_run::FakeRun;
use instr_tests::package::{said, succeed};
use instr_tests::program::{finish, start};

const TWO: [&str; 4] = ["run", "-q", "-p", "two"];

/// The directories of commands, of which there are none to begin with.
fn store(pair: &Workspace) -> PathBuf {
    let store = pair.path().join("target/instr/runs");
    if store.exists() {
        fs::remove_dir_all(&store).expect("old runs");
    }
    store
}

/// The run of a command of long ago.
fn old(store: &Path, number: u64) -> PathBuf {
    let command = store.join(format!("{}-1", 1_600_000_000_000 + number));
    FakeRun::new(&command, "demo-1");
    command
}

fn command_json(pair: &Workspace) -> serde_json::Value {
    let commands = runs(&pair.path().join("target/instr/runs"));
    let newest = commands.iter().max().expect("a command");
    serde_json::from_slice(&fs::read(newest.join("command.json")).expect("a file")).expect("JSON")
}

#[test]
fn the_newest_twenty_commands_are_kept() {
    let pair = Workspace::new("pair", "twenty");
    let store = store(&pair);
    let commands: Vec<PathBuf> = (0..22).map(|number| old(&store, number)).collect();
    let ended = succeed(&mut pair.instr(&TWO));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(told.starts_with("instr: removed the runs of 3 older commands, "), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let there: Vec<bool> = commands.iter().map(|command| command.exists()).collect();
    assert_eq!(there, (0..22).map(|number| number >= 3).collect::<Vec<_>>());
    assert_eq!(runs(&store).len(), 20);
}

#[test]
fn and_no_more_than_two_gigabytes_of_them() {
    let pair = Workspace::new("pair", "gigabytes");
    let store = store(&pair);
    let commands: Vec<PathBuf> = (0..3).map(|number| old(&store, number)).collect();
    fs::write(commands[1].join("command.json"), "{ \"bytes\": 1999999999, \"status\": 0 }").expect("room");
    succeed(&mut pair.instr(&TWO));
    let there: Vec<bool> = commands.iter().map(|command| command.exists()).collect();
    assert_eq!(there, [false, false, true]);
}

#[test]
fn as_many_as_asked_for() {
    let pair = Workspace::new("pair", "keep");
    let store = store(&pair);
    (0..30).for_each(|number| drop(old(&store, number)));
    assert_eq!(said(&succeed(&mut pair.instr(&[&TWO[..], &["--keep", "40"]].concat()))), "two false\n");
    assert_eq!(runs(&store).len(), 31);
    succeed(&mut pair.instr(&[&TWO[..], &["--keep=0"]].concat()));
    assert_eq!(runs(&store).len(), 1);
}

/// What another command writes to stays, and what somebody else has put there.
#[test]
fn what_is_in_use_stays() {
    let pair = Workspace::new("pair", "in use");
    let store = store(&pair);
    fs::create_dir_all(store.join("mine")).expect("a directory");
    let mut waiting = start(pair.instr(&["run", "-q", "-p", "one", "--", "wait"]).stdin(Stdio::piped()));
    let mut line = String::new();
    BufReader::new(waiting.stdout.as_mut().expect("piped")).read_line(&mut line).expect("UTF-8");
    assert_eq!(line, "waiting\n");
    assert_eq!(said(&succeed(&mut pair.instr(&[&TWO[..], &["--keep=0"]].concat()))), "two false\n");
    assert_eq!(runs(&store).len(), 3);
    let listed = said(&succeed(&mut pair.instr(&["list"])));
    assert!(listed.lines().any(|line| line.contains("  still running  ") && line.contains(" one -- wait")), "{listed}");
    let cleaned = said(&succeed(&mut pair.instr(&["clean"])));
    assert!(cleaned.contains(": it is still in use\n") && cleaned.contains("removed 1 run, "), "{cleaned}");
    drop(waiting.stdin.take());
    let ended = finish(waiting);
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""));
    succeed(&mut pair.instr(&[&TWO[..], &["--keep=0"]].concat()));
    assert_eq!(runs(&store).len(), 2);
}

/// Commands that run nothing leave nothing.
#[test]
fn command_json_says_what_was_asked_for_and_how_it_ended() {
    let pair = Workspace::new("pair", "command json");
    let store = store(&pair);
    succeed(&mut pair.instr(&["build", "-p", "two"]));
    assert_eq!(runs(&store).len(), 0);
    let ended = pair.instr(&["run", "-q", "-p", "one", "--", "7"]).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(7));
    let json = command_json(&pair);
    assert_eq!(json["arguments"], serde_json::json!(["run", "-q", "-p", "one", "--", "7"]));
    assert_eq!(
        (json["status"].as_i64(), json["signal"].as_str(), json["schema_version"].as_u64()),
        (Some(7), None, Some(1))
    );
    assert_eq!(json["cwd"].as_str(), pair.path().to_str());
    let listed = succeed(&mut pair.instr(&["list"]));
    assert!(said(&listed).contains("  exit 7  "), "{}", said(&listed));
    let cleaned = succeed(&mut pair.instr(&["clean"]));
    assert!(said(&cleaned).starts_with("removed 1 run, "), "{}", said(&cleaned));
    assert_eq!(runs(&store).len(), 0);
}
