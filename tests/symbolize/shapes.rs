//! Functions of a type, of a trait and inlined ones, whose addresses are looked up.

use std::fmt;
use std::hint::black_box;

mod shape {
    pub struct Square<T> {
        pub side: T,
    }

    impl Square<u32> {
        #[inline(never)]
        pub fn area(&self, scale: u32) -> u32 {
            let side = doubled(self.side);
            side * self.side * scale
        }
    }

    #[inline(always)]
    pub fn doubled(side: u32) -> u32 {
        super::black_box(side) * 2
    }
}

impl fmt::Display for shape::Square<u32> {
    #[inline(never)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a square of {}", self.side)
    }
}

fn main() {
    let square = shape::Square { side: black_box(3) };
    let area = |scale: u32| square.area(scale) + 1;
    println!("{square}: {} and {}", square.area(3), area(black_box(4)));
}
