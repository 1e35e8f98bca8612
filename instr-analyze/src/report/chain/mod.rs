//! A thread's open statements, for people and for programs.

pub(super) mod json;
mod rows;
mod short;
pub(super) mod text;
