//! Programs to be measured: the first argument says what to do.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sink = std::env::var("INSTR_SINK").unwrap_or_default();
    match arguments[0].as_str() {
        // How it was started, a line for each run.
        "note" => note(&arguments, &sink),
        // With another end in one of the sinks.
        "differ" if sink == arguments[1] => std::process::abort(),
        "hang" if sink == arguments[1] => hang(),
        // Tells that it runs, and never ends.
        "wait" => {
            let mut started = OpenOptions::new().write(true).open(&arguments[1]).unwrap();
            started.write_all(b"!").unwrap();
            hang();
        }
        _ => {}
    }
    // As of a program that has found a fault.
    std::process::exit(if work(1_000) == 0 { 0 } else { 4 });
}

fn note(arguments: &[String], sink: &str) {
    let enable = std::env::var("INSTR_ENABLE").unwrap_or_default();
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let runner = std::env::vars().filter(|(name, _)| name.ends_with("_RUNNER")).count();
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    println!("never to be seen");
    eprintln!("never to be seen");
    let mut file: File = OpenOptions::new().append(true).create(true).open(&arguments[1]).unwrap();
    let line = format!("{sink:?} {enable:?} {package} {runner} {input:?} {:?}\n", &arguments[2..]);
    file.write_all(line.as_bytes()).unwrap();
}

fn work(most: u32) -> u8 {
    let mut sum = 0_u8;
    for number in 0..most {
        sum = sum.wrapping_add(number as u8);
    }
    sum
}

fn hang() {
    loop {
        std::thread::park();
    }
}
