//! The `instr-analyze` command.
fn main() {}
