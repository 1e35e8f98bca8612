//! What a record costs in the `write` sink, against a bare `write(2)` of the same line, in one run.
//!
//! `cargo bench -p instr-tests --bench write`. Rounds alternate; the figures are medians of their rounds.

use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use instr_runtime::instrument_source;

const ROUNDS: usize = 11;
const TURNS: u64 = 20_000;

fn main() {
    let log = own_log();
    let copy_path = log.with_file_name("copy");
    let (mut records, mut writes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = log_len(&log);
        let recorded = timed(|| {
            black_box(work(TURNS));
        });
        let lines = lines_from(&log, start);
        records.push(recorded / lines.len() as f64);
        let mut copy = OpenOptions::new().append(true).create(true).open(&copy_path).expect("a file beside the log");
        writes.push(timed(|| lines.iter().for_each(|line| write_once(&mut copy, line))) / lines.len() as f64);
    }
    let (record, write) = (median(&mut records), median(&mut writes));
    println!("record {record:.0} ns, bare write(2) of the same line {write:.0} ns, ratio {:.2}", record / write);
    fs::remove_dir_all(log.parent().expect("the run directory")).expect("nothing else in the run directory");
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

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn log_len(log: &Path) -> u64 {
    fs::metadata(log).map_or(0, |metadata| metadata.len())
}

fn lines_from(log: &Path, start: u64) -> Vec<Vec<u8>> {
    let text = fs::read(log).expect("the log of this thread");
    text[start as usize..].split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The log of the main thread, in the run of this process.
fn own_log() -> PathBuf {
    work(2);
    let pid = std::process::id();
    let runs = fs::read_dir("instr-logs").expect("the output directory");
    let logs = runs.map(|run| run.expect("a run directory").path().join(format!("{pid}.log")));
    logs.into_iter().find(|log| log.exists()).expect("the log of the main thread")
}
