//! `list` and `clean`.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use instr_tests::analyzer::{self, Outcome};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, START_NS, last_file};
use instr_tests::limits::obey_modes;
use instr_tests::mapped::Mapped;
use instr_tests::skip::skip;
use serde_json::Value;

/// A run that began so many seconds behind the others.
fn run(output: &Path, name: &str, seconds: u64, status: Option<u32>) -> FakeRun {
    let run = FakeRun::new(output, name);
    run.json(PID, START_NS + seconds * 1_000_000_000, Path::new("/nowhere"), &[]);
    run.last(status, &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }]);
    run
}

/// A command with two runs.
fn command(runs: &Path, name: &str, seconds: u64, ended: &str) {
    for run_name in ["a-1", "b-2"] {
        run(&runs.join(name), run_name, seconds, Some(0));
    }
    let start = START_NS + seconds * 1_000_000_000;
    let json = format!(
        "{{ \"schema_version\": 1, \"arguments\": [\"test\", \"--\", \"a b\"], \"start_unix_ns\": {start}, {ended} }}"
    );
    fs::write(runs.join(name).join("command.json"), json).unwrap();
    fs::write(runs.join(name).join(".gitignore"), "*").unwrap();
}

fn analyze(home: &Path, arguments: &[&str]) -> Outcome {
    analyzer::outcome(analyzer::command(arguments).current_dir(home).output().unwrap())
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("Cargo.toml"), "").unwrap();
    let runs = home.path().join("target/instr/runs");
    command(&runs, "1795356001000-1", 1, "\"status\": 101");
    command(&runs, "1795356003000-2", 3, "\"signal\": \"SIGSEGV\"");
    command(&runs, "1795356004000-3", 4, "\"pid\": 1");
    run(&home.path().join("instr-logs"), "demo-1", 2, Some(7));
    home
}

