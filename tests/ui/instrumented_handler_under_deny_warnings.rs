#![deny(warnings)]

use instr_runtime::instrument_source;

#[instrument_source]
mod handlers {
    extern "C" fn f(_: i32) {}

    pub fn install() {
        unsafe { libc::signal(libc::SIGINT, f as *const () as usize) };
    }
}

fn main() {
    handlers::install();
}
