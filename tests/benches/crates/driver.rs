//! Runs a hot loop of the crate: `compare` prints nanoseconds per turn, `run TURNS` only runs.

use std::hint::black_box;
use std::time::{Duration, Instant};

mod hot;

/// Long enough that some turns are left alone by whatever else runs.
const TIME: Duration = Duration::from_millis(150);
const LEAST_TURNS: u32 = 1;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let mut hot = hot::prepare();
    match arguments[1].as_str() {
        "compare" => println!("turn {}", best(hot)),
        _ => (0..arguments[2].parse().expect("a number")).for_each(|_: u32| {
            black_box(hot());
        }),
    }
}

fn best(mut hot: impl FnMut() -> usize) -> f64 {
    let (begin, mut turns, mut best) = (Instant::now(), 0, f64::INFINITY);
    while turns < LEAST_TURNS || begin.elapsed() < TIME {
        let start = Instant::now();
        black_box(hot());
        best = best.min(start.elapsed().as_nanos() as f64);
        turns += 1;
    }
    best
}
