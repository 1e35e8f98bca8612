use instr_runtime::signal_handler;

#[signal_handler(deny)]
extern "C" fn f(_: i32) {
    unsafe { libc::malloc(1) };
    let _ = unsafe { libc::write(2, c"!".as_ptr().cast(), 1) };
}

fn main() {}
