//! Temporaries in tails and headers die when they died before.

use crate::noisy::Noisy;

fn tail() -> usize {
    let _local = Noisy::new("local");
    Noisy::new("tail").len()
}

fn block_tail() {
    let len = {
        let _local = Noisy::new("block local");
        Noisy::new("block tail").len()
    };
    println!("{}", len);
}

fn headers() {
    if Noisy::new("if").yes() {
        println!("then");
    }
    if Noisy::new("else if no").len() == 0 {
    } else if Noisy::new("else if").yes() {
        println!("then");
    }
    if let 2 = Noisy::new("if let").len() {
        println!("then");
    } else {
        println!("else");
    }
    match Noisy::new("match").len() {
        5 => println!("arm"),
        _ => {}
    }
    match Noisy::new("guard").len() {
        n if Noisy::new("in guard").len() > n => println!("arm"),
        _ => assert!(Noisy::new("arm").yes()),
    }
    for i in Noisy::new("for").items() {
        println!("{}", i);
    }
    let mut turns = 0;
    while Noisy::new("while").yes() && turns < 2 {
        turns += 1;
        println!("turn");
    }
    while let Some(turn) = Noisy::new("while let").items().nth(turns) {
        println!("{}", turn);
    }
}

fn tails_of_loops() {
    for _ in 0..2 {
        let _local = Noisy::new("loop local");
        Noisy::new("loop tail").yes();
    }
    let mut n = 0;
    while n < 1 {
        n += 1;
        drop(Noisy::new("last"))
    }
}

fn closures() -> usize {
    let closure = |name| Noisy::new(name).len();
    let block = |name| {
        let _local = Noisy::new("closure local");
        Noisy::new(name).len()
    };
    closure("closure") + block("closure tail")
}

pub fn main() {
    println!("{}", tail());
    block_tail();
    headers();
    tails_of_loops();
    println!("{}", closures());
}
