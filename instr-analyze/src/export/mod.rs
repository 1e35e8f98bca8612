//! Runs in the formats of other tools, one a file.

pub mod minidump;
