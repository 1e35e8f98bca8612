//! Reads what instrumented programs left behind.
//!
//! `run` finds and opens the files, `model` makes threads and statements of their bytes, `report` shows them, `export` does
//! so to other tools. Only `run` touches the disk.

#![forbid(unsafe_code)]

pub mod export;
pub mod model;
pub mod report;
pub mod run;
