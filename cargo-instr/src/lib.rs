//! Instruments whole crates in one command, without touching their sources.

#![forbid(unsafe_code)]

pub mod annotate;
