//! Has a thread for each of its arguments, `NAME=LETTERS`, which does what the letters say: one after the other, but that those
//! which end in `p` wait for the end of the process.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, Builder};

use instr_runtime::instrument_source;

static PARKED: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let mut parked = 0;
    for argument in std::env::args().skip(1) {
        let (name, letters) = argument.split_once('=').expect("NAME=LETTERS");
        let letters = letters.to_owned();
        let stays = letters.ends_with('p');
        let builder = if name.is_empty() { Builder::new() } else { Builder::new().name(name.to_owned()) };
        let thread = builder.spawn(move || work(&letters)).expect("a thread");
        if stays {
            parked += 1;
            while PARKED.load(SeqCst) < parked {
                thread::yield_now();
            }
        } else {
            thread.join().expect("it does not panic");
        }
    }
}

#[instrument_source]
fn work(letters: &str) {
    for letter in letters.chars() {
        step(letter);
    }
    black_box(0);
}

#[instrument_source]
fn step(letter: char) {
    match letter {
        'b' => twice(),
        'p' => park(),
        '!' => std::process::abort(),
        _ => once(),
    }
}

#[instrument_source]
fn once() {
    black_box(1);
}

#[instrument_source]
fn twice() {
    once();
    once();
}

#[instrument_source]
fn park() {
    PARKED.fetch_add(1, SeqCst);
    loop {
        thread::park();
    }
}
