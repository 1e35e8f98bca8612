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

pub fn main() {
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
