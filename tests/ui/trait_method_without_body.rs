use instr_runtime::instrument_source;

trait A {
    #[instrument_source]
    fn f(&self);
}

fn main() {}
