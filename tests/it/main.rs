//! Every test of instr, in one binary.

mod analyze;
mod annotate;
mod architecture;
mod crates;
mod docs;
mod format;
mod last_statement;
mod real_crates;
mod transparency;
mod ui;
