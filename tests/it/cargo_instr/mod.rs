//! `cargo instr` as a user meets it, and its parts.

mod bad_input;
mod deaths;
mod diagnostics;
mod embedded;
mod environment;
mod hosts;
mod invocation;
mod modules;
mod options;
mod overlay;
mod real_modules;
mod rebuilds;
mod selection;
mod signals;
mod style;
mod together;
mod wrappers;
mod zoo;
