//! Runs in a build script, in the compiler and in the program.
#![no_std]

pub fn double(number: u64) -> u64 {
    let doubled = number * 2;
    doubled
}
