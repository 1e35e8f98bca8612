use instr_runtime::signal_handler;

struct S;

impl S {
    #[signal_handler]
    extern "C" fn f(&self, _: i32) {}
}

fn main() {}
