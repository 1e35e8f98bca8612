//! `instr-analyze tail` on runs that grow under it. The test process plays the run's process: it maps `last`.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, header, record};
use instr_tests::mapped::Mapped;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// A running run, with main's log of three records.
struct Live {
    _output: TempDir,
    run: FakeRun,
    mapped: Option<Mapped>,
}

impl Live {
    fn new() -> Self {
        let output = tempfile::tempdir().unwrap();
        let run = FakeRun::new(output.path(), "demo-1");
        run.json(std::process::id().into(), START_NS, Path::new("/nowhere"), &[]);
        run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
        run.log("1.log", &[header(PID, 1, 0, b"demo"), lines(PID, 1..=3)]);
        let mapped = Some(Mapped::new(&run.dir.join("last")));
        Live { _output: output, run, mapped }
    }

    fn append(&self, name: &str, bytes: &[u8]) {
        OpenOptions::new().append(true).open(self.run.dir.join(name)).unwrap().write_all(bytes).unwrap();
    }
}

fn lines(tid: u64, seqs: std::ops::RangeInclusive<u64>) -> Vec<u8> {
    seqs.flat_map(|seq| record(tid, seq, seq, &DEMO[0])).collect()
}

/// A tail of raw lines, which come through a channel as `tid seq`.
struct Tail {
    child: Child,
    lines: Receiver<String>,
}

