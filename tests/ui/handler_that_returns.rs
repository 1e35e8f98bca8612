use instr_runtime::signal_handler;

#[signal_handler]
extern "C" fn f(signal: i32) -> i32 {
    signal
}

fn main() {}
