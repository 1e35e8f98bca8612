use instr_runtime::instrument_source;

struct A;

#[instrument_source]
impl A {
    #[instrument_source(level = "blocks")]
    fn f() {}
}

fn main() {
    A::f();
}
