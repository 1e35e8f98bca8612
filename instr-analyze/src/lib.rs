//! Reads what instrumented programs left behind.
//!
//! `run` finds and opens the files, `model` turns their bytes into threads and statements, `report` shows them, `export`
//! writes them for other tools, `cli` is the command line of all that. Only `run` and `cli` touch the disk.

#![forbid(unsafe_code)]

pub mod cli;
pub mod export;
pub mod model;
pub mod report;
pub mod run;
