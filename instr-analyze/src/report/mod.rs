//! Shows runs and records, one format a file.

mod activity;
mod advice;
mod calls;
mod chain;
pub mod crash;
pub mod diff;
mod dropping;
mod excerpt;
mod fold;
pub mod folded;
mod headline;
mod history;
pub mod hits;
pub mod json;
mod lines;
pub(crate) mod naming;
pub mod number;
pub mod object;
pub mod options;
pub mod paint;
pub mod record;
mod recursion;
mod returned;
mod siblings;
pub mod text;
mod thread;
mod unseen;
