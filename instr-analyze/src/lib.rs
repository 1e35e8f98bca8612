//! Reads what instrumented programs left behind.
