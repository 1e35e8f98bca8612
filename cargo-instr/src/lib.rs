//! `cargo instr`: instruments whole crates in one command, without touching their sources.
//!
//! [`words`] tells what is asked for. [`command`] runs cargo with this program as the compiler's wrapper. Cargo then asks the
//! [`wrapper`] to compile each crate. For those that the [`plan`] names, it finds the files of which the crate is made
//! ([`modules`]) and what [`rules`] hold for it, puts attributes on their items and on those that their macros make ([`annotate`],
//! [`macros`]), lays the result out as a tree of its own ([`overlay`]), and
//! has that compiled together with the [`runtime`], whose sources are embedded in this program. When what ran has died,
//! [`after`] shows the report. With [`sancov`], the compiler itself tells which edges are reached. The [`store`] has the runs of each command. [`overhead`] measures what all this costs a program.

#![forbid(unsafe_code)]

pub mod after;
pub mod annotate;
pub mod arguments;
pub mod child;
pub mod command;
pub mod compiler;
pub mod config;
pub mod coverage;
pub mod dependencies;
pub mod diagnostics;
pub mod failure;
mod insertion;
pub mod instrumentation;
pub mod invocation;
pub mod items;
pub mod limit;
pub mod macros;
pub mod modules;
pub mod notes;
pub mod overhead;
pub mod overlay;
pub mod places;
pub mod plain;
pub mod plan;
pub mod rules;
pub mod runtime;
pub mod sancov;
pub mod selection;
pub mod stack_room;
pub mod store;
pub mod suggestions;
mod transcribers;
pub mod user_wrappers;
pub mod words;
pub mod workspace;
pub mod wrapper;
