//! Runs that go on while they are shown.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::Scene;

use super::show;

/// What has not come by then never will.
const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until the file has this in it. Whoever looks meanwhile finds none, or a whole one.
fn until(file: &Path, text: &str) -> String {
    let begin = Instant::now();
    while begin.elapsed() < DEADLINE {
        match fs::read_to_string(file) {
            Ok(lcov) => {
                assert!(lcov.starts_with("TN:\n") && lcov.ends_with("end_of_record\n"), "{lcov}");
                if lcov.contains(text) {
                    return lcov;
                }
            }
            Err(_) => yield_now(),
        }
    }
    panic!("no {text} in {}", file.display());
}

/// Starts a program whose thread waits for ever in the middle of what it is told, and main for the thread.
fn parked(scene: &Scene) -> Child {
    let mut command = scene.command(&program("parting", INSTRUMENTED));
    command.args(["two=ab", "one=abpa"]).envs([("INSTR_COVERAGE", "counts"), ("INSTR_SINK", "ring")]);
    command.stdout(Stdio::null()).spawn().unwrap()
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_file_follows_a_run_and_ends_with_it() {
    let scene = Scene::new();
    let mut program = parked(&scene);
    while scene.runs().iter().all(|run| !run.join("coverage").exists()) {
        yield_now();
    }
    let file = scene.path().join("lcov.info");
    let mut watch: Command = analyzer::command(["coverage", "--watch", "--format", "lcov", "--output"]);
    let mut watch = watch.arg(&file).arg(scene.output()).stderr(Stdio::null()).spawn().unwrap();
    until(&file, "FNDA:1,parting::park\n");
    assert!(watch.try_wait().unwrap().is_none(), "it goes on with the run");
    kill(&mut program);
    assert!(watch.wait().unwrap().success());
    let lcov = fs::read_to_string(&file).unwrap();
    let afterwards = show(&["--format", "lcov"], &[&scene.output()]).stdout;
    assert_eq!(without_source(&lcov), without_source(&afterwards));
    assert_eq!(fs::read_dir(scene.path()).unwrap().count(), 2, "no part of a file is left");
    let again = show(&["--watch", "--format", "lcov", "--output", file.to_str().unwrap()], &[&scene.output()]);
    assert!(again.code == 2 && again.stderr.contains("exists"), "{again:?}");
}

/// Without the line that names the source, which is found from where the verb is started.
fn without_source(lcov: &str) -> Vec<&str> {
    lcov.lines().filter(|line| !line.starts_with("SF:")).collect()
}

#[test]
fn nothing_is_concluded_from_numbers_that_change() {
    let scene = Scene::new();
    let mut program = parked(&scene);
    while !show(&["--format", "lcov"], &[&scene.output()]).stdout.contains("FNDA:1,parting::park\n") {
        yield_now();
    }
    let while_it_runs = super::shown(&[&scene.output()]);
    kill(&mut program);
    let afterwards = super::shown(&[&scene.output()]);
    assert_eq!(while_it_runs["files"][0]["lines"], afterwards["files"][0]["lines"]);
    let unknown = |shown: &serde_json::Value| shown.to_string().matches("\"hits\":null").count();
    assert!(unknown(&while_it_runs) >= unknown(&afterwards), "{while_it_runs} {afterwards}");
}
