//! What a record costs in the `write` sink, against a bare `write(2)` of the same line, in one run.
//!
//! `cargo bench -p instr-tests --bench write`.

use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use instr_runtime::instrument_source;
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::alternate;
use instr_tests::bench::tables::WRITE;
use instr_tests::processors::{last_processor, stay_on};

/// A few chunks a round, the best of which was left alone by whatever else runs.
const CHUNKS: usize = 21;
const TURNS: u64 = 500;

fn main() {
    stay_on(last_processor()).expect("it runs there already");
    let log = own_log();
    let copy_path = log.with_file_name("copy");
    let rounds = alternate(&[()], |()| {
        let chunks = (0..CHUNKS).map(|_| chunk(&log, &copy_path));
        chunks.fold([f64::INFINITY; 2], |best, chunk| [best[0].min(chunk[0]), best[1].min(chunk[1])])
    });
    let mut results = Results::new(&WRITE);
    results.set("bare `write(2)`", "ns", rounds.figure(|round| round[0][0]));
    results.set("a record", "ns", rounds.figure(|round| round[0][1]));
    results.set("a record", "ratio", rounds.figure(|round| round[0][1] / round[0][0]));
    fs::remove_dir_all(log.parent().expect("the run directory")).expect("nothing else in the run directory");
    results.finish();
}

/// Records lines, and writes the same ones: nanoseconds of each write and of each record.
fn chunk(log: &Path, copy: &Path) -> [f64; 2] {
    let start = fs::metadata(log).map_or(0, |metadata| metadata.len());
    let recorded = timed(|| {
        black_box(work(TURNS));
    });
    let lines = lines_from(log, start);
    let mut copy = OpenOptions::new().append(true).create(true).open(copy).expect("a file beside the log");
    let written = timed(|| lines.iter().for_each(|line| write_once(&mut copy, line)));
    [written, recorded].map(|time| time / lines.len() as f64)
}

#[instrument_source]
fn work(turns: u64) -> u64 {
    let mut x = 1_u64;
    for turn in 0..turns {
        x = x.wrapping_mul(7) ^ turn;
    }
    x
}

/// Nanoseconds.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64
}

fn write_once(file: &mut File, line: &[u8]) {
    assert_eq!(file.write(line).expect("room on the disk"), line.len());
}

fn lines_from(log: &Path, start: u64) -> Vec<Vec<u8>> {
    let mut log = File::open(log).expect("the log of this thread");
    log.seek(SeekFrom::Start(start)).expect("it was as long before");
    let mut text = Vec::new();
    log.read_to_end(&mut text).expect("it is readable");
    text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The log of the main thread, in the run of this process.
fn own_log() -> PathBuf {
    work(2);
    let pid = std::process::id();
    let runs = fs::read_dir("instr-logs").expect("the output directory");
    let logs = runs.map(|run| run.expect("a run directory").path().join(format!("{pid}.log")));
    logs.into_iter().find(|log| log.exists()).expect("the log of the main thread")
}
