//! Labels, breaks with values and every kind of continue.

use crate::noisy::Noisy;

macro_rules! next_turn {
    () => {{
        continue;
    }};
    ($label:tt) => {
        continue $label
    };
}

macro_rules! own_label {
    ($body:expr) => {
        'turn: loop {
            if $body { break 'turn; }
        }
    };
}

fn loops() -> Vec<u32> {
    let mut seen = Vec::new();
    'outer: for i in 0..5 {
        let _noisy = Noisy::new("turn");
        let mut j = 0;
        while j < 5 {
            j += 1;
            if j == 2 { continue }
            if i == 1 { continue 'outer }
            if i == 3 { break 'outer; }
            match j { 4 => continue, 5 => next_turn!('outer), _ => seen.push(i * 10 + j) }
        }
    }
    seen
}

fn continued_by_a_macro() -> u32 {
    let mut sum = 0;
    for i in 0..10 {
        if i % 2 == 0 { next_turn!() }
        sum += i;
    }
    let mut n = 0;
    while n < 3 {
        n += 1;
        if n == 2 { next_turn!(); }
        sum += 100;
    }
    own_label!({ sum += 1; sum > 250 });
    sum
}

fn values() -> u32 {
    let mut n = 0;
    let found = 'search: loop {
        n += 1;
        for k in 0..n {
            if k * k == 16 { break 'search k }
        }
        loop {
            if n < 100 { break }
        }
    };
    let block = 'block: {
        if found == 4 { break 'block 40; }
        if found == 5 { break 'block { 50 } }
        60
    };
    found + block + loop { break 1 } + match loop { break Some(2) } { Some(n) => n, None => 0 }
}

fn in_a_condition(limit: u32) -> u32 {
    let mut n = 0;
    while { n += 1; n < limit } {
        while n % 3 != 0 { n += 1; if n > 100 { return n } }
    }
    'once: while true { break 'once }
    n
}

fn unit_tails(mut n: u32) -> u32 {
    while n > 5 { n -= 1 }
    for _ in 0..2 { n += 1 }
    while n < 10 { if n == 8 { n += 2 } else { n += 1 } }
    for i in 0..3 { match i { 0 => {} 1 => n += 1, _ => () } }
    n
}

pub fn main() {
    println!("{:?} {} {} {} {}", loops(), continued_by_a_macro(), values(), in_a_condition(10), unit_tails(9));
}
