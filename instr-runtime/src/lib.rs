//! Records every statement of a program before it runs, so that after its death each thread's last one is known.
//!
//! Put [`instrument_source`] on functions, `impl` blocks, traits or inline modules and turn the feature `enabled` on. Each
//! thread then keeps its open statements in a file of its own below `./instr-logs`, and writes one line per statement to
//! another one, or what else `INSTR_SINK` asks for; `instr-analyze` reads them. With the feature `stack` instead, it keeps the open
//! statements alone. With neither, the attribute returns its input and this crate is a few empty functions.
//!
//! # How a statement is recorded
//!
//! The attribute puts a guard at the beginning of each function and a probe before each statement (`probe`). The guard takes a
//! slot of the thread's stack of open statements (`thread`), and a probe is one store into that slot. With `enabled`, it then
//! calls a few instructions, which store the statement in the thread's ring or its counters. All else is the slow
//! path's (`record`): it finds the process's run directory (`process`), begins the thread, and hands the
//! statement to the sink (`sink`). All of that may run inside a signal handler, inside the user's allocator, before `main`
//! and after it: nothing on the way allocates, locks or panics.
//!
//! When a signal ends the process, `crash` writes down which, and passes it on; and so with what a panic says.
//!
//! What takes memory or reads the environment happens once, in `start`, before `main`: settings, filters and the site
//! table, in memory that is not the program's. A forked child finds its per-process state wiped by the kernel and begins a
//! run of its own.

#![deny(unsafe_code)]
// A program may do without the standard library, whose panic handler would be a second one then.
#![cfg_attr(not(feature = "stack"), no_std)]
// Then the sinks are there, and nothing calls them.
#![cfg_attr(not(feature = "enabled"), allow(dead_code))]

#[cfg(feature = "stack")]
mod arena;
#[cfg(feature = "stack")]
mod config;
#[cfg(feature = "stack")]
mod crash;
#[cfg(feature = "sancov")]
mod edges;
#[cfg(feature = "stack")]
mod facts;
#[cfg(feature = "stack")]
mod filter;
#[cfg(feature = "stack")]
mod json;
#[cfg(feature = "stack")]
mod life;
#[cfg(feature = "stack")]
#[doc(hidden)]
pub mod macro_api;
#[cfg(feature = "stack")]
mod orders;
#[cfg(feature = "stack")]
mod probe;
#[cfg(feature = "stack")]
mod process;
#[cfg(feature = "stack")]
mod record;
#[cfg(feature = "sancov")]
mod sancov;
#[cfg(feature = "stack")]
mod settings;
#[cfg(feature = "stack")]
mod sink;
#[cfg(feature = "stack")]
mod site;
#[cfg(feature = "stack")]
mod sys;
#[cfg(feature = "stack")]
mod thread;
#[cfg(feature = "stack")]
mod tls;
#[cfg(feature = "stack")]
mod wiped;

pub use instr_macros::{instrument_source, signal_handler};

/// Sets recording up, unless that has happened before `main`, as it does wherever constructors run.
///
/// Call it in normal context, before there is a second thread: it reads the environment. Not async-signal-safe.
pub fn init() {
    #[cfg(feature = "stack")]
    life::start();
}

/// Records crashes from here on, unless `INSTR_CRASH=off`. A program whose `main` is Rust's need not call it: its first
/// statement behind the beginning of `main` does. For a library that programs in C or Python load, call it once, in what they
/// call first, unless `cargo instr` builds it or `INSTR_CRASH=on` is set.
///
/// A signal that ends the process is described in the run's `crash.json`, and passed on to the handler that is in place
/// now, or to the default. Call it in normal context, once [`init`] has been; safe to call again. Async-signal-safe.
pub fn install_crash_handler() {
    #[cfg(feature = "stack")]
    crash::watch(true);
}

/// Asks the kernel to bring what has been recorded so far to the disk, and waits for it.
///
/// Records survive the death of the process without this; it is for the death of the machine. Async-signal-safe.
pub fn flush() {
    #[cfg(feature = "stack")]
    sys::with_errno(thread::sync);
}

/// Stops recording for good: statements reached from now on are neither recorded nor counted. The open statements of each
/// thread are still kept. Async-signal-safe.
pub fn shutdown() {
    #[cfg(feature = "stack")]
    site::switch_all_off();
    flush();
}
