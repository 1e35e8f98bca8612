//! `instr-analyze control`: a running process records something else.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use instr_tests::analyzer::{self, Outcome};
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::Scene;
use instr_tests::report::Report;
use serde_json::Value;

/// What a turn records of each module.
const TURN: u64 = 23;

struct Controlled {
    scene: Scene,
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Controlled {
    fn start(variables: &[(&str, &str)]) -> Self {
        let scene = Scene::new();
        let mut command = scene.command(&program("controlled", INSTRUMENTED));
        let mut child = command
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (orders, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("a pipe")));
        let mut controlled = Controlled { scene, child, orders, answers };
        controlled.turn();
        controlled
    }

    /// Both threads go through both modules.
    fn turn(&mut self) {
        writeln!(self.orders.as_mut().expect("it runs"), "go").expect("it listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        assert_eq!(answer, "done\n");
    }

    fn dir(&self) -> PathBuf {
        self.scene.runs()[0].clone()
    }

    fn control(&self, options: &[&str]) -> Outcome {
        let dir = self.dir();
        let arguments = [OsStr::new("control"), dir.as_os_str()];
        analyzer::run(arguments.into_iter().chain(options.iter().map(OsStr::new)))
    }

    /// What it has recorded and left out, of the main thread and of the other one.
    fn counts(&self) -> [(u64, u64); 2] {
        let report = Report::of(&self.dir());
        ["main", "other"].map(|name| {
            let named = |thread: &&Value| thread["name"] == name;
            let sum =
                |key: &str| report.threads().iter().filter(named).map(|thread| thread[key].as_u64().unwrap()).sum();
            (sum("records"), sum("filtered"))
        })
    }

    /// Has it do what these options say, and a turn.
    fn follow(&mut self, options: &[&str]) -> [(u64, u64); 2] {
        let before = self.counts();
        let outcome = self.control(options);
        assert_eq!(outcome.code, 0, "{options:?}: {}", outcome.stderr);
        self.turn();
        let after = self.counts();
        [0, 1].map(|thread| (after[thread].0 - before[thread].0, after[thread].1 - before[thread].1))
    }

    fn end(mut self) -> Scene {
        self.orders = None;
        assert_eq!(self.child.wait().expect("it ends").code(), Some(7));
        let report = Report::of(&self.dir());
        assert_eq!(report.sum("dropped") + report.sum("overwritten"), 0);
        assert!(report.threads().iter().all(|thread| thread["damage"] == serde_json::json!([])), "{report:?}");
        self.scene
    }
}

#[test]
fn filters_of_a_running_process_are_changed() {
    for sink in ["write", "ring"] {
        let mut run = Controlled::start(&[("INSTR_SINK", sink)]);
        assert_eq!(run.counts(), [(2 * TURN, 0); 2], "{sink}");
        assert_eq!(run.follow(&["--only", "front:*"]), [(TURN, TURN); 2], "{sink}");
        assert_eq!(run.follow(&["--function-exclude", "*::front::*"]), [(0, 2 * TURN); 2], "{sink}");
        assert_eq!(run.follow(&["--only", ""]), [(TURN, TURN); 2], "{sink}");
        assert_eq!(run.follow(&["--thread", "other"]), [(0, 2 * TURN), (TURN, TURN)], "{sink}");
        assert_eq!(
            run.follow(&["--thread", "main", "--function-exclude", ""]),
            [(2 * TURN, 0), (0, 2 * TURN)],
            "{sink}"
        );
        assert_eq!(run.follow(&["--reset"]), [(2 * TURN, 0); 2], "{sink}");
        assert_eq!(run.follow(&["--include-regex", "nowhere$"]), [(0, 2 * TURN); 2], "{sink}");
        assert_eq!(
            run.follow(&["--include-regex", "controlled.rs$", "--rate", "10"]),
            [(5, 2 * TURN - 5); 2],
            "{sink}"
        );
        assert_eq!(run.follow(&["--rate", "1"]), [(2 * TURN, 0); 2], "{sink}");
        assert_eq!(run.follow(&["--off"]), [(0, 2 * TURN); 2], "{sink}");
        assert_eq!(run.follow(&["--on"]), [(2 * TURN, 0); 2], "{sink}");
        run.end();
    }
}

#[test]
fn the_sink_of_a_running_process_is_changed() {
    let mut run = Controlled::start(&[("INSTR_SINK", "ring")]);
    for sink in ["write", "ring", "stack", "write", "write", "stack", "ring"] {
        let expected = if sink == "stack" { (0, 2 * TURN) } else { (2 * TURN, 0) };
        assert_eq!(run.follow(&["--sink", sink]), [expected; 2], "{sink}");
    }
    run.end();
}

/// What a thread has filled may have the name that the next one with its id would give to its own log.
#[test]
fn a_thread_that_goes_on_as_another_keeps_the_full_logs_of_the_first() {
    const TURNS: u64 = 25;
    for compress in ["off", "gzip"] {
        let caps = [("INSTR_MAX_BYTES", "256K"), ("INSTR_COMPRESS", compress)];
        let mut run = Controlled::start(&[&[("INSTR_SINK", "write")][..], &caps].concat());
        (1..TURNS).for_each(|_| run.turn());
        let is_there = |suffix: &str| run.dir().join(format!("{}.2.log{suffix}", run.child.id())).exists();
        assert!(is_there("") || is_there(".gz"), "the log was not full twice");
        for sink in ["ring", "write"] {
            assert_eq!(run.follow(&["--sink", sink]), [(2 * TURN, 0); 2], "{compress}");
        }
        (1..TURNS).for_each(|_| run.turn());
        assert_eq!(run.counts(), [(2 * TURN * (2 * TURNS + 1), 0); 2], "{compress}");
        let of_main = ["report", "--thread", "main"].map(OsStr::new);
        let report = analyzer::run(of_main.into_iter().chain([run.dir().as_os_str()])).stdout;
        assert!(report.contains("), since it was told to use another sink: outside"), "{report}");
        run.end();
    }
}

#[test]
fn counters_are_narrowed_and_turned_off() {
    let mut run = Controlled::start(&[("INSTR_SINK", "count")]);
    assert_eq!(run.follow(&["--only", "back:*"]), [(TURN, TURN); 2]);
    assert_eq!(run.follow(&["--off"]), [(0, 2 * TURN); 2]);
    assert_eq!(run.follow(&["--on", "--only", "", "--thread", "main"]), [(2 * TURN, 0), (0, 2 * TURN)]);
    run.end();
}

#[test]
fn what_holds_is_shown() {
    let mut run = Controlled::start(&[("INSTR_SINK", "ring"), ("INSTR_EXCLUDE_REGEX", r"\d{7}\.rs$")]);
    assert_eq!(run.control(&[]).stdout, "INSTR_SINK=ring\nINSTR_EXCLUDE_REGEX=\\d{7}\\.rs$\n");
    run.follow(&["--only", "front:*", "--rate", "10"]);
    let shown = "INSTR_SINK=ring\nINSTR_EXCLUDE_REGEX=\\d{7}\\.rs$\nINSTR_ONLY=front:*\nINSTR_RATE=10\n";
    assert_eq!(run.control(&[]).stdout, shown);
    run.follow(&["--off"]);
    assert!(run.control(&[]).stdout.starts_with("INSTR_SINK=stack\n"));
    let dir = run.dir();
    let _scene = run.end();
    let refused = analyzer::run([OsStr::new("control"), dir.as_os_str(), OsStr::new("--on")]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("does not run any more"), "{}", refused.stderr);
}

/// Values that the process has ignored neither hold nor stand in the way.
#[test]
fn what_was_wrong_at_the_start_does_not_count() {
    let mut run = Controlled::start(&[
        ("INSTR_SINK", "Ring"),
        ("INSTR_INCLUDE", "["),
        ("INSTR_EXCLUDE_REGEX", r"\p{Greek}"),
        ("INSTR_ONLY", "fil=x,front:*"),
        ("INSTR_RATE", "0"),
    ]);
    assert_eq!(run.counts(), [(TURN, TURN); 2]);
    assert_eq!(run.control(&[]).stdout, "INSTR_SINK=ring\nINSTR_ONLY=front:*\n");
    assert_eq!(run.follow(&["--only", "back:*"]), [(TURN, TURN); 2]);
    assert_eq!(run.follow(&["--reset"]), [(TURN, TURN); 2]);
    assert_eq!(run.follow(&["--only", ""]), [(2 * TURN, 0); 2]);
    run.end();
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let run = Controlled::start(&[]);
    for (options, said) in [
        (&["--rate", "0"][..], "INSTR_RATE=0: expected a number from 1 on"),
        (&["--include", "["], "INSTR_INCLUDE: pattern `[` has a `[` without `]`"),
        (&["--only", "fil=x"], "INSTR_ONLY: unknown selector `fil=`"),
        (&["--exclude-regex", "("], "INSTR_EXCLUDE_REGEX: regex parse error"),
        (&["--sink", "count"], "cannot count: it was not started with INSTR_SINK=count"),
        (&["--sink", "tape"], "invalid value 'tape'"),
    ] {
        let outcome = run.control(options);
        assert_eq!(outcome.code, 2, "{options:?}");
        assert!(outcome.stderr.contains(said), "{options:?}: {}", outcome.stderr);
    }
    assert_eq!(run.control(&[]).stdout, "everything is recorded\n");
    run.end();
    let stack = Controlled::start(&[("INSTR_SINK", "stack")]);
    let outcome = stack.control(&["--sink", "ring"]);
    assert!(outcome.code == 2 && outcome.stderr.contains("cannot be controlled"), "{}", outcome.stderr);
    stack.end();
}
