use instr_runtime::signal_handler;

#[signal_handler]
extern "C" fn f(_: i32, _: libc::siginfo_t, _: *mut libc::c_void) {}

fn main() {}
