//! The analyzer, driven as its users drive it.

mod clocks;
mod counts;
mod damage;
mod dump;
mod entries;
mod finding;
mod folded;
mod folding;
mod golden;
mod headline;
mod hostile;
mod hostile_rings;
mod ids;
mod large;
mod options;
mod report;
mod rings;
mod sinks;
mod source;
mod steps;
mod store;
mod tail;
mod tail_rings;
mod tested;
mod versions;
