//! Constant contexts, nested items and statics.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

const fn square(n: u32) -> u32 {
    let mut result = 0;
    let mut i = 0;
    while i < n {
        result += n;
        i += 1;
    }
    result
}

const TABLE: [u32; square(3) as usize] = {
    let mut table = [0; square(3) as usize];
    let mut i = 0;
    while i < table.len() {
        table[i] = square(i as u32);
        i += 1;
    }
    table
};

static CALLS: AtomicU32 = AtomicU32::new({ 1 + 1 });
static CLOSURE: fn(u32) -> u32 = |x| {
    let y = x + 1;
    y * 2
};
const HANDLERS: [(&'static str, fn() -> u32); 2] = [("one", || 1), ("two", || { CALLS.fetch_add(1, Ordering::SeqCst) })];

thread_local! {
    static LOCAL: Cell<u32> = { Cell::new(square(2)) };
}

fn nested() -> u32 {
    const N: u32 = { let n = 2; n * square(2) };
    static COUNTER: AtomicU32 = AtomicU32::new(N);
    fn helper(n: u32) -> u32 {
        let doubled = n * 2;
        doubled
    }
    struct Local(u32);
    impl Local {
        fn get(&self) -> u32 {
            let Local(n) = *self;
            n
        }
    }
    mod inner {
        pub fn value() -> u32 {
            let n = 100;
            n
        }
    }
    enum Kind { A = 1 + 1, B = { 5 } }
    let lengths: [u8; { square(2) as usize }] = [{ 1 + 1 }; { square(2) as usize }];
    let constant = const { square(5) };
    COUNTER.fetch_add(1, Ordering::SeqCst) + helper(N) + Local(3).get() + inner::value() + Kind::A as u32
        + Kind::B as u32 + lengths.len() as u32 + constant
}

pub fn main() {
    println!("{:?} {} {}", TABLE, CLOSURE(3), nested());
    for &(name, handler) in HANDLERS.iter() {
        println!("{} {}", name, handler());
    }
    LOCAL.with(|local| {
        local.set(local.get() + 1);
        println!("{} {}", local.get(), CALLS.load(Ordering::SeqCst));
    });
}
