//! Every test of instr, in one binary.

mod analyze;
mod architecture;
mod bad_places;
mod deaths;
mod docs;
mod examples;
mod fork;
mod format;
mod killed;
mod lifecycle;
mod off;
mod settings;
mod signals;
