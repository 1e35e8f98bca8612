//! Runs a hot loop of the crate: `compare` prints nanoseconds per turn and a sum of what a turn makes, `sum` the sum alone,
//! `run TURNS` only runs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
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
        "compare" => println!("sum {}\nturn {}", sum(&hot()), best(hot)),
        "sum" => println!("sum {}", sum(&hot())),
        _ => (0..arguments[2].parse().expect("a number")).for_each(|_: u32| {
            black_box(hot());
        }),
    }
}

/// 32 bits, which a floating-point number keeps.
fn sum(output: &hot::Output) -> u64 {
    let mut hasher = DefaultHasher::new();
    output.hash(&mut hasher);
    hasher.finish() >> 32
}

fn best(mut hot: impl FnMut() -> hot::Output) -> f64 {
    let (begin, mut turns, mut best) = (Instant::now(), 0, f64::INFINITY);
    while turns < LEAST_TURNS || begin.elapsed() < TIME {
        let start = Instant::now();
        black_box(hot());
        best = best.min(start.elapsed().as_nanos() as f64);
        turns += 1;
    }
    best
}
