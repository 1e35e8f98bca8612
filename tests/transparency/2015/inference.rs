//! Types flow through operands as before: integers, coercions and never.

use std::fmt::Display;

fn wrapping(flag: bool) -> u8 {
    let a = 250u8;
    let b = a.wrapping_add(if flag { 10 } else { 0 });
    b ^ { 255 } & match b { 4 => 15, _ => 240 } | (if flag { 1 } else { 2 }) << 3
}

fn display(boxed: Box<dyn Display>) -> String {
    boxed.to_string()
}

fn coerced(flag: bool) -> String {
    let mut all: Vec<Box<dyn Display>> = Vec::new();
    all.push(if flag { Box::new(1) } else { Box::new("two") });
    all.push(match all.len() { 1 => Box::new('c'), _ => Box::new(1.5) });
    let owned = "owned".to_string();
    let joined = "a".to_string() + if flag { &owned } else { "b" } + match flag { true => "c", false => &owned };
    let slice = |items: &[u32]| items.len();
    let sum = |items: &dyn Fn(u32) -> u32| items(1);
    let len = slice(if flag { &[1, 2] } else { &[] }) + slice({ &[1] });
    joined + &all.iter().map(|item| item.to_string()).collect::<String>() + &display(match len {
        3 => Box::new(len),
        _ => Box::new("none"),
    }) + &sum(if flag { &|x| x + 1 } else { &|x| x }).to_string()
}

fn closures() -> u32 {
    let twice = |f: &dyn Fn(u32) -> u32, x| f(f(x));
    let items = vec![1u32, 2, 3];
    let total: u32 = items.iter().map({ |x| x * 2 }).filter(if items.len() > 1 { |x: &u32| *x > 2 } else { |_: &u32| false }).sum();
    twice(&{ |x| x + 1 }, total) + items.iter().fold({ 0 }, |a, b| a + b)
}

fn parsed(text: &str) -> Result<u64, Box<dyn std::error::Error>> {
    let n = { text.trim() }.parse()?;
    let float: f32 = match text.len() { 1 => Ok("1.5"), _ => Err("long") }?.parse()?;
    Ok(match n { 0 => return Err("zero".into()), n => n } + { float as u64 })
}

fn never(n: u32) -> u32 {
    let chosen: u32 = match n { 0 => return 1, 1 => panic!("one"), n => n };
    let half = if chosen % 2 == 0 { chosen / 2 } else { return chosen };
    half + loop { if half > 0 { break half } else { return 0 } }
}

fn forever(turns: &mut u32) -> ! {
    loop {
        *turns += 1;
        if *turns > 3 { std::panic::panic_any("enough") }
    }
}

fn constants() -> ([u32; 3], f64, i64) {
    ([{ 1 }, if true { 2 } else { 3 }, match 1 { _ => 4 }], -{ 1.5 } * { 2. }, -{ 3 } as i64 - { 4 })
}

struct Parts<T, U> {
    first: T,
    second: U,
}

fn one_more(x: u32) -> u32 {
    x + 1
}

fn one_less(x: u32) -> u32 {
    x - 1
}

