//! Every test of instr, in one binary.

mod analyze;
