//! Loads a library that nothing here needs, and crashes.

use instr_runtime::instrument_source;

fn main() {
    begin();
    // SAFETY: libc's own, which does nothing when it is loaded.
    assert!(!unsafe { libc::dlopen(c"libutil.so.1".as_ptr(), libc::RTLD_NOW) }.is_null());
    std::process::abort();
}

#[instrument_source]
fn begin() {
    std::hint::black_box(1);
}
