//! The analyzer, driven as its users drive it.

mod report;
