//! Many threads that record as fast as they can: `stress THREADS AT_ONCE TURNS` starts `AT_ONCE` threads, has each run `tight`
//! for that many turns, and starts the next ones when these have ended.
//!
//! Prints the seconds between the first statement and the last one of those that run together, and the most memory that the
//! process has occupied, in KiB.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

#[allow(dead_code, reason = "the other functions are measured by another program")]
mod instrumented;

fn main() {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    let [threads, at_once, turns] = arguments[..] else { panic!("{arguments:?}") };
    let batches = threads / at_once;
    assert_eq!(batches * at_once, threads, "the last threads would be fewer");
    let taken: Duration = (0..batches).map(|_| run_together(at_once, turns as u64)).sum();
    println!("seconds {}\nmemory {}", taken.as_secs_f64(), most_memory());
}

/// From the first statement of any of them to the last one. No thread ends before, so each needs files of its own.
fn run_together(threads: usize, turns: u64) -> Duration {
    let (ready, done) = (Barrier::new(threads), Barrier::new(threads));
    let work = || {
        ready.wait();
        let start = Instant::now();
        black_box(instrumented::tight(black_box(turns)));
        let end = Instant::now();
        done.wait();
        (start, end)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // The scope's end alone would wait for the closures, and not for the ends of the threads.
        let (starts, ends): (Vec<_>, Vec<_>) = threads.into_iter().map(|thread| thread.join().expect("no panic")).unzip();
        *ends.iter().max().expect("a thread") - *starts.iter().min().expect("a thread")
    })
}

fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    line.expect("a line").trim().parse().expect("a number")
}
