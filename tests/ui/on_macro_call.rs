use instr_runtime::instrument_source;

#[instrument_source]
thread_local! {
    static A: u32 = const { 1 };
}

fn main() {}
