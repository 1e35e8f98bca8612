//! Starts and joins as many threads as its argument says, eight at a time.

use std::thread;

use instr_runtime::instrument_source;

const AT_ONCE: usize = 8;

#[instrument_source]
fn main() {
    let count: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).expect("a number of threads");
    let mut most_descriptors = 0;
    for _ in 0..count / AT_ONCE {
        let threads = [work; AT_ONCE].map(thread::spawn);
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        most_descriptors = most_descriptors.max(descriptors());
    }
    println!("{most_descriptors}");
}

#[instrument_source]
fn work() {
    std::hint::black_box(AT_ONCE); // thread
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("a directory").count()
}
