//! `instr.toml`: what it does to programs, to builds and to commands.

mod check;
mod run;
