//! `instr-analyze tail` on rings that are written under it, and reports of real programs that run.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Stdio};

use instr_format::ring::flat::HEADER_SIZE;
use instr_format::ring::{Clock, VERSION_OF_BLOCKS};
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_ring::{FakeRing, VERSIONS};
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
    /// With a ring of four blocks or of four chunks.
    fn new(version: u32) -> Self {
        let output = tempfile::tempdir().unwrap();
        let run = FakeRun::new(output.path(), "demo-1");
        run.json(std::process::id().into(), START_NS, Path::new("/nowhere"), &[]);
        run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
        let kib = if version == VERSION_OF_BLOCKS { 4 } else { 32 };
        let mut ring = FakeRing::of_version(version, PID, b"demo", Clock::Full, kib);
        ring.put_all([0, 1, 2]);
        run.write("1.ring", ring.file());
        let mapped = Some(Mapped::new(&run.dir.join("last")));
        Live { _output: output, run, ring, mapped }
    }

    /// Records a statement so many times, and shows it to whoever reads.
    fn put(&mut self, site: u32, times: usize) {
        self.ring.put_all(vec![site; times]);
        let file = self.ring.file();
        // In the thread's order: it notes what it begins, and then writes.
        let (header, oldest) = (HEADER_SIZE.min(self.ring.next_at()), self.ring.next_at());
        for part in [0..header, oldest..file.len(), header..oldest] {
            self.overwrite("1.ring", part.start, &file[part]);
        }
    }

    /// Replaces a part of a file's content, of which whoever reads meanwhile finds none missing.
    fn overwrite(&self, name: &str, at: usize, bytes: &[u8]) {
        let file = OpenOptions::new().write(true).open(self.run.dir.join(name)).unwrap();
        file.write_all_at(bytes, at as u64).unwrap();
    }
}

/// How many records a block or a chunk has room for.
fn part(version: u32) -> usize {
    if version == VERSION_OF_BLOCKS { 63 } else { 512 }
}

/// Of a ring of four, in which as many records as `written` were written at once: the first one that is left.
fn first_left(version: u32, written: u64) -> u64 {
    let part = part(version) as u64;
    // The oldest block goes when the newest is begun; of words, one at a time, where the next record goes.
    if version == VERSION_OF_BLOCKS { (written.div_ceil(part) - 4) * part + 1 } else { written - 4 * part + 2 }
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
    for version in VERSIONS {
        let mut live = Live::new(version);
        let mut tail = Tail::start(&live.run.dir);
        tail.expect(1..=3);
        live.put(3, 100);
        tail.expect(4..=103);
        live.put(2, 1);
        live.mapped.take();
        tail.expect([104]);
        let end = tail.expect_end();
        assert_eq!((end.code, end.stderr.as_str()), (0, ""), "version {version}");
    }
}

#[test]
fn what_is_overwritten_between_two_looks_is_said() {
    for version in VERSIONS {
        let mut live = Live::new(version);
        let mut tail = Tail::start(&live.run.dir);
        tail.expect(1..=3);
        live.put(3, 3997);
        let first = first_left(version, 4000);
        assert_eq!(tail.next(), Some(json!({"tid": PID, "thread": "demo", "overwritten": first - 4})));
        tail.expect(first..=4000);
        live.mapped.take();
        let end = tail.expect_end();
        let gap = format!("{} records of thread {PID} were overwritten before they could be read\n", first - 4);
        assert!(end.code == 0 && end.stderr.ends_with(&gap), "version {version}: {}", end.stderr);
    }
}

#[test]
fn what_the_ring_no_longer_has_is_read_from_its_segments() {
    for version in VERSIONS {
        let mut live = Live::new(version);
        let mut tail = Tail::start(&live.run.dir);
        tail.expect(1..=3);
        let half = 2 * part(version);
        let (mut kept, mut written) = (Vec::new(), 3);
        let mut fill = |live: &mut Live, halves: std::ops::Range<usize>, site| {
            for number in halves {
                live.ring.put_all(vec![site; (number + 1) * half - written]);
                written = (number + 1) * half;
                kept.extend(live.ring.kept(2 * number as u64..2 * number as u64 + 2));
            }
            written += 5;
            kept.clone()
        };
        let first = fill(&mut live, 0..6, 1);
        live.run.write("1.1.ring", live.ring.segment(1, &first));
        live.put(2, 5);
        let half = half as u64;
        tail.expect(4..=6 * half + 5);
        // A segment that is there already grows.
        let all = fill(&mut live, 6..12, 3);
        live.overwrite("1.1.ring", 0, &live.ring.segment(1, &all));
        live.put(2, 1);
        tail.expect(6 * half + 6..=12 * half + 1);
        live.mapped.take();
        let end = tail.expect_end();
        assert_eq!((end.code, end.stderr.as_str()), (0, ""), "version {version}");
    }
}

#[test]
fn the_newest_records_come_first_and_those_that_match_may_be_far_back() {
    for version in VERSIONS {
        let mut live = Live::new(version);
        let half = 2 * part(version);
        live.ring.put_all(vec![2; half - 3]);
        live.run.write("1.1.ring", live.ring.segment(1, &live.ring.kept(0..2)));
        live.put(3, 4000);
        live.mapped.take();
        let tail = |more: &[&str]| {
            let shown = analyzer::run([&["tail", "--format", "json", live.run.dir.to_str().unwrap()], more].concat());
            assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
            let seq = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap();
            shown.stdout.lines().map(seq).collect::<Vec<_>>()
        };
        let half = half as u64;
        assert_eq!(tail(&["--lines", "3"]), [half + 3998, half + 3999, half + 4000], "version {version}");
        assert_eq!(tail(&["--lines", "2", "--include", "main.rs,work.rs"]), [half - 1, half], "version {version}");
    }
}

#[test]
fn text_says_a_gap_where_it_is() {
    for version in VERSIONS {
        let mut live = Live::new(version);
        let mut child = analyzer::command(["tail", live.run.dir.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert_eq!(lines.by_ref().take(3).count(), 3);
        live.put(3, 3997);
        let first = first_left(version, 4000);
        let gap = format!("{:30}  {PID} demo: {} records overwritten", "…", first - 4);
        assert_eq!(lines.next().unwrap(), gap);
        live.mapped.take();
        assert_eq!(lines.count() as u64, 4001 - first);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn row_78_real_rings_are_read_while_they_are_written() {
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
