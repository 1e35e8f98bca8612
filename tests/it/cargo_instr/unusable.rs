//! Places and streams that cannot be used.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use instr_tests::cargo_instr::Workspace;
use instr_tests::limits::obey_modes;
use instr_tests::package::{said, succeed};
use instr_tests::skip::skip;

/// The same command as arguments of a shell's script, or of another program.
fn inside(command: &Command, program: &str, before: &[&str]) -> Command {
    let mut outer = Command::new(program);
    outer.args(before).arg(command.get_program()).args(command.get_args()).env_clear();
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer.current_dir(command.get_current_dir().expect("a directory"));
    outer
}

#[test]
fn a_disk_that_cannot_be_written() {
    let pair = Workspace::new("pair", "read-only disk");
    let target = pair.output("disk");
    std::fs::create_dir_all(&target).expect("a directory");
    let mut command = pair.instr(&["run", "-q", "-p", "two"]);
    command.env("CARGO_TARGET_DIR", &target).env("DISK", &target);
    let script = "mount --bind \"$DISK\" \"$DISK\"; mount -o remount,ro,bind \"$DISK\"; exec \"$0\" \"$@\"";
    let namespaces = ["--user", "--map-root-user", "--mount"];
    let may = Command::new("/usr/bin/unshare").args(namespaces).arg("true").output();
    if !may.is_ok_and(|output| output.status.success()) {
        return skip("a_disk_that_cannot_be_written", "no namespaces");
    }
    let before = [&namespaces[..], &["sh", "-euc", script]].concat();
    let ended = inside(&command, "/usr/bin/unshare", &before).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(2), "{}", said(&ended));
    let told = said(&ended);
    assert!(told.starts_with("cargo instr: cannot create ") && told.contains("Read-only file system"), "{told}");
    assert!(
        told.ends_with("; name a directory that can be written to with --target-dir or CARGO_TARGET_DIR\n"),
        "{told}"
    );
}

/// Of an earlier command under sudo.
#[test]
fn runs_of_another_user() {
    let pair = Workspace::new("pair", "runs of another user");
    let target = tempfile::tempdir().expect("a directory");
    let runs = target.path().join("instr/runs");
    std::fs::create_dir_all(&runs).expect("a directory");
    if std::os::unix::fs::chown(&runs, Some(12345), None).is_err() {
        return skip("runs_of_another_user", "only root gives files away");
    }
    let mut command = pair.instr(&["run", "-q", "-p", "two"]);
    obey_modes(command.env("CARGO_TARGET_DIR", target.path()));
    let ended = command.output().expect("it runs");
    assert_eq!(ended.status.code(), Some(2), "{}", said(&ended));
    let expected = format!("Permission denied (os error 13); {} belongs to another user (uid 12345)\n", runs.display());
    assert!(said(&ended).ends_with(&expected), "{}", said(&ended));
}

/// The program's exit code and output are there all the same.
#[test]
fn a_closed_stderr() {
    let pair = Workspace::new("pair", "closed");
    let script = "exec \"$0\" \"$@\" 2>&-";
    let run = |arguments: &[&str]| inside(&pair.instr(arguments), "sh", &["-c", script]).output().expect("it runs");
    let ended = run(&["run", "-q", "-p", "two"]);
    assert_eq!((ended.status.code(), said(&ended).as_str()), (Some(0), "two false\n"));
    let ended = run(&["run", "-q", "-p", "one", "--", "segv"]);
    assert_eq!((ended.status.code(), said(&ended).as_str()), (Some(139), ""));
    let report = succeed(&mut pair.instr(&["report"]));
    assert!(said(&report).starts_with("one died of SIGSEGV"), "{}", said(&report));
}

/// As of `| head`.
#[test]
fn pipes_that_nobody_reads() {
    let pair = Workspace::new("pair", "pipes");
    let mut died = pair.instr(&["run", "-q", "-p", "one", "--", "abort"]);
    let mut child = died.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stderr.take());
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), status.signal()), (Some(134), None));
    for verb in ["report", "dump", "list"] {
        let mut reading = pair.instr(&[verb]);
        let mut child = reading.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!((ended.status.code(), said(&ended).as_str()), (Some(0), ""), "{verb}");
    }
}
