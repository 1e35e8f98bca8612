//! What a run's files say, from their bytes alone: threads, statements, records, and what is damaged.

mod clocks;
pub mod counts;
pub mod crash;
pub mod damage;
pub(crate) mod duration;
pub mod end;
pub mod errno;
pub mod excerpt;
pub mod filter;
pub mod fold;
pub mod head;
pub mod history;
pub mod last;
mod lines;
pub mod log;
pub mod mappings;
pub mod oom;
pub mod panics;
pub mod process;
pub mod record;
pub mod ring;
pub mod scan;
pub mod sites;
mod stack;
pub mod statement;
pub mod test;
pub mod thread;