impl Tail {
    fn start(dir: &Path, more: &[&str]) -> Self {
        let mut command = analyzer::command(["tail", "--format", "raw", dir.to_str().unwrap()]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Tail { child, lines }
    }

    fn expect(&self, tid: u64, seqs: impl IntoIterator<Item = u64>) {
        for seq in seqs {
            let line = self.lines.recv_timeout(PATIENCE).expect("a line in time");
            assert!(line.contains(&format!(" tid={tid} seq={seq} ")), "expected {tid} {seq}: {line}");
        }
    }

    /// Expects the end, and nothing more before it.
    fn expect_end(self) -> analyzer::Outcome {
        assert_eq!(self.lines.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
        analyzer::outcome(self.child.wait_with_output().unwrap())
    }
}

#[test]
fn records_come_as_they_are_written_until_the_run_is_over() {
    let mut live = Live::new();
    let tail = Tail::start(&live.run.dir, &[]);
    tail.expect(PID, 1..=3);
    live.append("1.log", &lines(PID, 4..=5));
    tail.expect(PID, 4..=5);
    live.append("1.log", &lines(PID, 6..=6));
    live.mapped.take();
    tail.expect(PID, [6]);
    let end = tail.expect_end();
    assert_eq!((end.code, end.stderr.as_str()), (0, ""));
}

#[test]
fn the_newest_lines_come_first() {
    let mut live = Live::new();
    let tail = Tail::start(&live.run.dir, &["--lines", "2"]);
    tail.expect(PID, 2..=3);
    live.append("1.log", &lines(PID, 4..=4));
    tail.expect(PID, [4]);
    live.mapped.take();
    assert_eq!(tail.expect_end().code, 0);
}

#[test]
fn row_78_half_a_line_waits_for_its_other_half() {
    let mut live = Live::new();
    let tail = Tail::start(&live.run.dir, &[]);
    tail.expect(PID, 1..=3);
    let whole = lines(PID, 4..=4);
    live.append("1.log", &whole[..50]);
    // The other thread's record shows that the half line was there to be read.
    live.run.log("2.log", &[header(PID + 1, 1, 0, b"w"), lines(PID + 1, 1..=1)]);
    tail.expect(PID + 1, [1]);
    live.append("1.log", &whole[50..]);
    tail.expect(PID, [4]);
    live.append("1.log", &whole[..50]);
    live.mapped.take();
    let end = tail.expect_end();
    assert_eq!(end.code, 0);
    assert!(end.stderr.ends_with(": the last line is incomplete\n"), "{}", end.stderr);
}

#[test]
fn new_threads_are_picked_up_and_chosen() {
    let mut live = Live::new();
    let tail = Tail::start(&live.run.dir, &["--thread", "worker"]);
    live.run.log("2.log", &[header(PID + 1, 1, 0, b"other"), lines(PID + 1, 1..=1)]);
    live.run.log("3.log", &[header(PID + 2, 1, 0, b"worker"), lines(PID + 2, 1..=2)]);
    tail.expect(PID + 2, 1..=2);
    live.mapped.take();
    assert_eq!(tail.expect_end().code, 0);
}

#[test]
fn row_78_a_rotated_log_is_read_to_its_end_and_then_the_new_one() {
    let mut live = Live::new();
    let tail = Tail::start(&live.run.dir, &[]);
    tail.expect(PID, 1..=3);
    for segment in 1..=4 {
        let first = segment * 4;
        live.append("1.log", &lines(PID, first..=first + 1));
        fs::rename(live.run.dir.join("1.log"), live.run.dir.join(format!("1.{segment}.log"))).unwrap();
        live.run.log("1.log", &[header(PID, 1, segment, b"demo"), lines(PID, first + 2..=first + 3)]);
        tail.expect(PID, first..=first + 3);
    }
    live.mapped.take();
    assert_eq!(tail.expect_end().code, 0);
}

#[test]
fn segments_that_came_and_went_between_two_looks_are_counted() {
    let mut live = Live::new();
    let tail = Tail::start(&live.run.dir, &[]);
    tail.expect(PID, 1..=3);
    live.run.log("1.5.log", &[header(PID, 1, 4, b"demo"), lines(PID, 11..=12)]);
    tail.expect(PID, 11..=12);
    live.run.log("1.6.log", &[header(PID, 1, 5, b"demo"), lines(PID, 13..=13)]);
    tail.expect(PID, [13]);
    live.run.log("2.log", &[header(PID + 1, 1, 2, b"w"), lines(PID + 1, 9..=9)]);
    tail.expect(PID + 1, [9]);
    live.mapped.take();
    let end = tail.expect_end();
    assert_eq!(end.code, 0);
    for (missed, tid) in [(7, PID), (8, PID + 1)] {
        let said = format!("{missed} records of thread {tid} were rotated away before they could be read\n");
        assert!(end.stderr.contains(&said), "{}", end.stderr);
    }
}

#[test]
fn a_run_that_is_over_is_shown_and_left() {
    let mut live = Live::new();
    live.mapped.take();
    live.run.log("2.log", &[header(PID + 1, 1, 0, b"w"), lines(PID + 1, 2..=2)]);
    let tail = analyzer::run(["tail", "--format", "raw", "--lines", "3", live.run.dir.to_str().unwrap()]);
    assert_eq!(tail.code, 0, "{}", tail.stderr);
    let expected = [lines(PID, 2..=2), lines(PID + 1, 2..=2), lines(PID, 3..=3)].concat();
    assert_eq!(tail.stdout.as_bytes(), expected);
}

#[test]
fn a_running_run_is_reported_as_such_and_may_be_in_the_middle_of_a_line() {
    let live = Live::new();
    live.append("1.log", &lines(PID, 4..=4)[..50]);
    let report = analyzer::run([&live.run.dir]);
    assert!(report.stdout.starts_with("demo is running; thread 4500000 at src/main.rs:2: "), "{}", report.stdout);
    assert!(!report.stdout.contains("damage"), "{}", report.stdout);
    let report = analyzer::run(["--format", "json", live.run.dir.to_str().unwrap()]);
    assert!(report.stdout.contains("\"kind\": \"running\""), "{}", report.stdout);
}

#[test]
fn a_run_that_is_over_and_holds_nothing_that_matches_is_1() {
    let mut live = Live::new();
    live.mapped.take();
    let tail = |more: &[&str]| analyzer::run([&["tail", live.run.dir.to_str().unwrap()], more].concat());
    for filter in [["--thread", "nobody"], ["--include", "*.c"]] {
        let tail = tail(&filter);
        assert_eq!(
            (tail.code, tail.stdout.as_str(), tail.stderr.as_str()),
            (1, "", "instr-analyze: no record matches\n")
        );
    }
    assert_eq!(tail(&["--lines", "0"]).code, 0);
}
