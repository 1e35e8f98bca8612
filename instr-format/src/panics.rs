//! The `panic.json` file: what panics said.
//!
//! Places of [`SIZE`] bytes, each a JSON object, spaces, and the end of a line. The panic with number `n`, from 1, lies at place
//! `(n - 1) % KEPT`, and once more at a place behind these that belongs to its thread. So the newest [`KEPT`] panics are
//! there, and the newest of each thread that has not ended, which may be unwinding still. How many there have been in
//! all, the [`crate::last`] file says.

/// Size of a place in bytes: it divides a page, so that no place is cut when the process is killed.
pub const SIZE: usize = 2048;
/// How many panics are kept, whoever panicked.
pub const KEPT: u64 = 64;
/// How many threads at a time can have places of their own.
pub const THREADS: u64 = 4032;
