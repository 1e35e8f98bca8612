//! What instr writes and reads back: names, records and file layouts, each encoder beside its decoder.
//!
//! The runtime encodes, the analyzer decodes, the macros write the site text: all three take every name and every
//! shape from here, so that none of them can drift. Nothing in this crate allocates, panics or touches the system, so
//! the encoders may run inside a signal handler.

#![no_std]
#![forbid(unsafe_code)]

pub mod control;
pub mod counts;
pub mod coverage;
pub mod edges;
pub mod escape;
pub mod files;
pub mod filter;
pub mod keys;
pub mod last;
pub mod names;
pub mod number;
pub mod panics;
pub mod pattern;
pub mod ring;
pub mod sites;
pub mod spelling;
pub mod stack;
pub mod test;
pub mod text;
pub mod time;
pub mod value;
