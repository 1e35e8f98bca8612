//! `cargo instr` as a user meets it, and its parts.

mod bad_input;
mod commands;
mod deaths;
mod diagnostics;
mod embedded;
mod environment;
mod failing;
mod hosts;
mod invocation;
mod modules;
mod options;
mod overhead;
mod overlay;
mod real_modules;
mod rebuilds;
mod reports;
mod selection;
mod signals;
mod silence;
mod store;
mod style;
mod test_functions;
mod together;
mod unusable;
mod wrappers;
mod zoo;
