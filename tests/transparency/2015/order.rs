//! Evaluation order, and drops at the ends of scopes.

use std::ops::{AddAssign, Index, IndexMut};

use crate::noisy::Noisy;

fn say<T>(name: &str, value: T) -> T {
    println!("{}", name);
    value
}

struct Table(Vec<u32>);

impl Index<usize> for Table {
    type Output = u32;
    fn index(&self, at: usize) -> &u32 {
        println!("index {}", at);
        &self.0[at]
    }
}

impl IndexMut<usize> for Table {
    fn index_mut(&mut self, at: usize) -> &mut u32 {
        println!("index_mut {}", at);
        &mut self.0[at]
    }
}

struct Sum(u32);

impl AddAssign<u32> for Sum {
    fn add_assign(&mut self, n: u32) {
        println!("add_assign {}", n);
        self.0 += n;
    }
}

fn operands(table: &mut Table, sum: &mut Sum) -> u32 {
    table[say("left", 0)] += { say("right", 1) };
    table[{ say("left", 1) }] = match say("right", 2) { n => n };
    *{ say("place", &mut *sum) } += if say("condition", true) { say("value", 3) } else { 0 };
    let numbers = (say("first", 1), { say("second", 2) }, say("third", 3));
    let range = say("start", 0)..{ say("end", 2) };
    numbers.0 + { say("left", 1) } * say("right", 2) - table[range.end - 1].min({ say("argument", 1) })
}

fn short(flag: bool) -> bool {
    let short = { say("a", flag) } && { say("b", false) } || if say("c", flag) { say("d", true) } else { say("e", false) };
    short
}

fn arguments(_: Noisy, n: usize, second: Noisy) -> Noisy {
    let _shadowed = Noisy::new("shadowed");
    let _shadowed = Noisy::new("shadowing");
    println!("{}", n);
    second
}

fn assigned(flag: bool) -> Option<Noisy> {
    let mut slot = Noisy::new("old");
    slot = { Noisy::new("new") };
    let late;
    if flag {
        late = Noisy::new("late");
    } else {
        return Some(slot);
    }
    let taken = std::mem::replace(&mut slot, late);
    let _ = Noisy::new("at once");
    let _kept = Noisy::new("kept");
    if taken.yes() {
        return { Some(taken) };
    }
    None
}

fn replaced(flag: bool) -> Vec<u32> {
    let mut slot = Noisy::new("replaced");
    println!("{}", slot.0);
    slot = if flag { Noisy::new("then") } else { Noisy::new("else") };
    println!("{}", slot.0);
    let mut numbers = vec![1, 2];
    numbers.push({ println!("length"); numbers.len() as u32 });
    numbers[{ say("left", 0) }] = { numbers[{ say("right", 1) }] };
    {
        let borrowed = &mut numbers;
        let part = (if flag { &mut *borrowed } else { return Vec::new() }, { say("second", 5) });
        part.0.push(part.1);
        borrowed.push({ borrowed.len() as u32 });
        (*{ &mut *borrowed })[0] += { 1 };
    }
    let mut fields = Fields { first: { Noisy::new("first") }, second: { Noisy::new("second") } };
    { &mut fields }.first = { Noisy::new("new first") };
    let first = { fields }.first;
    println!("{}", first.0);
    numbers
}

fn unwound(flag: bool) {
    let _ = std::panic::catch_unwind(|| {
        let _never = (Noisy::new("one"), if flag { Noisy::new("two") } else { Noisy::new("three") }, { Some(Noisy::new("four")) }, {
            let _local = Noisy::new("local");
            if flag { std::panic::panic_any("unwound") }
        });
    });
}

struct Fields {
    second: Noisy,
    first: Noisy,
}

pub fn main() {
    println!("{}", operands(&mut Table(vec![1, 2, 3]), &mut Sum(1)));
    println!("{} {}", short(true), short(false));
    arguments(Noisy::new("first"), { Noisy::new("argument").len() }, Noisy::new("second"));
    drop(assigned(true));
    drop(assigned(false));
    println!("{:?} {:?}", replaced(true), replaced(false));
    unwound(true);
    unwound(false);
    let fields = Fields { first: Noisy::new("first"), second: { Noisy::new("second") } };
    let Fields { second, .. } = fields;
    println!("{}", second.0);
}
