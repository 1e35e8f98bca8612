//! Panics below values whose `Drop` is instrumented: once caught, once to the thread's end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use instr_runtime::instrument_source;

struct Held<'a>(&'a mut u32);

impl Drop for Held<'_> {
    #[instrument_source]
    fn drop(&mut self) {
        *self.0 += 1; // drop
    }
}

#[instrument_source]
fn fail(drops: &mut u32) {
    let _held = Held(drops);
    panic!("below a value that is held"); // panic
}

#[instrument_source]
fn main() {
    let mut drops = 0;
    let caught = catch_unwind(AssertUnwindSafe(|| fail(&mut drops)));
    println!("{drops} {}", caught.is_err());
    let ended = thread::Builder::new().name("ends".into()).spawn(|| fail(&mut 0)).expect("threads can be had").join();
    println!("{}", ended.is_err());
    std::process::exit(0); // goes on
}
