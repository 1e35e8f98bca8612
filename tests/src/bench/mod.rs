//! What the benches share: programs that measure themselves, rounds, figures, and the document that shows them.

pub mod crates;
pub mod document;
pub mod figure;
pub mod instructions;
pub mod kinds;
pub mod peers;
pub mod programs;
pub mod results;
pub mod rounds;
pub mod stress;
pub mod subject;
pub mod tables;
pub mod whole;
