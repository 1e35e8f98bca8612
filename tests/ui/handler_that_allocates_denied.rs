use instr_runtime::signal_handler;

#[signal_handler(deny)]
extern "C" fn f(signal: i32) {
    drop(Box::new(signal));
}

fn main() {}
