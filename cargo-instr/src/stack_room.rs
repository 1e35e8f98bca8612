//! More stack for the program's threads: an instrumented call takes more of it than a plain one, and a recursion that fits
//! plain shall fit here too.

use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// By it Rust's threads get a stack of so many bytes, unless the program asks for another size.
const RUST_MIN_STACK: &str = "RUST_MIN_STACK";
/// Twice what Rust's threads have.
const THREADS: u64 = 4 << 20;
/// Twice what the main thread has on most machines.
const MAIN: u64 = 16 << 20;

/// Has the command, and what it starts, give threads more stack. What the user has set stays; and so does what cannot be
/// changed.
pub fn raise(command: &mut Command) {
    if std::env::var_os(RUST_MIN_STACK).is_none() {
        command.env(RUST_MIN_STACK, THREADS.to_string());
    }
    let Rlimit { current, maximum } = getrlimit(Resource::Stack);
    let raised = maximum.map_or(MAIN, |most| most.min(MAIN));
    if current.is_some_and(|current| current < raised) {
        let _ = setrlimit(Resource::Stack, Rlimit { current: Some(raised), maximum });
    }
}
