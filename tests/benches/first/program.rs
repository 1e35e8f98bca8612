//! A program of one statement: without arguments it reaches it once; `threads` prints nanoseconds of a thread's first call,
//! and `files` those of creating a file.

use std::fs::File;
use std::time::Instant;

mod work;
// MODULES

const TIMES: usize = 200;

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => work::step(),
        Some("threads") => println!("thread {}", median(|_| std::thread::spawn(first).join().expect("it ends"))),
        Some("files") => println!("file {}", median(create)),
        // So that all of it is in the program.
        Some(text) => others(text),
    }
}

fn median(measure: impl FnMut(usize) -> f64) -> f64 {
    let mut times: Vec<f64> = (0..TIMES).map(measure).collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

fn create(number: usize) -> f64 {
    let start = Instant::now();
    let file = File::create_new(number.to_string()).expect("room for a file");
    let elapsed = start.elapsed();
    drop(file);
    elapsed.as_nanos() as f64
}

/// What a thread's first call takes longer than its second.
fn first() -> f64 {
    let [start, between, end] = [(); 3].map(|()| {
        let now = Instant::now();
        work::step();
        now
    });
    (between - start).as_nanos() as f64 - (end - between).as_nanos() as f64
}
