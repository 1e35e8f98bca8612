//! Let chains, temporaries as they die in this edition, and its signatures.

use std::sync::Mutex;

use crate::noisy::Noisy;

fn chains(first: Option<u32>, text: &str) -> u32 {
    if let Some(n) = first
        && n > 1
        && let Ok(m) = text.parse::<u32>()
        && { Noisy::new("condition").yes() }
    {
        return n * m;
    }
    let mut rest = text.chars();
    let mut count = 0;
    while let Some(c) = rest.next()
        && c.is_ascii_digit()
        && let Some(digit) = Noisy::new("chain").items().nth(count)
    {
        count += 1;
        if digit == 0 { continue }
        println!("{c} {digit}");
    }
    count as u32
}

fn guards(n: Option<u32>, lock: &Mutex<Vec<u32>>) -> &'static str {
    if let Some(_) = lock.lock().unwrap().get(100) {
        "found"
    } else if lock.try_lock().is_ok() {
        "free"
    } else {
        match n { Some(n) if n > 1 => "held", _ => "none" }
    }
}

fn capturing<'a, T: Copy>(items: &'a [T], _: &u8) -> impl Iterator<Item = T> + use<'a, T> {
    items.iter().copied().filter(|_| true)
}

fn captures_all(text: &str) -> impl Fn(usize) -> char {
    move |at| text.chars().nth(at).unwrap_or('?')
}

unsafe extern "C" {
    safe fn abs(n: i32) -> i32;
    unsafe fn labs(n: i64) -> i64;
}

#[unsafe(no_mangle)]
extern "C" fn transparency_negate(n: i32) -> i32 {
    let negative = -n;
    negative
}

unsafe fn positive(n: i64) -> i64 {
    let n = unsafe { labs(n) };
    n + { abs(-1) } as i64
}

fn tail() -> usize {
    let local = Noisy::new("local");
    Noisy::new("tail").len() + { Noisy::new("block").len() } + match Noisy::new("match").len() { n => n + local.len() }
}

pub fn main() {
    println!("{} {} {}", chains(Some(2), "21"), chains(None, "12x"), chains(Some(3), ""));
    println!("{} {}", guards(Some(2), &Mutex::new(vec![])), tail());
    let items = vec![1, 2];
    let iterator = { let n = 1; capturing(&items, &n) };
    println!("{:?} {}", iterator.collect::<Vec<_>>(), captures_all("abc")(1));
    println!("{} {}", transparency_negate(2), unsafe { positive(-3) });
}
