//! Plants links to a file where the logs of its next threads are expected.

use std::os::unix::fs::symlink;
use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    if let Ok(mut runs) = std::fs::read_dir("instr-logs") {
        let run = runs.next().expect("a run").expect("an entry").path();
        for tid in (std::process::id()..).take(100) {
            // The main thread's log is there already.
            let _ = symlink("../../victim", run.join(format!("{tid}.log")));
        }
    }
    let worker = thread::Builder::new().name("worker".into()).spawn(work);
    println!("{}", worker.expect("threads can be had").join().expect("no panic"));
}

#[instrument_source]
fn work() -> u32 {
    7 // work
}
