//! Temporaries and bindings of every construct die when they died before, and in the same order.

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};

use crate::noisy::Noisy;

fn pass<T>(value: T) -> T {
    value
}

fn matched(flag: bool) -> usize {
    match (Noisy::new("left"), Noisy::new("right")) {
        (ref left, _) if Noisy::new("guard").len() == left.len() => println!("guarded"),
        (_, right) => println!("moved {}", right.0),
    }
    match { Noisy::new("block") } { ref noisy => println!("{}", noisy.0) }
    match (&{ Noisy::new("referred") }).len() { n => println!("{}", n) }
    match if flag { Some(Noisy::new("some")) } else { None } {
        Some(noisy) => println!("{}", noisy.0),
        None => println!("none"),
    }
    match pass(&Noisy::new("passed")) { noisy => println!("{}", noisy.0) }
    match *pass(&Noisy::new("place")) { Noisy(name) => println!("{}", name) }
    match Noisy::new("outer").len() + match Noisy::new("inner").len() { n => n } {
        11 => println!("eleven"),
        n => println!("{}", n),
    }
    let n = match Noisy::new("valued").len() { 6 => Noisy::new("six").len(), _ => { Noisy::new("other").len() } };
    match Some(Noisy::new("bound")) { ref whole @ Some(_) => println!("{}", whole.is_some()), None => {} }
    match [Noisy::new("a"), Noisy::new("b"), Noisy::new("c")] { [first, .., last] => println!("{}{}", first.0, last.0) }
    match (Noisy::new("kept"), 1) { (_, n) => println!("{}", n) }
    let _ = match flag { true => Noisy::new("dropped at once"), false => { Noisy::new("too") } };
    match Noisy::new("returned").len() { len => return len + n }
}

fn conditions(flag: bool) {
    if Noisy::new("a").yes() && { Noisy::new("b").yes() } || Noisy::new("c").yes() { println!("then") }
    if { let local = Noisy::new("local"); local.yes() } { println!("then") }
    if let Some(n) = { Some(Noisy::new("bound")) } { println!("{}", n.0) }
    if let Some(n) = Some(&Noisy::new("ref")) { println!("{}", n.0) } else { println!("else") }
    if let None = Some(&Noisy::new("else")) { println!("then") } else if let 5 = Noisy::new("other").len() { println!("5") }
    if let Some(n) = Noisy::new("chain").items().map(|n| Noisy::new("mapped").len() + n as usize).nth(1) { println!("{}", n) }
    if !Noisy::new("not").yes() {} else { println!("{}", flag) }
    let n = if Noisy::new("valued").yes() { Noisy::new("then").len() } else { 0 } + Noisy::new("operand").len();
    println!("{}", n);
}

fn loops() {
    for i in { Noisy::new("range") }.items() { println!("{}", i) }
    for i in [Noisy::new("x"), Noisy::new("y")].iter().map(|n| Noisy::new("item").len() + n.len()) {
        let _body = Noisy::new("body");
        if i > 100 { break }
        println!("{}", i);
    }
    for noisy in vec![Noisy::new("one"), Noisy::new("two"), Noisy::new("three")] {
        if noisy.0 == "two" { println!("left"); break }
        Noisy::new("tail").yes();
    }
    let mut left = vec![Noisy::new("p"), Noisy::new("q")];
    while let Some(noisy) = left.pop() {
        if noisy.0 == "q" { continue }
        println!("{}", noisy.0)
    }
    let mut n = 0;
    while { let step = Noisy::new("step"); n += step.len(); n < 10 } { Noisy::new("turn"); }
    let found = 'outer: loop {
        let _outer = Noisy::new("outer");
        loop {
            let _inner = Noisy::new("inner");
            if n > 12 { break 'outer Noisy::new("found") }
            n += 1;
            continue 'outer;
        }
    };
    println!("{}", found.0);
    for Range { start, end } in { vec![0..1, 2..{ Noisy::new("end").len() }] } { println!("{} {}", start, end) }
}

