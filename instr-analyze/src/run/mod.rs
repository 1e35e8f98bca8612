//! Finds, opens and follows the files of runs.

pub mod alive;
pub mod files;
pub mod find;
pub mod follow;
pub mod load;
mod open;
pub mod source;
pub mod timeline;
