//! Many threads that record as fast as they can: `stress THREADS AT_ONCE TURNS` starts `AT_ONCE` threads, has each run `tight`
//! for that many turns, and starts the next ones when these have ended.
//!
//! Prints the seconds that the threads took between their first and their last statement, and the most memory that the
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

/// From when all threads are there to when all are done. None ends before, so that each needs files of its own.
fn run_together(threads: usize, turns: u64) -> Duration {
    let (ready, done) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    let work = || {
        ready.wait();
        black_box(instrumented::tight(black_box(turns)));
        done.wait();
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        ready.wait();
        let start = Instant::now();
        done.wait();
        let taken = start.elapsed();
        // The scope's end alone would wait for the closures, and not for the ends of the threads.
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        taken
    })
}

fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    line.expect("a line").trim().parse().expect("a number")
}
