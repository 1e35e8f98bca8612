//! Bounds, lifetimes and moves that are missing.

use std::fmt::{Debug, Display};
use std::rc::Rc;

struct Plain;

fn shows<T: Display>(_: T) -> u32 {
    1
}

fn bounds<T>(value: T) -> String {
    shows(value);
    shows({ Plain });
    shows(if true { Plain } else { Plain });
    let a = Plain == Plain;
    let b = { Plain } + { Plain };
    let c = -{ Plain };
    let d = Plain.clone();
    println!("{} {:?}", Plain, { Plain });
    let e = format!("{}", value);
    for x in Plain {}
    let f: Vec<Plain> = [1].iter().collect();
    [Plain].contains(&Plain);
    let mut g = vec![Plain];
    g.sort();
    { g }.iter().max();
    match Plain { p if p == Plain => 1, _ => 2 };
    value.to_string()
}

fn compares<T>(a: &[T]) -> bool {
    a[0] == a[1] && { a[0] } < { a[1] }
}

fn boxed<T>(value: T) -> Box<dyn Debug> {
    Box::new(value)
}

fn boxed_in_a_block<T: Debug>(value: T) -> Box<dyn Debug> {
    { Box::new(value) }
}

fn returned<T>(value: T) -> impl Display {
    { value }
}

fn generic<'a, T>(value: &'a T) -> Box<dyn Fn() + 'a> where T: Fn() {
    Box::new(move || value())
}

fn too_short<'a>(value: &str) -> &'a str {
    value
}

fn too_short_in_blocks<'a>(value: &str, flag: bool) -> &'a str {
    match flag { true => { value } false => if flag { value } else { "" } }
}

fn thread(text: &str) {
    std::thread::spawn(|| println!("{}", text));
    std::thread::spawn({ move || text.len() });
    let rc = Rc::new(1);
    std::thread::spawn(move || { let a = rc; a });
    let own = String::new();
    std::thread::spawn(|| own.len() + { own.len() });
}

fn moved(texts: Vec<String>) -> usize {
    let a = String::new();
    let b = if true { a } else { String::new() };
    let c = a.len() + { a.len() };
    let d = { b };
    let e = b;
    for t in texts { drop(t); }
    let f = texts.len();
    let g = Some(String::new());
    if let Some(g) = g { drop(g) }
    match g { Some(g) => g.len(), None => 0 }
}

fn moved_in_closures() {
    let a = String::new();
    let b = move || a.len();
    println!("{}", a);
    let c = || drop(b);
    c();
    c();
    let d = String::new();
    let e: &dyn Fn() = &|| drop(d);
}

fn moved_in_loops(a: String, b: Option<String>) {
    while true { drop(a) }
    loop {
        let c = b;
        if c.is_some() { continue }
        match b { Some(d) => {} None => break }
    }
}

fn moved_out(a: &String, b: &[String], c: &Option<String>, d: Rc<String>) {
    let e = *a;
    let f = { *a };
    let g = b[0];
    let h = if true { b[0] } else { b[1] };
    let i = c.unwrap();
    let j = { *d };
    match *c { Some(x) => {} None => {} }
    for x in *c {}
}

fn mutability(a: &u32, b: &mut u32, c: Vec<u32>) {
    *a += 1;
    *{ a } += 1;
    c.push(1);
    { c }.push({ 1 });
    let d = 1;
    d = 2;
    let e = || d = 3;
    let f = &mut d;
    for g in &c { *g += 1; }
    let h = { &mut *b };
    *b += 1;
    *h += 1;
}

fn conflicts(mut a: Vec<u32>) {
    let first = &a[0];
    a.push({ *first });
    a.push(*first);
    let second = { &a[1] };
    a.clear();
    println!("{}", second);
    for x in &a { a.push(*x); }
    for x in a.iter_mut() { a.push({ *x }); }
    while let Some(x) = a.iter().next() { a.pop(); drop(x); }
    let mut f = || a.push(1);
    a.len();
    f();
    match a.first() { Some(x) => { a.clear(); x } None => &1 };
    let mut g = &mut a;
    let h = &mut a;
    g.push({ h.len() as u32 });
    h.push(1);
}

fn short_lived() -> &'static str {
    let a;
    { let b = String::new(); a = &b; }
    println!("{}", a);
    let c = { let d = String::new(); d.as_str() };
    let e = { &String::new() }.as_str();
    println!("{}{}", c, e);
    let f = { String::new().as_str() };
    println!("{}", f);
    let g = match String::new() { h => h.as_str() };
    g
}

fn returned_local(n: usize) -> impl Iterator<Item = usize> {
    let local = vec![1];
    (0..n).map(|x| x + local[0])
}

fn returned_reference() -> &'static Vec<u32> {
    let local = vec![1];
    { &local }
}

fn temporary() -> usize {
    let a = String::new().as_str();
    let b = Some(&String::new()).map(|x| x.len());
    let c = vec![1].iter();
    c.count() + a.len()
}

fn uninitialized(flag: bool) {
    let a: u32;
    let b: u32;
    while flag { a = 1; }
    println!("{}", a);
    if flag { b = 1 } else if a == 2 { b = 2 }
    let c = b + { b };
    let d: u32;
    let e = || d;
    loop { let f: u32; f + 1; }
}

fn constants() {
    const A: u32 = { let a = vec![1]; a.len() as u32 };
    static B: String = String::from("a");
    let c = [0; { std::env::args().count() }];
    let n = 1;
    let d = [0; n];
}

unsafe fn unsafe_one() -> u32 { 1 }

fn needs_unsafe(p: *const u32) {
    unsafe_one();
    let a = { unsafe_one() } + *p;
    if *p == 1 { unsafe_one(); }
    match unsafe_one() { 1 => unsafe_one(), _ => 0 };
    (|| unsafe_one())();
}

fn patterns(a: Option<u32>, b: (bool, bool), c: &[u32]) {
    let Some(d) = a;
    let Ok(e) = { "1".parse::<u32>() };
    match a { Some(1) => {} None => {} }
    match b { (true, _) => 1, (_, false) => 2 };
    match c { [] => {} [x] => {} }
    match { a } { Some(x) if x > 1 => {} None => {} }
    for Some(x) in [a] {}
    let f = |Some(x)| x;
    f(a);
    if let Some(x) | None = a {}
    match 1u8 { 0..=100 => {} 102..=255 => {} }
    let (g, h, i) = b;
    let [j, k] = *c;
}

fn main() {}
