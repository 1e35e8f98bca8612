//! The analyzer, driven as its users drive it.

mod damage;
mod dump;
mod finding;
mod hostile;
mod options;
mod report;
mod source;
mod tail;
mod versions;
