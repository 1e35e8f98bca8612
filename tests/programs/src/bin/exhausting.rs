//! Reaches statements while it has as little as possible: `descriptors` takes all of them for a while, `locked` has all of
//! its new memory locked.

use std::fs::File;
use std::thread;

use instr_runtime::instrument_source;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("descriptors") => {
            thread::Builder::new()
                .name("late".into())
                .spawn(without_descriptors)
                .expect("threads can be had")
                .join()
                .expect("no panic");
        }
        Some("locked") => {
            // SAFETY: touches no memory.
            assert_eq!(unsafe { libc::mlockall(libc::MCL_FUTURE) }, 0);
            (0..100).for_each(reach);
        }
        other => panic!("unknown way: {other:?}"),
    }
    println!("done");
}

fn without_descriptors() {
    let mut files = Vec::new();
    files.extend(std::iter::from_fn(|| File::open("/dev/null").ok()));
    (0..500).for_each(reach);
    drop(files);
    (0..2000).for_each(reach);
}

#[instrument_source]
fn reach(number: u32) {
    std::hint::black_box(number); // reached
}
