//! `instr.toml`: what it does to programs, to builds and to commands.

mod build;
mod check;
mod commands;
mod run;
