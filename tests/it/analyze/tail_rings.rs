//! `instr-analyze tail` on rings that are written under it, and reports of real programs that run.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Stdio};

use instr_format::ring::Clock;
use instr_format::ring::blocks::BLOCK_SIZE;
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, START_NS};
use instr_tests::mapped::Mapped;
use instr_tests::program::{Scene, finish, start};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A running run with main's ring. The test process plays the run's process: it maps `last`.
struct Live {
    _output: TempDir,
    run: FakeRun,
    ring: FakeRing,
    mapped: Option<Mapped>,
}

impl Live {
    fn new() -> Self {
        let output = tempfile::tempdir().unwrap();
        let run = FakeRun::new(output.path(), "demo-1");
        run.json(std::process::id().into(), START_NS, Path::new("/nowhere"), &[]);
        run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
        let mut ring = FakeRing::new(PID, b"demo", Clock::Full, 4);
        ring.put_all([0, 1, 2]);
        run.write("1.ring", ring.file());
        let mapped = Some(Mapped::new(&run.dir.join("last")));
        Live { _output: output, run, ring, mapped }
    }

    /// Records a statement so many times, and shows it to whoever reads.
    fn put(&mut self, site: u32, times: usize) {
        self.ring.put_all(vec![site; times]);
        self.overwrite("1.ring", &self.ring.file());
    }

    /// Replaces a file's content, of which whoever reads meanwhile finds none missing.
    fn overwrite(&self, name: &str, bytes: &[u8]) {
        let file = OpenOptions::new().write(true).open(self.run.dir.join(name)).unwrap();
        file.write_all_at(bytes, 0).unwrap();
    }
}

/// A tail of objects, of which all are read in this thread: a run that is over ends it.
struct Tail {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Tail {
    fn start(dir: &Path) -> Self {
        let mut command = analyzer::command(["tail", "--format", "json", dir.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Tail { child, lines }
    }

    fn next(&mut self) -> Option<Value> {
        self.lines.next().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
    }

    fn expect(&mut self, seqs: impl IntoIterator<Item = u64>) {
        for seq in seqs {
            assert_eq!(self.next().unwrap()["seq"], seq);
        }
    }

    fn expect_end(mut self) -> analyzer::Outcome {
        assert_eq!(self.next(), None);
        analyzer::outcome(self.child.wait_with_output().unwrap())
    }
}

#[test]
fn records_come_as_the_ring_is_written_until_the_run_is_over() {
    let mut live = Live::new();
    let mut tail = Tail::start(&live.run.dir);
    tail.expect(1..=3);
    live.put(3, 100);
    tail.expect(4..=103);
    live.put(2, 1);
    live.mapped.take();
    tail.expect([104]);
    let end = tail.expect_end();
    assert_eq!((end.code, end.stderr.as_str()), (0, ""));
}

#[test]
fn what_is_overwritten_between_two_looks_is_said() {
    let mut live = Live::new();
    let mut tail = Tail::start(&live.run.dir);
    tail.expect(1..=3);
    // 16 blocks of 63 are begun, of which the last four are there.
    live.put(3, 997);
    assert_eq!(tail.next(), Some(json!({"tid": PID, "thread": "demo", "overwritten": 753})));
    tail.expect(757..=1000);
    live.mapped.take();
    let end = tail.expect_end();
    let gap = format!("753 records of thread {PID} were overwritten before they could be read\n");
    assert!(end.code == 0 && end.stderr.ends_with(&gap), "{}", end.stderr);
}

#[test]
fn what_the_ring_no_longer_has_is_read_from_its_segments() {
    let mut live = Live::new();
    let mut tail = Tail::start(&live.run.dir);
    tail.expect(1..=3);
    let mut kept = Vec::new();
    for half in 0..6 {
        live.ring.put_all(vec![1; if half == 0 { 123 } else { 126 }]);
        let start = half % 2 * 2 * BLOCK_SIZE;
        kept.extend_from_slice(&live.ring.blocks()[start..start + 2 * BLOCK_SIZE]);
    }
    live.run.write("1.1.ring", live.ring.segment(1, &kept));
    live.put(2, 5);
    tail.expect(4..=6 * 126 + 5);
    // A segment that is there already grows.
    for half in 0..6 {
        live.ring.put_all(vec![3; if half == 0 { 121 } else { 126 }]);
        let start = half % 2 * 2 * BLOCK_SIZE;
        kept.extend_from_slice(&live.ring.blocks()[start..start + 2 * BLOCK_SIZE]);
    }
    live.overwrite("1.1.ring", &live.ring.segment(1, &kept));
    live.put(2, 1);
    tail.expect(6 * 126 + 6..=12 * 126 + 1);
    live.mapped.take();
    let end = tail.expect_end();
    assert_eq!((end.code, end.stderr.as_str()), (0, ""));
}

#[test]
fn the_newest_records_come_first_and_those_that_match_may_be_far_back() {
    let mut live = Live::new();
    live.ring.put_all([2; 123]);
    let half = live.ring.blocks()[..2 * BLOCK_SIZE].to_vec();
    live.run.write("1.1.ring", live.ring.segment(1, &half));
    live.put(3, 1000);
    live.mapped.take();
    let tail = |more: &[&str]| {
        let shown = analyzer::run([&["tail", "--format", "json", live.run.dir.to_str().unwrap()], more].concat());
        assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
        let seq = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap();
        shown.stdout.lines().map(seq).collect::<Vec<_>>()
    };
    assert_eq!(tail(&["--lines", "3"]), [1124, 1125, 1126]);
    assert_eq!(tail(&["--lines", "2", "--include", "main.rs,work.rs"]), [125, 126]);
}

#[test]
fn text_says_a_gap_where_it_is() {
    let mut live = Live::new();
    let mut child = analyzer::command(["tail", live.run.dir.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.by_ref().take(3).count(), 3);
    live.put(3, 997);
    assert_eq!(lines.next().unwrap(), format!("{:30}  {PID} demo: 753 records overwritten", "…"));
    live.mapped.take();
    assert_eq!(lines.count(), 244);
    assert!(child.wait().unwrap().success());
}

#[test]
fn real_rings_are_read_while_they_are_written() {
    for clock in ["coarse", "full", "off"] {
        let scene = Scene::new();
        let mut command = scene.command(&program("steady", INSTRUMENTED));
        command.env("INSTR_SINK", "ring").env("INSTR_CLOCK", clock).env("INSTR_RING_BYTES", "64K");
        let mut child = start(command.arg("1000000000000"));
        let look = || analyzer::run(["dump", "--format", "raw", scene.output().to_str().unwrap()]);
        // A look at the beginning of a run can come before one of its files and behind another.
        while !look().stdout.contains("snippet=assert_errno") {}
        for _ in 0..3 {
            let dump = look();
            assert_eq!((dump.code, dump.stderr.as_str()), (0, ""), "{clock}");
            let mut newest: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
            for line in dump.stdout.lines().filter(|line| line.contains("count.rs")) {
                let number =
                    |key: &str| -> u64 { line.split_once(key).unwrap().1.split_once(' ').unwrap().0.parse().unwrap() };
                let (seq, at) = (number(" seq="), number(" line="));
                // The three statements of the loop follow each other, whatever the thread does meanwhile.
                if let Some((before, from)) = newest.insert(number(" tid="), (seq, at)) {
                    assert!(seq > before, "{clock}: {line}");
                    let next = if from == 14 { 12 } else { from + 1 };
                    assert!(seq > before + 1 || at == next || from < 12, "{clock}, behind line {from}: {line}");
                }
            }
        }
        child.kill().unwrap();
        finish(child);
    }
}
