//! A program that hangs is ended from outside.

#![allow(unsafe_code)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use instr_tests::cargo_instr::{Workspace, runs};
use instr_tests::program::{finish, start};
use instr_tests::report::Report;

/// Starts the program that waits for its input, and returns once it does.
fn waiting(pair: &Workspace) -> Child {
    waiting_with(pair, &[])
}

fn waiting_with(pair: &Workspace, options: &[&str]) -> Child {
    let mut command = pair.instr(&[&["run", "-q", "-p", "one"], options, &["--", "wait"]].concat());
    let mut child = start(command.process_group(0).stdin(Stdio::piped()));
    let stdout = child.stdout.as_mut().expect("piped");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("UTF-8");
    if line != "waiting\n" {
        let mut said = String::new();
        child.stderr.as_mut().expect("piped").read_to_string(&mut said).expect("UTF-8");
        panic!("it printed {line:?}\n{said}");
    }
    child
}

fn kill(id: i32, signal: i32) {
    // SAFETY: kill touches no memory.
    assert_eq!(unsafe { libc::kill(id, signal) }, 0, "{}", std::io::Error::last_os_error());
}

fn id(child: &Child) -> i32 {
    i32::try_from(child.id()).expect("an id")
}

#[track_caller]
fn assert_reported(mut child: Child, code: i32, signal: &str) {
    // Open until the end, for the program goes on when it is closed.
    let _input = child.stdin.take();
    let ended = finish(child);
    assert_eq!(ended.status.code(), Some(code), "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("was killed by {signal}; ")), "{}", ended.stderr);
    // It may be in a statement before the one that waits.
    let place = " one::ways::wait at one/src/ways.rs:";
    assert!(ended.stderr.contains(place), "{}", ended.stderr);
    assert!(ended.stderr.contains("std::io::stdin().read_to_string(&mut text).unwrap();"), "{}", ended.stderr);
}

/// As from the keyboard, to everyone.
#[test]
fn an_interrupt_reaches_the_program_and_the_report_comes() {
    let pair = Workspace::new("pair", "signals");
    let child = waiting(&pair);
    kill(-id(&child), libc::SIGINT);
    assert_reported(child, 130, "SIGINT");
}

/// It could have been cargo, while it compiled.
#[test]
fn an_interrupt_of_what_is_not_instrumented_is_not_spoken_of() {
    let pair = Workspace::new("pair", "signals elsewhere");
    let mut child = waiting_with(&pair, &["--include-function", "no::such::function"]);
    kill(-id(&child), libc::SIGINT);
    let _input = child.stdin.take();
    let ended = finish(child);
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(130), ""));
}

#[test]
fn a_request_to_end_is_passed_on() {
    let pair = Workspace::new("pair", "terminated");
    for (signal, code, name) in [(libc::SIGTERM, 143, "SIGTERM"), (libc::SIGHUP, 129, "SIGHUP")] {
        let child = waiting(&pair);
        kill(id(&child), signal);
        assert_reported(child, code, name);
    }
}

/// Where nobody reads it, as in a pager, and where it takes long.
#[test]
fn whoever_has_seen_enough_of_the_report_can_end_it() {
    let pair = Workspace::new("pair", "enough of it");
    let (unread, mut full) = std::io::pipe().expect("a pipe");
    // SAFETY: fcntl touches no memory of ours.
    assert_eq!(unsafe { libc::fcntl(full.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) }, 0);
    while full.write(b".").is_ok() {}
    // SAFETY: as before.
    assert_eq!(unsafe { libc::fcntl(full.as_raw_fd(), libc::F_SETFL, 0) }, 0);
    let mut command = pair.instr(&["run", "-q", "-p", "one", "--", "7"]);
    let output = pair.output("enough");
    let mut child = command.stderr(full).env("INSTR_OUTPUT_DIR", &output).spawn().expect("it starts");
    let has_exited = || {
        let begun = output.exists().then(|| runs(&output)).into_iter().flatten().find(|run| run.join("last").exists());
        begun.is_some_and(|run| Report::of(&run).end().0 == "exit")
    };
    let started = Instant::now();
    let status = loop {
        if has_exited() {
            kill(id(&child), libc::SIGTERM);
        }
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None if started.elapsed() > Duration::from_secs(300) => {
                child.kill().expect("it is there");
                panic!("it goes on");
            }
            None => yield_now(),
        }
    };
    assert_eq!(status.signal(), Some(libc::SIGTERM));
    drop(unread);
}
