//! Which runs a command line means, and what is said when there are none.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use instr_tests::analyzer;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, START_NS};

/// Two runs, of which the one with the later name began earlier.
fn two_runs(output: &Path) {
    for (name, start) in [("a-run", START_NS + 9), ("b-run", START_NS)] {
        let run = FakeRun::new(output, name);
        run.json(PID, start, Path::new("/nowhere"), &[]);
        run.last(Some(1), &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }]);
    }
}

#[test]
fn an_output_directory_means_all_its_runs_oldest_first() {
    let output = tempfile::tempdir().unwrap();
    two_runs(output.path());
    let report = analyzer::run([output.path()]);
    let (newer, older) = (report.stdout.find("a-run").unwrap(), report.stdout.find("b-run").unwrap());
    assert!(older < newer, "{}", report.stdout);
}

#[test]
fn latest_is_the_run_that_began_last_and_the_default() {
    let home = tempfile::tempdir().unwrap();
    two_runs(&home.path().join("instr-logs"));
    for arguments in [&[][..], &["latest"], &["report"], &["report", "latest"]] {
        let report = analyzer::outcome(analyzer::command(arguments).current_dir(home.path()).output().unwrap());
        assert_eq!(report.code, 0, "{}", report.stderr);
        assert!(report.stdout.contains("./instr-logs/a-run\n"), "{}", report.stdout);
        assert!(!report.stdout.contains("b-run"), "{}", report.stdout);
    }
}

/// A run of a command of `cargo instr` that began so many milliseconds behind the others.
fn command_run(target: &Path, ms: u64, pid: u64) -> String {
    let name = format!("{}-{pid}", START_NS / 1_000_000 + ms);
    let run = FakeRun::new(&target.join("instr/runs").join(&name), &format!("demo-{ms}"));
    run.json(PID, START_NS + ms * 1_000_000, Path::new("/nowhere"), &[]);
    run.last(Some(1), &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }]);
    name
}

/// Also where there is no cargo to ask.
#[test]
fn latest_is_the_newer_one_of_both_places() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("Cargo.toml"), "").unwrap();
    let below = home.path().join("src/deep");
    fs::create_dir_all(&below).unwrap();
    let report = |dir: &Path| analyzer::outcome(analyzer::command([""; 0]).current_dir(dir).output().unwrap());
    two_runs(&home.path().join("instr-logs"));
    command_run(&home.path().join("target"), 5, 7);
    let newest = command_run(&home.path().join("target"), 12, 6);
    command_run(&home.path().join("target"), 8, 8);
    for dir in [home.path(), &below] {
        let report = report(dir);
        assert!(report.stdout.contains(&format!("target/instr/runs/{newest}/demo-12\n")), "{}", report.stdout);
        assert!(!report.stdout.contains("-run") && !report.stdout.contains("demo-8"), "{}", report.stdout);
    }
    let run = FakeRun::new(&home.path().join("instr-logs"), "newest");
    run.json(PID, START_NS + 99_000_000, Path::new("/nowhere"), &[]);
    assert!(report(home.path()).stdout.contains("./instr-logs/newest\n"));
}

#[test]
fn the_target_directory_is_where_cargo_says() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("src")).unwrap();
    fs::write(home.path().join("src/lib.rs"), "").unwrap();
    fs::write(home.path().join("Cargo.toml"), "[package]\nname = \"demo\"\nversion = \"0.1.0\"\n").unwrap();
    fs::create_dir_all(home.path().join(".cargo")).unwrap();
    fs::write(home.path().join(".cargo/config.toml"), "build.target-dir = \"configured\"\n").unwrap();
    command_run(&home.path().join("configured"), 1, 1);
    command_run(&home.path().join("of the variable"), 2, 2);
    command_run(&home.path().join("target"), 3, 3);
    let report = |variable: Option<&str>| {
        let mut command = analyzer::command([""; 0]);
        for name in ["CARGO", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "PATH"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(variable.map(|value| ("CARGO_TARGET_DIR", value)));
        analyzer::outcome(command.current_dir(home.path()).output().unwrap()).stdout
    };
    assert!(report(None).contains("configured/instr/runs/"), "{}", report(None));
    let of_the_variable = report(Some("of the variable"));
    assert!(of_the_variable.contains("of the variable/instr/runs/"), "{of_the_variable}");
}

