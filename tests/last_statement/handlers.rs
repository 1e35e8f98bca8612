//! The rest of a statement in which a signal has come, whose handler has reached statements of its own.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Waker};

use instr_runtime::{instrument_source, signal_handler};

use crate::calls::one;
use crate::crash_point::{Operand, crash};

pub const CASES: &[(&str, fn())] = &[
    ("operator after a signal", || after_a_signal(calling)),
    ("operator after a signal whose handler polls", || after_a_signal(polling)),
    ("operator after a signal whose handler is instrumented", || after_a_signal(instrumented)),
    ("argument after four signals within each other", || after_nested_signals()),
];

const SIGNALS: [i32; 4] = [10, 12, 14, 15];

unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn raise(number: i32) -> i32;
}

type Handler = extern "C" fn(i32);

/// Sends the program a signal. Not instrumented.
fn send(number: i32, handler: Handler) -> u32 {
    // SAFETY: the handlers here do nothing that is not async-signal-safe.
    unsafe {
        signal(number, handler as usize);
        raise(number);
    }
    1
}

#[signal_handler(deny)]
extern "C" fn calling(_: i32) {
    one();
}

/// A future has no guard of its own.
#[signal_handler(deny)]
extern "C" fn polling(_: i32) {
    let future = pin!(later());
    let _ = future.poll(&mut Context::from_waker(Waker::noop()));
}

#[instrument_source]
async fn later() -> u32 {
    let one = 1;
    one
}

#[instrument_source]
extern "C" fn instrumented(_: i32) {
    one();
}

#[instrument_source]
fn after_a_signal(handler: Handler) {
    let line = line!() + 1;
    let _ = send(SIGNALS[0], handler) + Operand(line);
}

static DEPTH: AtomicU32 = AtomicU32::new(0);

#[signal_handler(deny)]
extern "C" fn nesting(_: i32) {
    one();
    let depth = DEPTH.fetch_add(1, Relaxed) + 1;
    if let Some(number) = SIGNALS.get(depth as usize) {
        send(*number, nesting);
    }
    one();
}

#[instrument_source]
fn two(_: u32, _: u32) -> u32 {
    let two = 2;
    two
}

#[instrument_source]
fn after_nested_signals() {
    DEPTH.store(0, Relaxed);
    let line = line!() + 1;
    two(send(SIGNALS[0], nesting), crash(line));
    assert_eq!(DEPTH.load(Relaxed), 4);
}
