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

/// What this process's own limit was before. Dropping this sets it back.
#[must_use = "the limit is set back when this is dropped"]
#[derive(Debug)]
pub struct Raised(Rlimit);

/// Has the command, and what it starts while the result lives, give threads more stack. What the user has set stays; and so
/// does what cannot be changed.
pub fn raise(command: &mut Command) -> Raised {
    if std::env::var_os(RUST_MIN_STACK).is_none() {
        command.env(RUST_MIN_STACK, THREADS.to_string());
    }
    let before = getrlimit(Resource::Stack);
    let Rlimit { current, maximum } = before;
    let raised = maximum.map_or(MAIN, |most| most.min(MAIN));
    if current.is_some_and(|current| current < raised) {
        let _ = setrlimit(Resource::Stack, Rlimit { current: Some(raised), maximum });
    }
    Raised(before)
}

impl Drop for Raised {
    fn drop(&mut self) {
        // A lower limit of one's own can always be set.
        let _ = setrlimit(Resource::Stack, Rlimit { current: self.0.current, maximum: self.0.maximum });
    }
}