/// One command with all its processes, and the directory of all commands.
#[test]
fn what_cargo_instr_makes_is_a_run_too() {
    let target = tempfile::tempdir().unwrap();
    let names = [command_run(target.path(), 2, 1), command_run(target.path(), 1, 2)];
    let runs = target.path().join("instr/runs");
    let second = FakeRun::new(&runs.join(&names[0]), "second");
    second.json(PID, START_NS + 1, Path::new("/nowhere"), &[]);
    let found = |path: &Path| {
        let report = analyzer::run([path, Path::new("--format"), Path::new("json")]);
        let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
        let runs = report["runs"].as_array().unwrap();
        runs.iter().map(|run| run["dir"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&runs.join(&names[0])), ["second", "demo-2"]);
    assert_eq!(found(&runs), ["demo-1", "second", "demo-2"]);
    assert_eq!(found(&runs.join(&names[0]).join("second")), ["second"]);
}

#[test]
fn where_runs_were_looked_for_is_said() {
    let home = tempfile::tempdir().unwrap();
    let run = |verb: &str| analyzer::outcome(analyzer::command([verb]).current_dir(home.path()).output().unwrap());
    for verb in ["report", "dump", "list", "clean"] {
        let outcome = run(verb);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        let expected = "instr-analyze: no runs found: looked in ./instr-logs (does not exist); run an instrumented";
        assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
    }
    fs::write(home.path().join("Cargo.toml"), "").unwrap();
    fs::create_dir_all(home.path().join("target/instr/runs")).unwrap();
    let expected = "looked in ./instr-logs (does not exist) and target/instr/runs (holds none); run";
    assert!(run("report").stderr.contains(expected), "{}", run("report").stderr);
}

#[test]
fn an_empty_output_directory_is_no_match() {
    let output = tempfile::tempdir().unwrap();
    for verb in ["report", "dump", "tail"] {
        let outcome = analyzer::run([verb.as_ref(), output.path().as_os_str()]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        let expected = format!("instr-analyze: no runs in {}; run the instrumented", output.path().display());
        assert!(outcome.stderr.starts_with(&expected), "{}", outcome.stderr);
    }
}

#[test]
fn a_directory_without_runs_is_unreadable_input() {
    let output = tempfile::tempdir().unwrap();
    fs::write(output.path().join("last"), "a file of somebody else").unwrap();
    let report = analyzer::run([output.path()]);
    assert_eq!((report.code, report.stdout.as_str()), (2, ""));
    assert!(
        report.stderr.contains("is not a run and holds none; expected a directory with run.json"),
        "{}",
        report.stderr
    );
}

#[test]
fn a_path_that_is_not_there_is_unreadable_input() {
    let report = analyzer::run(["/nowhere/at all"]);
    assert_eq!(report.code, 2);
    assert!(report.stderr.starts_with("instr-analyze: cannot read /nowhere/at all: No such file"), "{}", report.stderr);
}

#[test]
fn wrong_usage_is_2() {
    assert_eq!(analyzer::run(["report", "--format", "xml"]).code, 2);
    assert_eq!(analyzer::run(["--context", "many"]).code, 2);
    let open_set = analyzer::run(["--include", "a[b"]);
    assert_eq!(open_set.code, 2);
    assert_eq!(open_set.stderr, "instr-analyze: pattern `a[b` has a `[` without `]`\n");
}

#[test]
fn filters_that_match_nothing_are_1() {
    let output = tempfile::tempdir().unwrap();
    two_runs(output.path());
    let dir = output.path().to_str().unwrap();
    for arguments in
        [["report", dir, "--thread", "nobody"], ["report", dir, "--include", "*.c"], ["dump", dir, "--include", "x"]]
    {
        let outcome = analyzer::run(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(outcome.stderr.starts_with("instr-analyze: no "), "{}", outcome.stderr);
    }
}

#[test]
fn paths_need_not_be_utf8() {
    let output = tempfile::tempdir().unwrap();
    let strange = output.path().join(OsStr::from_bytes(b"r\xffn"));
    two_runs(&strange);
    for path in [strange.clone(), strange.join("a-run")] {
        let report = analyzer::run([path]);
        assert_eq!(report.code, 0, "{}", report.stderr);
        assert!(report.stdout.contains("r\\xffn/a-run\n"), "{}", report.stdout);
    }
}

#[test]
fn help_tells_the_exit_codes() {
    for arguments in
        [&["--help"][..], &["report", "--help"], &["dump", "--help"], &["tail", "--help"], &["export", "--help"]]
    {
        let help = analyzer::run(arguments);
        assert_eq!(help.code, 0);
        assert!(help.stdout.contains("  1  nothing matched\n"), "{}", help.stdout);
    }
}

#[test]
fn a_mistyped_verb_is_told_from_a_run_that_is_not_there() {
    let home = tempfile::tempdir().unwrap();
    let run =
        |arguments: &[&str]| analyzer::outcome(analyzer::command(arguments).current_dir(home.path()).output().unwrap());
    let mistyped = run(&["reprot", "--context", "1"]);
    assert_eq!((mistyped.code, mistyped.stdout.as_str()), (2, ""));
    let expected = "no verb and no run is named `reprot`; verbs are report, crash, dump, tail, diff, stats, coverage, export, symbolize, control, list, clean, check; a run is a directory";
    assert_eq!(mistyped.stderr, format!("instr-analyze: {expected}\n"));
    for path in [&["./reprot"][..], &["report", "reprot"]] {
        assert!(run(path).stderr.contains("reprot: No such file"), "{}", run(path).stderr);
    }
    two_runs(&home.path().join("reprot"));
    assert_eq!(run(&["reprot"]).code, 0);
}
