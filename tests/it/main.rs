//! Every test of instr, in one binary.

mod analyze;
mod architecture;
mod docs;
mod format;
