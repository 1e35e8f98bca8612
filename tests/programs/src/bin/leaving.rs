//! The main thread ends by `pthread_exit`, and the process with its last thread.

#![no_main]

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;
use std::thread;

use instr_runtime::instrument_source;

#[unsafe(no_mangle)]
extern "C-unwind" fn main(_: c_int, _: *const *const c_char) -> c_int {
    thread::spawn(work);
    // SAFETY: nothing is to be dropped here.
    unsafe { libc::pthread_exit(null_mut()) }
}

#[instrument_source]
fn work() {
    println!("works"); // works
}
