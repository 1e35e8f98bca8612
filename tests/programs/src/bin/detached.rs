//! Exits while another thread goes on reaching statements.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

static WORKS: AtomicBool = AtomicBool::new(false);

#[instrument_source]
fn main() {
    let detached = thread::Builder::new().name("detached".into()).spawn(work).expect("threads can be had");
    drop(detached);
    while !WORKS.load(Relaxed) {
        thread::yield_now();
    }
    println!("done");
}

#[instrument_source]
fn work() {
    loop {
        WORKS.store(true, Relaxed); // turn
    }
}
