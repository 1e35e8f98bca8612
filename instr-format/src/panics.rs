//! The `panic.json` file: what panics said.
//!
//! Places of [`SIZE`] bytes, each a JSON object, spaces, and the end of a line; the panic with number `n`, from 1, lies at place
//! `(n - 1) % KEPT`. So the newest [`KEPT`] panics are there, whatever happens to the process meanwhile. How many there
//! have been in all, the [`crate::last`] file says.

/// Size of a place in bytes: it divides a page, so that no place is cut when the process is killed.
pub const SIZE: usize = 2048;
/// How many panics are kept.
pub const KEPT: u64 = 64;
