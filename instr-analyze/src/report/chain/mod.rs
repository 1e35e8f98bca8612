//! A thread's open statements, for programs.

pub(super) mod json;
