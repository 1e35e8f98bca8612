//! The analyzer, driven as its users drive it.

mod clocks;
mod counts;
mod damage;
mod dump;
mod finding;
mod folded;
mod folding;
mod golden;
mod hostile;
mod hostile_rings;
mod ids;
mod options;
mod report;
mod rings;
mod sinks;
mod source;
mod store;
mod tail;
mod tail_rings;
mod versions;
