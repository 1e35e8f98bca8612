//! `cargo instr` as a user meets it, and its parts.

mod bad_input;
mod commands;
mod deaths;
mod diagnostics;
mod embedded;
mod environment;
mod failing;
mod invocation;
mod modules;
mod options;
mod overlay;
mod real_modules;
mod rebuilds;
mod selection;
mod signals;
mod style;
mod test_functions;
mod together;
mod wrappers;
mod zoo;
