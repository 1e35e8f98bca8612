//! Every test of instr, in one binary.

mod analyze;
mod deaths;
mod fork;
mod signals;
