use instr_runtime::instrument_source;

#[instrument_source]
#[path = "on_mod_in_a_file/elsewhere.rs"]
mod elsewhere;

fn main() {}
