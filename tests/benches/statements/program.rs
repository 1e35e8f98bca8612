//! Measures the functions of `work`, as they are and instrumented, chunk by chunk in turn.
//!
//! `compare TURNS` prints nanoseconds per turn; `plain FUNCTION TURNS` and `instrumented FUNCTION TURNS` only run it.

use std::hint::black_box;
use std::time::Instant;

mod instrumented;
mod plain;

/// Enough for one of them to be left alone by whatever else runs.
const CHUNKS: usize = 41;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |index: usize| arguments[index].parse::<u64>().expect("a number");
    match arguments[1].as_str() {
        "compare" => compare_all(number(2)),
        "plain" => run(plain(&arguments[2]), number(3)),
        "instrumented" => run(instrumented(&arguments[2]), number(3)),
        _ => panic!("{arguments:?}"),
    }
}

fn run(function: fn(u64) -> u64, turns: u64) {
    black_box(function(black_box(turns)));
}

fn compare_all(turns: u64) {
    for name in ["work", "tight"] {
        compare(name, turns, turns as f64);
    }
    // As many calls as there are turns, or a few more.
    let n = (2..).find(|n| fib_calls(*n) >= turns).expect("a number");
    compare("fib", n, fib_calls(n) as f64);
    println!("clock {}", best(|| clock(1000)) / 1000.0);
}

fn compare(name: &str, argument: u64, turns: f64) {
    let functions = [plain(name), instrumented(name)];
    let mut best = [f64::INFINITY; 2];
    for _ in 0..CHUNKS {
        for (function, best) in functions.iter().zip(&mut best) {
            *best = best.min(timed(|| run(*function, argument)) / turns);
        }
    }
    println!("{name}.plain {}\n{name}.instrumented {}", best[0], best[1]);
}

fn fib_calls(n: u64) -> u64 {
    2 * plain::fib(n + 1) - 1
}

fn clock(turns: u64) {
    for _ in 0..turns {
        black_box(Instant::now());
    }
}

fn best(mut work: impl FnMut()) -> f64 {
    (0..CHUNKS).map(|_| timed(&mut work)).fold(f64::INFINITY, f64::min)
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64
}

fn plain(name: &str) -> fn(u64) -> u64 {
    match name {
        "work" => plain::work,
        "tight" => plain::tight,
        "calls" => plain::calls,
        _ => plain::fib,
    }
}

fn instrumented(name: &str) -> fn(u64) -> u64 {
    match name {
        "work" => instrumented::work,
        "tight" => instrumented::tight,
        "calls" => instrumented::calls,
        _ => instrumented::fib,
    }
}
