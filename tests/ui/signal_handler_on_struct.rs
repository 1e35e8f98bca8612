use instr_runtime::signal_handler;

#[signal_handler]
struct Handler;

fn main() {}
