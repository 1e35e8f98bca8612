//! Finds, opens and follows the files of runs.

mod aborts;
pub mod alive;
pub mod command;
pub mod config;
mod counts;
mod data;
pub mod diff;
pub mod files;
pub mod find;
pub mod follow;
pub mod group;
mod kernel_log;
pub mod load;
pub mod observed;
mod open;
pub mod orders;
pub mod records;
pub mod remove;
pub mod segment;
pub mod siblings;
pub mod source;
mod stacks;
pub mod stores;
pub mod symbols;
pub mod threads;
pub mod timeline;
pub mod verdict;
