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
    let fields = Fields { first: Noisy::new("first"), second: { Noisy::new("second") } };
    let Fields { second, .. } = fields;
    println!("{}", second.0);
}
