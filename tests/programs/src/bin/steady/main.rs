//! Does the same wherever and however it is run: three threads count, and `errno` must stay what it was.
//!
//! Arguments: how far each counts, and a file to remove before they count once more.

mod count;

use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    let mut args = std::env::args_os().skip(1);
    let turns = args.next().and_then(|turns| turns.to_str()?.parse().ok()).expect("a number of turns");
    println!("{}", in_three_threads(turns));
    if let Some(file) = args.next() {
        std::fs::remove_file(file).expect("a file");
        println!("{}", in_three_threads(turns));
    }
    std::process::exit(5); // end
}

#[instrument_source]
fn in_three_threads(turns: u64) -> u64 {
    let spawn = |name: &str| thread::Builder::new().name(name.into()).spawn(move || count::to(turns));
    let threads = ["one", "two"].map(|name| spawn(name).expect("threads can be had"));
    let others: u64 = threads.into_iter().map(|thread| thread.join().expect("no panic")).sum();
    count::to(turns) + others
}
