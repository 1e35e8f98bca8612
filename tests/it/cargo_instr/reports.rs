//! Whenever what ran has failed, the report comes, however cargo ends; and it is the same one later.

#![allow(unsafe_code)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use instr_tests::cargo_instr::Workspace;
use instr_tests::package::{said, succeed};
use instr_tests::program::{finish, start};

/// Kills itself in its second statement.
const KILLED: &str = "fn main() {\n    let mut shell = std::process::Command::new(\"sh\");\n    \
                      shell.args([\"-c\", \"kill -KILL $PPID\"]).status().unwrap();\n}\n";

/// The report's first line.
fn answer<'a>(report: &'a str, program: &str) -> &'a str {
    report.lines().find(|line| line.starts_with(program)).unwrap_or_else(|| panic!("no {program} in\n{report}"))
}

#[test]
fn a_runner_that_hands_on_the_signal_in_its_status() {
    let pair = Workspace::new("pair", "runner");
    pair.write("two/src/main.rs", KILLED);
    pair.write("runner.sh", "#!/bin/sh\n\"$@\"\nexit $?\n");
    fs::set_permissions(pair.path().join("runner.sh"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let runner = "target.'cfg(all())'.runner='./runner.sh'";
    let ended = pair.instr(&["run", "-q", "-p", "two", "--config", runner]).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(137), "{}", said(&ended));
    let told = said(&ended);
    let answer = answer(&told, "two ");
    assert!(answer.starts_with("two was killed by SIGKILL; waiting: main at two/src/main.rs:3: "), "{answer}");
    // The record of the command says it to whoever asks later.
    let later = succeed(&mut pair.instr(&["report"]));
    assert!(said(&later).contains(answer), "{}", said(&later));
    let listed = succeed(&mut pair.instr(&["list"]));
    assert!(said(&listed).contains("  exit 137  "), "{}", said(&listed));
}

#[test]
fn tests_that_fail_one_by_one() {
    let pair = Workspace::new("pair", "failing one by one");
    pair.write(
        "two/src/main.rs",
        "fn main() {}\n\n#[test]\nfn passes() {\n    let two = 1 + 1;\n    assert_eq!(two, 2);\n}\n\n\
         #[test]\nfn fails() {\n    let two = 1 + 1;\n    assert_eq!(two, 3);\n}\n",
    );
    let ended = pair.instr(&["test", "-q", "-p", "two"]).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(101), "{}", said(&ended));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(told.contains("two::fails at two/src/main.rs:12:"), "{told}");
    assert!(!told.contains("two::passes at"), "{told}");
}

/// As from the keyboard, to cargo, to the tests and to us.
#[test]
fn an_interrupt_of_a_test_that_hangs() {
    let pair = Workspace::new("pair", "hanging test");
    pair.write(
        "two/src/main.rs",
        "fn main() {}\n\n#[test]\nfn hangs() {\n    eprintln!(\"it hangs\");\n    loop {\n        std::thread::park();\n    }\n}\n",
    );
    let mut command = pair.instr(&["test", "-q", "-p", "two", "--", "--nocapture"]);
    let mut child = start(command.process_group(0));
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    assert!(lines.any(|line| line.expect("UTF-8") == "it hangs"));
    let group = -i32::try_from(child.id()).expect("an id");
    // SAFETY: kill touches no memory.
    assert_eq!(unsafe { libc::kill(group, libc::SIGINT) }, 0);
    let rest: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
    let told = rest.join("\n");
    assert!(answer(&told, "two ").starts_with("two was killed by SIGINT; "), "{told}");
    assert!(told.contains("two::hangs at two/src/main.rs:"), "{told}");
    assert_eq!(finish(child).status.code(), Some(130));
}

/// Nor for a build script that has recorded itself.
#[test]
fn what_does_not_compile_has_no_report() {
    let pair = Workspace::new("pair", "no report");
    pair.write("two/src/main.rs", "fn main() {\n    nothing_like_it();\n}\n");
    for command in ["build", "check", "run", "test"] {
        let ended = pair.instr(&[command, "-q", "-p", "two"]).output().expect("it runs");
        assert_eq!(ended.status.code(), Some(101), "{}", said(&ended));
        assert!(said(&ended).starts_with("error[E0425]") && !said(&ended).contains("instr"), "{}", said(&ended));
    }
}
