//! A program of some size, with two threads, one of which crashes.

use std::hint::black_box;
use std::ptr::without_provenance;
use std::sync::Barrier;
use std::thread;

use instr_runtime::instrument_source;

fn main() {
    // Not of zeros, which would be nowhere.
    let memory = black_box(vec![1_u8; 32 << 20]);
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            reach();
            barrier.wait();
            loop {
                thread::park();
            }
        });
        barrier.wait();
        crash();
    });
    black_box(memory);
}

#[instrument_source]
fn reach() {
    black_box(1);
}

#[instrument_source]
fn crash() {
    // SAFETY: none; this is to die.
    unsafe { without_provenance::<u8>(0x50).read_volatile() };
}
