//! The analyzer, driven as its users drive it.

mod damage;
mod dump;
mod finding;
mod hostile;
mod hostile_rings;
mod options;
mod report;
mod rings;
mod source;
mod tail;
mod versions;