#[test]
fn the_list_says_when_how_what_and_how_much() {
    let home = home();
    let list = analyze(home.path(), &["list"]);
    let lines: Vec<&str> = list.stdout.lines().collect();
    let expected = [
        ("unknown end", "cargo instr test -- 'a b' (2 runs)  target/instr/runs/1795356004000-3"),
        ("SIGSEGV", "cargo instr test -- 'a b' (2 runs)  target/instr/runs/1795356003000-2"),
        ("exit 7", "demo  ./instr-logs/demo-1"),
        ("exit 101", "cargo instr test -- 'a b' (2 runs)  target/instr/runs/1795356001000-1"),
    ];
    assert_eq!(lines.len(), expected.len(), "{}", list.stdout);
    for (line, (end, what)) in lines.iter().zip(expected) {
        assert!(line.contains(" ago  ") && line.contains(end) && line.ends_with(what), "{line}");
        assert!(line.contains(" kB  ") || line.contains(" bytes  "), "{line}");
    }
    let json: Value = serde_json::from_str(&analyze(home.path(), &["list", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["schema_version"], 1);
    let entry = &json["entries"][3];
    assert_eq!(entry["end"]["code"], "101");
    assert_eq!((&entry["runs"], entry["command"][2].as_str()), (&Value::from(2), Some("a b")));
    assert!(entry["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{entry}");
    let one = analyze(home.path(), &["list", "instr-logs"]);
    assert_eq!(one.stdout.lines().count(), 1, "{}", one.stdout);
}

#[test]
fn clean_removes_runs_and_keeps_the_newest() {
    let home = home();
    let cleaned = analyze(home.path(), &["clean", "--keep", "3"]);
    assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
    assert!(cleaned.stdout.starts_with("removed 2 runs, "), "{}", cleaned.stdout);
    let runs = home.path().join("target/instr/runs");
    assert_eq!(names(&runs), ["1795356003000-2", "1795356004000-3"]);
    let cleaned = analyze(home.path(), &["clean", "target/instr/runs/1795356003000-2/a-1"]);
    assert!(cleaned.stdout.starts_with("removed 1 run, "), "{}", cleaned.stdout);
    assert_eq!(names(&runs.join("1795356003000-2")), [".gitignore", "b-2", "command.json"]);
    let cleaned = analyze(home.path(), &["clean"]);
    assert!(cleaned.stdout.starts_with("removed 4 runs, "), "{}", cleaned.stdout);
    assert_eq!((names(&runs), names(&home.path().join("instr-logs"))), (vec![], vec![]));
}

/// Neither files that no run is made of, nor directories without runs, nor what links lead to.
#[test]
fn clean_removes_nothing_else() {
    let home = home();
    let logs = home.path().join("instr-logs");
    fs::write(logs.join("demo-1/notes.txt"), "dear to me").unwrap();
    fs::write(logs.join("notes.txt"), "dear to me").unwrap();
    fs::create_dir_all(home.path().join("other")).unwrap();
    fs::write(home.path().join("other/file"), "dear to me").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    run(elsewhere.path(), "linked", 1, None);
    std::os::unix::fs::symlink(elsewhere.path().join("linked"), logs.join("link")).unwrap();
    let cleaned = analyze(home.path(), &["clean", "instr-logs"]);
    assert_eq!(cleaned.code, 0);
    assert_eq!(cleaned.stderr, "instr-analyze: left instr-logs/demo-1: there are other files in it\n");
    assert_eq!(names(&logs.join("demo-1")), ["notes.txt"]);
    assert_eq!(names(&logs), ["demo-1", "link", "notes.txt"]);
    assert!(elsewhere.path().join("linked/run.json").exists());
    let refused = analyze(home.path(), &["clean", "other"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("other is not a run and holds none"), "{}", refused.stderr);
    assert!(home.path().join("other/file").exists());
}

#[test]
fn clean_keeps_the_run_of_a_living_process() {
    let output = tempfile::tempdir().unwrap();
    let pid = u64::from(std::process::id());
    let living = FakeRun::new(output.path(), "living");
    living.json(pid, START_NS, Path::new("/nowhere"), &[]);
    living.write("last", last_file(None, 0, &[FakeSlot::inside(pid, b"demo", 0)]));
    run(output.path(), "dead", 1, None);
    let _mapped = Mapped::new(&output.path().join("living/last"));
    let cleaned = analyzer::run(["clean".as_ref(), output.path().as_os_str()]);
    assert_eq!(cleaned.code, 0);
    assert!(cleaned.stderr.ends_with("/living: it is still in use\n"), "{}", cleaned.stderr);
    assert_eq!(names(output.path()), ["living"]);
}

#[test]
fn clean_names_what_belongs_to_somebody_else() {
    let output = tempfile::tempdir().unwrap();
    run(output.path(), "mine", 1, None);
    run(output.path(), "theirs", 2, None);
    if chown(output.path().join("theirs"), Some(12345), None).is_err() {
        return skip("clean_names_what_belongs_to_somebody_else", "only root gives files away");
    }
    let cleaned = analyzer::run(["clean".as_ref(), output.path().as_os_str()]);
    assert_eq!(cleaned.code, 2);
    assert!(cleaned.stderr.ends_with("/theirs belongs to another user (uid 12345)\n"), "{}", cleaned.stderr);
    assert_eq!(names(output.path()), ["theirs"]);
}

/// As a process leaves it that was killed while it began.
#[test]
fn a_half_written_run_is_listed_and_removed() {
    let output = tempfile::tempdir().unwrap();
    let half = output.path().join("demo-4500000-20261122T140000Z-00000001");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("run.json"), "{ \"schema_version\": 1, \"pi").unwrap();
    fs::write(half.join("last"), "").unwrap();
    let list = analyzer::run(["list".as_ref(), output.path().as_os_str()]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    assert!(list.stdout.contains("unknown end") && list.stdout.contains("demo-4500000-"), "{}", list.stdout);
    let report = analyzer::run([output.path()]);
    assert_eq!(report.code, 2);
    assert!(report.stderr.contains("instr-analyze: ") && !report.stderr.contains("panicked"), "{}", report.stderr);
    let cleaned = analyzer::run(["clean".as_ref(), output.path().as_os_str()]);
    assert_eq!(cleaned.code, 0);
    assert_eq!(names(output.path()), [""; 0]);
}

#[test]
fn a_directory_of_another_user_that_may_not_be_read_is_named() {
    let output = tempfile::tempdir().unwrap();
    let theirs = output.path().join("theirs");
    run(&theirs, "demo-1", 1, None);
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o700)).unwrap();
    if chown(&theirs, Some(12345), None).is_err() {
        return skip("a_directory_of_another_user_that_may_not_be_read_is_named", "only root gives files away");
    }
    for verb in ["report", "list", "clean"] {
        let mut command = analyzer::command([verb.as_ref(), theirs.as_os_str()]);
        obey_modes(&mut command);
        let refused = analyzer::outcome(command.output().unwrap());
        assert_eq!(refused.code, 2, "{verb}");
        let expected = format!(
            "instr-analyze: cannot read {}: Permission denied (os error 13); it belongs to another user (uid 12345)\n",
            theirs.display()
        );
        assert_eq!(refused.stderr, expected, "{verb}");
    }
}
