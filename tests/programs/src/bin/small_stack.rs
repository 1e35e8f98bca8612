//! Reaches a statement in a handler that runs on the alternate stack that Rust gives its threads, which is small.

use std::hint::black_box;

use instr_runtime::instrument_source;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("later") {
        reach(1);
    }
    // SAFETY: the handler does nothing that is not async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as extern "C" fn(i32) as usize;
        action.sa_flags = libc::SA_ONSTACK;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
        libc::raise(libc::SIGUSR1);
    }
}

extern "C" fn handle(signal: i32) {
    reach(signal);
}

#[instrument_source]
fn reach(number: i32) {
    black_box(number); // reached
}
