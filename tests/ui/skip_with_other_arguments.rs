use instr_runtime::instrument_source;

#[instrument_source]
mod a {
    use instr_runtime::instrument_source;

    #[instrument_source(skip, level = "block")]
    pub fn f() {}
}

fn main() {
    a::f();
}
