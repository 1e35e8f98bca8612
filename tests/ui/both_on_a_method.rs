use instr_runtime::{instrument_source, signal_handler};

struct A;

impl A {
    #[instrument_source]
    #[signal_handler]
    fn f() {}
}

fn main() {
    A::f();
}
