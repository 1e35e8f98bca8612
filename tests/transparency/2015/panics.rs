//! Panics: places, messages, the order of drops, and an exit status.

use std::panic::{catch_unwind, Location};

use crate::noisy::Noisy;

#[track_caller]
fn here() -> String {
    let location = Location::caller();
    format!("{}:{}", location.line(), location.column())
}

struct Tracked;

impl Tracked {
    #[track_caller]
    fn place(&self) -> String {
        let _noisy = Noisy::new("tracked");
        here()
    }
}

fn places() {
    println!("{} {}", here(), { here() });
    println!("{} {} {}", Tracked.place(), line!(), column!());
    let closure = || here();
    println!("{} {}", closure(), match 1 { _ => here() });
}

fn unwinds(n: usize) -> usize {
    let _outer = Noisy::new("outer");
    let items = [1, 2, 3];
    let closure = |n: usize| {
        let _inner = Noisy::new("inner");
        items[n]
    };
    closure(n) / { n - 1 }
}

fn overflows(n: u8) -> u8 {
    let _noisy = Noisy::new("overflow");
    n + { 250 }
}

struct Cell;

impl Drop for Cell {
    fn drop(&mut self) {
        let panicking = std::thread::panicking();
        println!("panicking: {}", panicking);
    }
}

fn drops_while_unwinding() {
    let _cell = Cell;
    for i in 0..3 {
        let _noisy = Noisy::new("turn");
        assert!(i < 1, "turn {}", i);
    }
}

/// Where a closure begins with a block that is not all of it.
fn closures(beyond: usize) {
    println!("{}", catch_unwind(|| (|i: usize| { [1, 2] }[i])(beyond)).is_err());
    println!("{}", catch_unwind(|| (|i: usize| if i > 0 { [1, 2] } else { [3, 4] }[i] + 1)(beyond)).is_err());
    println!("{}", catch_unwind(|| (|i: usize| vec! { 1, 2 }[i])(beyond)).is_err());
}

pub fn main() {
    places();
    closures(2);
    for n in 0..5 {
        println!("{:?}", catch_unwind(|| unwinds(n)).map_err(|_| ()));
    }
    println!("{:?}", catch_unwind(|| overflows(10)).map_err(|_| ()));
    println!("{:?}", catch_unwind(drops_while_unwinding).map_err(|_| ()));
    let result: Result<u32, String> = Err("the end".to_string());
    let _last = Noisy::new("last");
    result.unwrap();
}
