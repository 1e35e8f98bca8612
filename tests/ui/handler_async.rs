use instr_runtime::signal_handler;

#[signal_handler]
async fn f(_: i32) {}

fn main() {}
