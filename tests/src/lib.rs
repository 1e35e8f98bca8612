//! What the tests share: building and running programs, and reading their runs.

pub mod analyzer;
pub mod fake_run;
pub mod mapped;
