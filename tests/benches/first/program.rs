//! A program of one statement: without arguments it reaches it once; `threads` prints nanoseconds of a thread's first call.

use std::time::Instant;

mod work;
// MODULES

const THREADS: usize = 200;

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => work::step(),
        Some("threads") => println!("thread {}", first_of_threads()),
        // So that all of it is in the program.
        Some(text) => others(text),
    }
}

/// What the first call takes longer than the second: the median of some threads.
fn first_of_threads() -> f64 {
    let mut times: Vec<f64> = (0..THREADS).map(|_| std::thread::spawn(first).join().expect("it ends")).collect();
    times.sort_by(f64::total_cmp);
    times[THREADS / 2]
}

fn first() -> f64 {
    let [start, between, end] = [(); 3].map(|()| {
        let now = Instant::now();
        work::step();
        now
    });
    (between - start).as_nanos() as f64 - (end - between).as_nanos() as f64
}
