use instr_runtime::signal_handler;

#[signal_handler(safe)]
extern "C" fn f() {}

fn main() {}
