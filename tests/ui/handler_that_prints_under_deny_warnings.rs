#![deny(warnings)]

use instr_runtime::signal_handler;

#[signal_handler]
extern "C" fn f(signal: i32) {
    println!("{signal}");
    #[allow(deprecated)]
    {
        println!("allowed");
    }
}

fn main() {
    f(1);
}
