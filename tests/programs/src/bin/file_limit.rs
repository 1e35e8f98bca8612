//! Reaches statements whose records cross the limit for the size of files, and says what has become of SIGXFSZ; then writes
//! a file across the limit itself.
//!
//! The argument says what SIGXFSZ does: `default`, `ignored` or `handled`.

use std::fs::{self, File};
use std::io::Write;
use std::mem::zeroed;
use std::ptr::null;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use instr_runtime::instrument_source;

static HANDLED: AtomicU64 = AtomicU64::new(0);

extern "C" fn handle(_: i32) {
    HANDLED.fetch_add(1, Relaxed);
}

fn main() {
    let action = match std::env::args().nth(1).as_deref() {
        Some("default") => libc::SIG_DFL,
        Some("ignored") => libc::SIG_IGN,
        Some("handled") => handle as extern "C" fn(i32) as usize,
        other => panic!("unknown action: {other:?}"),
    };
    // SAFETY: an action of one of these kinds, whose handler only counts.
    unsafe { libc::signal(libc::SIGXFSZ, action) };
    (0..1000).for_each(reach);
    let status = fs::read_to_string("/proc/thread-self/status").expect("a file");
    status.lines().filter(|line| line.contains("Pnd:") || line.contains("SigBlk:")).for_each(|line| println!("{line}"));
    // SAFETY: fills the structure, of which zeros are a valid one.
    let is_same = unsafe {
        let mut now: libc::sigaction = zeroed();
        libc::sigaction(libc::SIGXFSZ, null(), &mut now);
        now.sa_sigaction == action
    };
    println!("handled {}, the same action: {is_same}", HANDLED.load(Relaxed));
    let mut file = File::create("mine").expect("a file");
    let written = [file.write(&[1; 10_000]), file.write(&[1; 10_000])];
    println!(
        "{:?}, handled {}",
        written.map(|result| result.map_err(|error| error.raw_os_error())),
        HANDLED.load(Relaxed)
    );
}

#[instrument_source]
fn reach(number: u32) {
    std::hint::black_box(number); // reached
}
