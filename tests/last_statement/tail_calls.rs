//! Functions that call themselves in tail position, which give their guard up before.

use instr_runtime::instrument_source;

use crate::calls::one;
use crate::crash_point::{Operand, crash};

pub const CASES: &[(&str, fn())] = &[
    ("operator after a tail recursion", after_recursion),
    ("operator after a tail recursion without arguments", after_recursion_without_arguments),
    ("argument of a tail call", argument_of_tail_call),
    ("statement before a tail call", before_tail_call),
];

#[instrument_source]
fn operand(line: u32) -> Operand {
    Operand(line)
}

#[instrument_source]
fn sum(n: u32, total: u32) -> u32 {
    if n == 0 {
        return total + one();
    }
    sum(n - 1, total + one())
}

#[instrument_source]
fn after_recursion() {
    let line = line!() + 1;
    let _ = sum(5, 0) + operand(line);
}

struct Counter(u32);

#[instrument_source]
impl Counter {
    fn run(&mut self) -> u32 {
        if self.0 == 0 {
            return one();
        }
        self.0 -= one();
        self.run()
    }
}

#[instrument_source]
fn after_recursion_without_arguments() {
    let mut counter = Counter(3);
    let line = line!() + 1;
    let _ = counter.run() + operand(line);
}

#[instrument_source]
fn crashing_argument(n: u32, value: u32) -> u32 {
    match n {
        0 => value,
        _ => crashing_argument(n - 1, one() + operand(line!())),
    }
}

#[instrument_source]
fn argument_of_tail_call() {
    crashing_argument(3, 0);
}

#[instrument_source]
fn crashing_before(n: u32) {
    if n > 0 {
        crash(line!());
        crashing_before(n - 1)
    }
}

#[instrument_source]
fn before_tail_call() {
    crashing_before(3);
}
