//! Reaches a few statements in each of two modules, in the main thread and in another one, whenever a line comes in, and says when it
//! has. At the end of the input it exits with status 7.

use std::io::{self, Write as _};
use std::sync::mpsc::channel;
use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
mod front {
    pub(crate) fn turn() -> u32 {
        let mut sum = 0;
        for number in 0..10 {
            sum += number; // front
        }
        sum
    }
}

#[instrument_source]
mod back {
    pub(crate) fn turn() -> u32 {
        let mut sum = 0;
        for number in 0..10 {
            sum += number; // back
        }
        sum
    }
}

fn turn() {
    std::hint::black_box(front::turn() + back::turn());
}

fn main() {
    let (to_other, orders) = channel();
    let (to_main, answers) = channel();
    let other = thread::Builder::new().name("other".into()).spawn(move || {
        for () in orders {
            turn();
            to_main.send(()).expect("the main thread waits");
        }
    });
    for _ in io::stdin().lines() {
        turn();
        to_other.send(()).expect("the other thread waits");
        answers.recv().expect("it answers");
        println!("done");
        io::stdout().flush().expect("somebody reads");
    }
    drop(to_other);
    other.expect("threads can be had").join().expect("no panic");
    std::process::exit(7);
}
