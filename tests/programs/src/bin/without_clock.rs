//! Has the processor refuse RDTSC to its threads, and so the quick way to any clock, and reaches statements.

use std::thread;

use instr_runtime::instrument_source;

fn main() {
    reach(0);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: nothing below reads a clock.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_TSC, libc::PR_TSC_SIGSEGV) }, 0);
    (1..=1000).for_each(reach);
    let heir = thread::Builder::new().name("heir".into()).spawn(|| (1..=1000).for_each(reach));
    heir.expect("threads can be had").join().expect("no panic");
    println!("done");
}

#[instrument_source]
fn reach(number: u32) {
    std::hint::black_box(number); // reached
}
