//! Every test of instr, in one binary.

mod analyze;
mod annotate;
mod architecture;
mod bad_places;
mod cargo_instr;
mod crashes;
mod crates;
mod deaths;
mod docs;
mod examples;
mod fork;
mod format;
mod killed;
mod last_statement;
mod levels;
mod lifecycle;
mod off;
mod places;
mod real_crates;
mod settings;
mod signals;
mod stack;
mod stepped;
mod transparency;
mod ui;
