//! Patterns, captures and literals as they are since 2021.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::noisy::Noisy;

#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Leaf(i32),
    Node { left: Box<Tree>, right: Box<Tree> },
    Empty,
}

use Tree::*;

impl Tree {
    const ZERO: Tree = Leaf(0);

    fn sum(&self) -> i32 {
        match self {
            Leaf(n @ (i32::MIN..=-1 | 1..)) => *n,
            &Leaf(n) => n,
            Node { left, right: box_right } => left.sum() + { box_right.sum() },
            Empty => 0,
        }
    }

    fn grow(&mut self, by: i32) -> &mut Self {
        match self {
            Leaf(n) if *n > 100 => {}
            Leaf(n) => *n += by,
            Node { left, .. } if { left.sum() } < 5 => { left.grow(by); }
            Node { right, .. } => drop(right.grow(by)),
            Empty => *self = Leaf({ by }),
        }
        self
    }
}

fn slices(items: &[i32]) -> i32 {
    match items {
        [] => 0,
        [one] => *one,
        [first, .., last] if first == last => first * 2,
        [first, middle @ .., last] => first + slices(middle) + { *last },
    }
}

fn arrays([a, b]: [i32; 2], (c, d): (i32, &i32), Wrapper { inner: e, .. }: Wrapper) -> i32 {
    let [x, .., z] = [a, b, c, *d, { e }];
    x * { z }
}

struct Wrapper {
    inner: i32,
    #[allow(dead_code)]
    other: Noisy,
}

fn constants(n: u32, tree: Tree, text: &str) -> &'static str {
    const LIMIT: u32 = { 5 * 2 };
    match (n, tree, text.as_bytes()) {
        (0, ..) => "zero",
        (LIMIT, _, _) => "limit",
        (_, Leaf(0), _) => "empty leaf",
        (n, _, [b'a'..=b'z', ..]) if n % 2 == 0 || { n == 7 } => "letter",
        (u32::MAX, _, b"\xff") => unreachable!(),
        (.., [.., b'0'..=b'9']) => "digit at the end",
        _ => "other",
    }
}

fn bindings(values: &mut BTreeMap<String, Option<Vec<i32>>>) -> usize {
    let mut count = 0;
    for (key, value) in values.iter_mut() {
        if let Some(items @ [_, ..]) = value.as_deref_mut() {
            items[0] += { 10 };
            count += items.len();
        } else if let Some(vec) = value {
            vec.push({ key.len() as i32 });
        } else {
            let slot @ None = value else { unreachable!() };
            *slot = Some(vec![{ 7 }]);
        }
    }
    let Some(Some(first)) = values.values().next() else { return { count } };
    let ([a] | [_, a, ..]) = first[..] else { panic!("{first:?}") };
    let (mut b, c, ref d);
    (b, c, _) = ({ 1 }, 2, 3);
    [b, ..] = [{ b + a }, 5, 6];
    d = { &b };
    let count_inner;
    Wrapper { inner: count_inner, .. } = Wrapper { inner: { *d }, other: Noisy::new("in assignment") };
    count + (c + { count_inner }) as usize
}

fn captured() {
    struct Parts { a: Noisy, b: Noisy, pair: (Noisy, Noisy), n: u32 }
    let mut parts = Parts { a: Noisy::new("a"), b: Noisy::new("b"), pair: (Noisy::new("p0"), Noisy::new("p1")), n: 0 };
    let by_ref = || parts.a.len() + { parts.pair.0.len() };
    println!("{}", by_ref());
    let moved = { move || { let inner = &parts.b; inner.len() } };
    println!("{}", moved());
    let mut counted = || { parts.n += 1; if parts.n > 1 { parts.n += { 10 } } };
    counted();
    counted();
    let in_arm = match parts.n { 12 => |n: u32| n + 1, _ => |n: u32| n };
    let part_moved = || drop(parts.pair.1);
    part_moved();
    println!("{} {} {}", parts.a.0, parts.n, in_arm(1));
    let ignored = || { let _ = parts.n; };
    ignored();
    let nested = || (|| (|| parts.a.len())() + { 1 })();
    println!("{} {}", nested(), std::mem::size_of_val(&nested));
    let matched = || match parts.a { Noisy(name) => name, };
    println!("{}", matched());
    println!("{}", parts.pair.0.0);
}

fn literals() -> String {
    let c = c"c string".to_bytes().len() + { c"ä" }.to_bytes().len();
    let raw = { r#"raw "quoted""# };
    let bytes = { b"bytes\n" } == &{ *b"bytes\n" };
    let r#match = 0b1111_0000u8 | { 0o17 } | 0x0F;
    format!("{c} {raw} {bytes} {match} {:?} {0:>w$} {x:.p$}", { 'a' }, w = { 5 }, x = 1.0e3, p = { 1 }, match = r#match)
}

fn searched(items: &[u32]) -> ControlFlow<u32> {
    items.iter().try_for_each(|item| if *item > 2 { ControlFlow::Break({ *item }) } else { ControlFlow::Continue(()) })?;
    ControlFlow::Continue(())
}

fn labelled(n: u32) -> u32 {
    let value = 'found: {
        for i in 0..n {
            let 0..=3 = i else { break 'found i };
            if i == 2 && n == 3 { break 'found ({ i * 100 }) }
        }
        'inner: { if n > 1 { break 'inner } return 7 }
        n
    };
    value + 'other: { if value > 5 { break 'other 1 } 2 }
}

pub fn main() {
    let mut tree = Node { left: Box::new(Leaf(1)), right: Box::new(Node { left: Box::new(Empty), right: Box::new(Tree::ZERO) }) };
    for by in 1..6 { println!("{}", tree.grow(by).grow({ by }).sum()); }
    println!("{} {} {}", slices(&[1, 2, 3]), slices(&[4, 5, 4]), slices(&[]));
    println!("{}", arrays([2, 3], (4, &5), Wrapper { inner: { 6 }, other: Noisy::new("other") }));
    for (n, text) in [(0, ""), (10, ""), (1, "x9"), (4, "abc"), (9, "Z")] {
        println!("{} {}", constants(n, if n == 1 { Leaf(0) } else { Empty }, text), constants(n, Leaf(1), { text }));
    }
    let mut map = BTreeMap::from([("a".to_string(), Some(vec![1, 2])), ("bb".to_string(), None), ("c".to_string(), Some(vec![]))]);
    println!("{} {map:?}", bindings(&mut map));
    captured();
    println!("{}", literals());
    println!("{:?} {:?}", searched(&[1, 2, 3]), searched(&[1]));
    println!("{:?}", (0..7).map(labelled).collect::<Vec<_>>());
}
