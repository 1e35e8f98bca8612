//! What the tests share: building and running programs, and reading their runs.
