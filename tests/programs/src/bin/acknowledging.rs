//! Four threads that reach one statement after the other until they are killed or told to halt, each telling how many in a page
//! that it shares with the test.

use std::fs::OpenOptions;
use std::hint::black_box;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, Release},
};
use std::thread;

use instr_runtime::instrument_source;

const THREADS: usize = 4;

fn main() {
    let path = std::env::args_os().nth(1).expect("the shared file");
    let (acknowledged, halt) = map(&OpenOptions::new().read(true).write(true).open(path).expect("the shared file"));
    thread::scope(|scope| {
        for (number, count) in (1..).zip(acknowledged) {
            let thread = thread::Builder::new().name(format!("acknowledging-{number}"));
            thread.spawn_scoped(scope, move || run(count, halt)).expect("threads can be had");
        }
    });
}

/// Not instrumented, so that a thread has as many records as it has acknowledged, or one more.
fn run(acknowledged: &AtomicU64, halt: &AtomicU64) {
    for turn in 1.. {
        while halt.load(Relaxed) != 0 {
            thread::park();
        }
        reach(turn);
        acknowledged.store(turn, Release);
    }
}

#[instrument_source]
fn reach(turn: u64) {
    black_box(turn); // acknowledged
}

fn map(file: &std::fs::File) -> &'static ([AtomicU64; THREADS], AtomicU64) {
    let (protection, size) = (libc::PROT_READ | libc::PROT_WRITE, size_of::<[AtomicU64; THREADS + 1]>());
    // SAFETY: a new mapping of a file that is large enough, valid in any state and never unmapped.
    unsafe {
        let page = libc::mmap(null_mut(), size, protection, libc::MAP_SHARED, file.as_raw_fd(), 0);
        assert_ne!(page, libc::MAP_FAILED);
        &*page.cast()
    }
}
