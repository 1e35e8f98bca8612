//! Is replaced by another program while a thread works: in vain first, then by itself, with another argument.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

static TURNS: AtomicU64 = AtomicU64::new(0);

#[instrument_source]
fn main() {
    if std::env::args().len() > 1 {
        println!("{}", std::process::id()); // second
        return;
    }
    thread::Builder::new().name("worker".into()).spawn(work).expect("threads can be had");
    wait();
    let error = Command::new("/nowhere/at-all").exec();
    println!("{error}"); // goes on
    wait();
    println!("{}", std::process::id());
    let this = std::env::current_exe().expect("a path");
    panic!("{}", Command::new(this).arg("again").exec()); // replaced
}

/// Not instrumented.
fn wait() {
    let begin = TURNS.load(Relaxed);
    while TURNS.load(Relaxed) < begin + 100 {
        thread::yield_now();
    }
}

#[instrument_source]
fn work() {
    loop {
        TURNS.fetch_add(1, Relaxed); // turn
    }
}
