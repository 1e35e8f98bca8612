//! Shows runs and records, one format a file.

pub mod crash;
mod excerpt;
mod fold;
pub mod folded;
mod history;
pub mod hits;
pub mod json;
mod number;
pub mod paint;
pub mod record;
pub mod text;
