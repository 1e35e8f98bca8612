use instr_runtime::instrument_source;

fn main() {
    let _ = #[instrument_source]
    1;
}
