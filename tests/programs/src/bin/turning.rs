//! Reaches 32 statements a turn, as many turns as its argument says, once a line has been sent to it.

use std::hint::black_box;
use std::io;

use instr_runtime::instrument_source;

fn main() {
    let turns: usize = std::env::args().nth(1).and_then(|turns| turns.parse().ok()).expect("how many turns");
    turn();
    println!("begun");
    io::stdin().read_line(&mut String::new()).expect("a line");
    (0..turns).for_each(|_| turn());
}

#[instrument_source]
fn turn() {
    black_box(1);
    black_box(2);
    black_box(3);
    black_box(4);
    black_box(5);
    black_box(6);
    black_box(7);
    black_box(8);
    black_box(9);
    black_box(10);
    black_box(11);
    black_box(12);
    black_box(13);
    black_box(14);
    black_box(15);
    black_box(16);
    black_box(17);
    black_box(18);
    black_box(19);
    black_box(20);
    black_box(21);
    black_box(22);
    black_box(23);
    black_box(24);
    black_box(25);
    black_box(26);
    black_box(27);
    black_box(28);
    black_box(29);
    black_box(30);
    black_box(31);
    black_box(32);
}
