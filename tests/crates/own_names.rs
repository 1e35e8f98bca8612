//! Modules and macros of the names that an expansion could fall for, and no prelude.

#![no_implicit_prelude]
#![allow(dead_code, unused_macros)]

mod core {}
mod std {}
mod alloc {}

macro_rules! concat {
    () => {};
}
macro_rules! module_path {
    () => {};
}

struct Option;
struct Drop;
struct Sized;

mod probe {
    pub fn enter() -> u32 {
        let sites = 1;
        sites
    }
}

fn after(probe: u32, resume: u32) -> u32 {
    let enter = probe + { resume };
    let __instr_guard = enter;
    for _ in 0..enter {
        ::std::print!("x");
    }
    __instr_guard
}

fn main() {
    let ids = after(probe::enter(), if true { 2 } else { 3 });
    ::std::println!("{}", ids);
}
