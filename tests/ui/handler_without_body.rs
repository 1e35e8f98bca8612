use instr_runtime::signal_handler;

trait T {
    #[signal_handler]
    fn f(signal: i32);
}

fn main() {}
