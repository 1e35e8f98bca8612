//! Reaches statements while threads and the process end.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

static ENDS: AtomicU32 = AtomicU32::new(0);

struct Local;

impl Drop for Local {
    #[instrument_source]
    fn drop(&mut self) {
        ENDS.fetch_add(1, Relaxed); // thread-local destructor
    }
}

thread_local! {
    static LOCAL: Local = const { Local };
}

#[instrument_source]
extern "C" fn at_exit() {
    ENDS.fetch_add(1, Relaxed); // after main
}

#[used]
#[unsafe(link_section = ".fini_array")]
static LATE: extern "C" fn() = late;

#[instrument_source]
extern "C" fn late() {
    ENDS.fetch_add(1, Relaxed); // destructor of the image
}

#[instrument_source]
fn main() {
    // SAFETY: the handler is valid for the life of the process.
    assert_eq!(unsafe { libc::atexit(at_exit) }, 0);
    let worker = thread::Builder::new().name("worker".into()).spawn(|| LOCAL.with(|_| {}));
    worker.expect("threads can be had").join().expect("no panic");
    LOCAL.with(|_| {});
    println!("{}", ENDS.load(Relaxed));
}
