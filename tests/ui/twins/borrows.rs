//! Moved and borrowed values.

fn moved() {
    let text = String::from("a");
    drop(text);
    println!("{text}");
}

fn moved_in_a_loop(text: String) {
    for _ in 0..2 {
        drop(text);
    }
}

fn borrowed_twice() {
    let mut items = vec![1];
    let first = &items[0];
    items.push(2);
    println!("{first}");
}

fn dangling() -> &'static u32 {
    let n = 1;
    &n
}

fn short<'a, 'b>(a: &'a str, b: &'b str) -> &'a str {
    if a.len() > 1 { a } else { b }
}

fn captured() -> impl Fn() -> usize {
    let text = String::from("a");
    || text.len()
}

fn not_mutable() {
    let n = 1;
    n += 1;
    let closure = || n += 1;
    closure();
}

fn uninitialized(flag: bool) -> u32 {
    let n;
    if flag {
        n = 1;
    }
    n
}

fn not_exhaustive(n: Option<u32>) -> u32 {
    match n {
        Some(n) => n,
    }
}

fn not_send() {
    let rc = std::rc::Rc::new(1);
    std::thread::spawn(move || println!("{rc}"));
}

fn main() {}
