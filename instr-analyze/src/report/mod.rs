//! Shows runs and records, one format a file.

mod duration;
mod excerpt;
mod fold;
pub mod json;
pub mod paint;
pub mod record;
pub mod text;
