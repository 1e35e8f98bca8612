use instr_runtime::signal_handler;

#[signal_handler(deny, deny)]
extern "C" fn f(_: i32) {}

fn main() {}