fn parts(flag: bool) -> String {
    let tuple: (Box<dyn Display>, &[u8]) = (if flag { Box::new(1) } else { Box::new("a") }, match flag { true => &[], _ => &[1, 2] });
    let owned = "owned".to_string();
    let array: [&str; 2] = [if flag { &owned } else { "b" }, { &owned }];
    let mixed = [{ Box::new(1) as Box<dyn Display> }, { Box::new('c') }];
    let pointers = [if flag { one_less } else { one_more }, one_more];
    let parts: Parts<Option<&dyn Display>, u8> = Parts { first: Some(if flag { &1.5 } else { &"none" }), second: { 255 } };
    let functions: Parts<fn(u32) -> u32, &dyn Fn(u32) -> u32> = Parts { first: { |x| x }, second: { &|x| x + 1 } };
    let base = Parts { first: { 1u64 }, ..{ Parts { first: 2, second: if flag { 1i8 } else { -1 } } } };
    let slice: Box<[u16]> = Box::new(if flag { [1, 2] } else { [3, 4] });
    let referred: &dyn Display = &if flag { 1 } else { 2 };
    let bytes: &[u8] = &mut { [1, 2] };
    let mut assigned: Box<dyn Display> = Box::new(0);
    let before = assigned.to_string();
    assigned = match flag { true => Box::new("assigned"), false => Box::new(9) };
    let empty = (if flag { None } else { Some(1u8) }, { Vec::<u8>::new() });
    let ranges = ({ 1 }..{ 3u8 }, ..=if flag { 1 } else { return "early".to_string() });
    let field = { (1, base.first) }.1;
    let sum: u32 = pointers.iter().map(|f| f(1)).sum::<u32>() + (functions.first)(1) + (functions.second)(1);
    format!("{} {:?} {:?} {} {}", tuple.0, tuple.1, array, mixed[0], mixed[1])
        + &format!(" {} {} {} {} {}", parts.first.unwrap(), parts.second, base.first, base.second, slice.len())
        + &format!(" {} {:?} {} {} {:?} {:?} {} {}", referred, bytes, before, assigned, empty, ranges, field, sum)
}

fn casts(flag: bool) -> (u64, i64, char, u8, f32, usize) {
    let wide = { 4_000_000_000 } as u64 + if flag { 5 } else { 1 } as u64;
    let negative = -{ 3_000_000_000 } as i64 + -(if flag { 3 } else { 1 }) as i64;
    (wide, negative, { 97 } as char, (!{ 3 }) as u8, { 4.5 } as f32, { |x| x + 1u8 } as fn(u8) -> u8 as usize * 0)
}

fn in_chains(value: Option<Option<u8>>) -> u8 {
    match { value } {
        Some(inner) if inner.is_some() => if let Some(n) = { inner } { n } else { 0 },
        Some(_) => 1,
        None => 2,
    }
}

fn returned_parts(n: u32) -> Option<(u32, u32)> {
    let pair = (match n { 0 => return None, n => n }, if n > 1 { n } else { return Some((0, 0)) });
    let mut last = 0;
    loop {
        last = if last > pair.0 { break } else { last + 1 };
    }
    Some((last, { pair.1 }))
}

/// The first branch tells the type, and the second one needs it.
fn joined(names: &[&str]) -> (Option<String>, String) {
    let mut joined = None;
    let mut pair = (None, 0);
    for name in names {
        joined = match joined.take() {
            None => Some(name.to_string()),
            Some(before) => Some(before.to_lowercase() + name),
        };
        pair.0 = if pair.1 == 0 { Some(name.to_string()) } else { pair.0.map(|before| before.to_uppercase()) };
        pair.1 += 1;
    }
    (joined, pair.0.unwrap_or_default())
}

pub fn main() {
    println!("{:?}", joined(&["A", "b", "c"]));
    println!("{} {}", parts(true), parts(false));
    println!("{:?} {:?}", casts(true), casts(false));
    println!("{} {} {}", in_chains(Some(Some(3))), in_chains(Some(None)), in_chains(None));
    println!("{:?} {:?} {:?} {:?}", returned_parts(0), returned_parts(1), returned_parts(2), returned_parts(3));
    println!("{} {}", wrapping(true), wrapping(false));
    println!("{} {}", coerced(true), coerced(false));
    println!("{}", closures());
    println!("{:?} {:?}", parsed("7").map_err(|e| e.to_string()), parsed("77").map_err(|e| e.to_string()));
    println!("{:?} {:?}", parsed("x").map_err(|e| e.to_string()), parsed("0").map_err(|e| e.to_string()));
    println!("{} {} {}", never(0), never(3), never(4));
    let mut turns = 0;
    println!("{}", std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| forever(&mut turns))).is_err());
    println!("{} {:?}", turns, constants());
}