fn statements() {
    Noisy::new("statement");
    { Noisy::new("in a block"); }
    { Noisy::new("value") };
    let _ = Noisy::new("ignored").len();
    let _kept = (Noisy::new("tuple"), { Noisy::new("second") }.len());
    let (_, b) = (Noisy::new("wild"), Noisy::new("bound"));
    let Noisy(_) = Noisy::new("destructured");
    let c = { let inner = Noisy::new("inner"); inner.len() + Noisy::new("inner tail").len() } + Noisy::new("outer").len();
    let d = Noisy::new("receiver").items().start + { Noisy::new("argument") }.len() as u32;
    pass((Noisy::new("first"), { Noisy::new("second") }, pass(Noisy::new("third")))).1.yes();
    let e = [Noisy::new("0"), Noisy::new("1")][{ Noisy::new("i").len() }].len();
    let f = &pass(Noisy::new("referred")).0;
    let g = &mut { pass(Noisy::new("lent")) };
    g.0 = { "renamed" };
    let h = || { let inner = Noisy::new("closure"); inner.len() + { Noisy::new("closure tail").len() } };
    println!("{} {} {} {} {} {} {} {}", b.0, c, d, e, f, g.0, h(), Noisy::new("printed").len());
    assert!(Noisy::new("asserted").yes(), "{}", Noisy::new("never").0);
    let cell = RefCell::new(Noisy::new("cell"));
    cell.replace({ Noisy::new("replaced") });
    *cell.borrow_mut() = { Noisy::new("assigned") };
    let len = cell.borrow().len();
    cell.borrow_mut().0 = if len > 1 { Noisy::new("name").0 } else { "" };
    let mut n = 1;
    n += Noisy::new("added").len() + { Noisy::new("to").len() };
    *pass(&mut n) -= { Noisy::new("subtracted").len() };
    println!("{} {}", n, len);
}

fn left_early(n: u32) -> Result<usize, String> {
    let _outer = Noisy::new("outer");
    let checked = |ok: bool| -> Result<Noisy, String> { if ok { Ok(Noisy::new("ok")) } else { Err("no".to_string()) } };
    let both = (checked(true)?, { checked(n > 0)? });
    let sum = both.0.len() + checked(n > 1)?.len() + { let _inner = Noisy::new("inner"); checked(n > 2)? }.len();
    for i in 0..3 {
        let _turn = Noisy::new("turn");
        if i + 3 > n { return Err({ let _last = Noisy::new("last"); format!("{}", i) }) }
        checked(i + 4 < n)?;
    }
    Ok(sum + { checked(n > 9) }?.len() + match checked(true) { Ok(noisy) => noisy.len(), Err(error) => return Err(error) })
}

fn other_tries(n: Option<u32>) -> Option<u32> {
    let twice = |n: u32| -> ControlFlow<u32, u32> { if n > 5 { ControlFlow::Break(n) } else { ControlFlow::Continue({ n * 2 }) } };
    let flow = || -> ControlFlow<u32, u32> { ControlFlow::Continue(twice(twice({ n.unwrap_or(0) })?)? + { 1 }) };
    println!("{:?}", flow());
    Some(n? + { n }? + (if n? > 1 { n } else { None })?)
}

fn unwound(n: usize) {
    let result = std::panic::catch_unwind(|| {
        let _outer = Noisy::new("outer");
        let items = [Noisy::new("item")];
        let pair = (Noisy::new("left"), { let _local = Noisy::new("local"); items[n].len() }, Noisy::new("right"));
        match items.get(n) {
            Some(noisy) if { Noisy::new("guard").len() } > n + 4 => panic!("{}", noisy.0),
            _ => {}
        }
        pair.1 + { if n == 0 { Noisy::new("then").len() } else { 1 } }
    });
    println!("{:?}", result.map_err(|_| ()));
}

pub fn main() {
    println!("{} {}", matched(true), matched(false));
    conditions(true);
    loops();
    statements();
    for n in 0..11 {
        println!("{:?}", left_early(n));
    }
    println!("{:?} {:?} {:?}", other_tries(None), other_tries(Some(1)), other_tries(Some(4)));
    unwound(0);
    unwound(1);
}
