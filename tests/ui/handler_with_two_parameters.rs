use instr_runtime::signal_handler;

#[signal_handler]
extern "C" fn f(_: i32, _: *mut libc::siginfo_t) {}

fn main() {}
