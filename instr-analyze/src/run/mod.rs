//! Finds, opens and follows the files of runs.

pub mod alive;
mod counts;
pub mod files;
pub mod find;
pub mod follow;
mod kernel_log;
pub mod load;
mod open;
pub mod records;
pub mod segment;
pub mod source;
pub mod symbols;
pub mod timeline;
