//! A program without the standard library, which says itself what happens when it panics.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use instr_runtime::instrument_source;

// For what the C library calls `main`.
#[link(name = "c")]
unsafe extern "C" {}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// `core` as it is delivered asks for it, and never calls it in a program that aborts.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[instrument_source]
fn sum(numbers: &[i32]) -> i32 {
    let mut sum = 0;
    for number in numbers {
        sum += *number;
    }
    sum
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    sum(&[3, 4])
}
