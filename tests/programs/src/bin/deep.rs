//! Dies of SIGKILL with many functions open: `calls N`, N calls deep; `callback`, in what C has called; `caught N`, behind so
//! many panics that were caught.

use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::panic::catch_unwind;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count = arguments.get(2).map_or(0, |count| count.parse().expect("a number"));
    match arguments[1].as_str() {
        "calls" => drop(descend(count)),
        "callback" => sort(&mut [3, 1, 2]),
        "caught" => catch(count),
        other => panic!("no way {other}"),
    }
}

#[instrument_source]
fn descend(left: u32) -> u32 {
    if left <= 1 {
        die();
        return 0;
    }
    black_box(descend(left - 1)) + 1 // next
}

#[instrument_source]
fn sort(values: &mut [c_int]) {
    let (start, size) = (values.as_mut_ptr().cast(), size_of::<c_int>());
    // SAFETY: the array, as it is described, and a function that compares two of its members.
    unsafe { libc::qsort(start, values.len(), size, Some(compare)) }; // sort
}

#[instrument_source]
extern "C" fn compare(_: *const c_void, _: *const c_void) -> c_int {
    die(); // compare
    0
}

#[instrument_source]
fn catch(count: u32) {
    std::panic::set_hook(Box::new(|_| {}));
    for _ in 0..count {
        let _ = catch_unwind(|| fail(9));
    }
    die(); // caught
}

#[instrument_source]
fn fail(left: u32) {
    if left > 0 {
        fail(left - 1);
    }
    panic!("as it should");
}

fn die() {
    // SAFETY: touches no memory.
    unsafe { libc::raise(libc::SIGKILL) };
}
