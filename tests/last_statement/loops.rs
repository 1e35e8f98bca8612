//! Loop headers in their later turns, and what comes after a loop.

use std::cell::Cell;
use std::ops::Deref;

use instr_runtime::instrument_source;

use crate::calls::one;
use crate::crash_point::{Operand, crash};

pub const CASES: &[(&str, fn())] = &[
    ("while with a block", while_block),
    ("while", while_call),
    ("while let", while_let),
    ("while let with a place", while_let_place),
    ("while let chain", while_let_chain),
    ("while after continue", while_continue),
    ("for", for_loop),
    ("for after continue", for_continue),
    ("for after labelled continue", labelled_continue),
    ("for after a continue in a macro", macro_continue),
    ("tail after a for loop", tail_after_for),
    ("tail after a while loop", tail_after_while),
    ("operator after a loop", loop_operand),
];

#[instrument_source]
fn yes() -> bool {
    let yes = true;
    yes
}

#[instrument_source]
fn below_two(n: u32) -> Option<u32> {
    let found = n;
    if found < 2 { Some(found) } else { None }
}

#[instrument_source]
fn while_block() {
    let mut n = 0;
    while n == 0 || { n < 2 && crash(line!()) == 0 } {
        n += 1;
    }
}

#[instrument_source]
fn while_call() {
    let mut n = 0;
    while crash(line!()) == 1 && n < 2 {
        n += 1;
    }
}

#[instrument_source]
fn while_let() {
    let mut n = 0;
    while let Some(_) = below_two(n + crash(line!()) - 1) {
        n += 1;
        one();
    }
}

struct Counting(Cell<u32>, u32);

impl Deref for Counting {
    type Target = Option<u32>;

    fn deref(&self) -> &Option<u32> {
        crash(self.1);
        self.0.set(self.0.get() + 1);
        if self.0.get() < 3 { &Some(1) } else { &None }
    }
}

#[instrument_source]
fn while_let_place() {
    let mut n = 0;
    let counting = Counting(Cell::new(0), line!() + 1);
    while let Some(more) = *counting {
        n += more;
    }
    assert_eq!(n, 2);
}

#[instrument_source]
fn while_let_chain() {
    let mut n = 0;
    while let Some(_) = below_two(n) && crash(line!()) == 1 && yes() {
        n += 1;
    }
}

#[instrument_source]
fn while_continue() {
    let mut n = 0;
    while crash(line!()) == 1 && n < 3 {
        n += 1;
        if n == 1 {
            continue;
        }
        one();
    }
}

struct Items(u32, u32);

impl Iterator for Items {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        crash(self.1);
        self.0 += 1;
        (self.0 < 3).then_some(self.0)
    }
}

#[instrument_source]
fn for_loop() {
    let mut n = 0;
    for x in Items(0, line!()) {
        n += x;
        one();
    }
    assert_eq!(n, 3);
}

#[instrument_source]
fn for_continue() {
    for x in Items(0, line!()) {
        if x == 1 {
            continue;
        }
        one();
    }
}

#[instrument_source]
fn labelled_continue() {
    'outer: for x in Items(0, line!()) {
        loop {
            if x == 1 {
                continue 'outer;
            }
            break;
        }
        one();
    }
}

#[instrument_source]
fn macro_continue() {
    macro_rules! go_on {
        () => {{
            continue;
        }};
    }
    for x in Items(0, line!()) {
        if x == 1 {
            go_on!()
        }
        one();
    }
}

#[instrument_source]
fn tail_after_for() {
    let tail = || {
        let mut sum = one();
        for k in 0..3 {
            sum += k;
        }
        sum + Operand(line!())
    };
    tail();
}

#[instrument_source]
fn tail_after_while() {
    let tail = || {
        let mut sum = 1;
        while yes() {
            sum += 1;
            if sum > 3 {
                break;
            }
        }
        sum + Operand(line!())
    };
    tail();
}

#[instrument_source]
fn loop_operand() {
    let line = line!() + 1;
    let _ = loop {
        if yes() {
            break one();
        }
    } + Operand(line);
}
