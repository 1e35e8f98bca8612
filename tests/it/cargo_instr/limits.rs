//! `--limit` ends what hangs, and the report says what each thread did then.

use std::fs;
use std::process::Stdio;

use instr_tests::cargo_instr::Workspace;
use instr_tests::package::{said, succeed};
use instr_tests::program::{finish, start};

const AT_ITS_LIMIT: &str = "was killed by SIGKILL at its limit of 1 s; waiting: main ";

#[test]
fn a_program_that_hangs_is_looked_at_and_ended() {
    let pair = Workspace::new("pair", "limit");
    let mut child = start(pair.instr(&["run", "-q", "-p", "one", "--limit", "1", "--", "wait"]).stdin(Stdio::piped()));
    // Open until the end, for the program goes on when it is closed.
    let _input = child.stdin.take();
    let ended = finish(child);
    assert_eq!(ended.status.code(), Some(137), "{}", ended.stderr);
    let answer = format!("one {AT_ITS_LIMIT}at one/src/ways.rs:");
    let kernel = "it slept in the system call read, said the kernel";
    assert!(ended.stderr.contains(&answer) && ended.stderr.contains(kernel), "{}", ended.stderr);
    // Whoever asks later is told the same.
    let later = said(&succeed(&mut pair.instr(&["report"])));
    assert!(later.contains(&answer) && later.contains(kernel), "{later}");
}

/// Whatever its parents are.
#[test]
fn all_that_was_started_ends() {
    let pair = Workspace::new("pair", "limit of many");
    pair.write(
        "two/src/main.rs",
        "use std::process::{Command, exit};\n\nfn main() {\n    let own = std::env::current_exe().unwrap();\n    \
         if std::env::args().count() > 1 {\n        loop {\n            std::thread::park();\n        }\n    }\n    \
         let shell = format!(\"'{}' parks & echo $! > child; sleep 1000\", own.display());\n    \
         let status = Command::new(\"sh\").args([\"-c\", &shell]).status().unwrap();\n    exit(status.code().unwrap());\n}\n",
    );
    let ended = finish(start(&mut pair.instr(&["run", "-q", "-p", "two", "--limit", "1"])));
    assert_eq!(ended.status.code(), Some(137), "{}", ended.stderr);
    assert_eq!(ended.stderr.matches(&format!("two {AT_ITS_LIMIT}at two/src/main.rs:")).count(), 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("main.rs:11: let status = "), "{}", ended.stderr);
    assert!(ended.stderr.contains("waiting for another process"), "{}", ended.stderr);
    let child = fs::read_to_string(pair.path().join("child")).expect("the shell has run");
    // Nobody may be there to wait for it.
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_else(|_| "0 (two) X".to_owned());
    assert!(stat.contains(") Z") || stat.contains(") X") || !stat.contains("(two)"), "{stat}");
}

#[test]
fn what_ends_in_time_is_left_alone() {
    let pair = Workspace::new("pair", "ends in time");
    let ended = pair.instr(&["run", "-q", "-p", "one", "--limit", "1000", "--", "7"]).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(7), "{}", said(&ended));
    assert!(!said(&ended).contains("limit"), "{}", said(&ended));
    let ended = pair.instr(&["run", "-q", "-p", "one", "--limit", "0"]).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(2), "{}", said(&ended));
    assert!(said(&ended).contains("0 is not in 1.."), "{}", said(&ended));
}
