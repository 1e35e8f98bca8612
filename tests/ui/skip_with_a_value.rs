use instr_runtime::instrument_source;

#[instrument_source]
mod a {
    use instr_runtime::instrument_source;

    #[instrument_source(skip = true)]
    pub fn f() {}
}

fn main() {
    a::f();
}
