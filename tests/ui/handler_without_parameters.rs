use instr_runtime::signal_handler;

#[signal_handler]
extern "C" fn f() {}

fn main() {}
