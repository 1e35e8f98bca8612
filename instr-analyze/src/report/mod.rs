//! Shows runs and records, one format a file.

mod duration;
mod excerpt;
pub mod json;
pub mod paint;
pub mod record;
pub mod text;
