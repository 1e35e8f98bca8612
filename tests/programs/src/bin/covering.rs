//! Goes the ways that numbers decide, in three threads of which one ends, and then ends as it is told: `END NUMBER`.

use std::hint::black_box;
use std::sync::mpsc::channel;
use std::{env, process, ptr, thread};

use instr_runtime::instrument_source;

#[instrument_source]
mod ways {
    use std::fmt::Debug;
    use std::hint::black_box;

    pub(crate) fn go(numbers: std::ops::Range<u32>) {
        for number in numbers {
            black_box(step(number));
        }
    }

    fn step(number: u32) -> Option<u32> {
        let value = match number % 7 {
            0 => number + 1,
            1 | 2 => half(number)?,
            3 if number > 100 => number,
            _ => {
                if number.is_multiple_of(2) {
                    number / 2
                } else {
                    3 * number
                }
            }
        };
        for turn in 0..value % 3 {
            show(turn);
        }
        let more = |value: u32| value + 1;
        let Some(odd) = (value % 2 == 1).then_some(value) else {
            return None;
        };
        Some(more(odd))
    }

    fn half(number: u32) -> Option<u32> {
        if number.is_multiple_of(4) {
            return None;
        }
        Some(number / 2)
    }

    fn show<T: Debug>(value: T) {
        black_box(format!("{value:?}"));
    }

    pub(crate) fn of_child() {
        show("of the child"); // child
    }

    #[allow(dead_code)]
    fn never() {
        show("never"); // never
    }
}

#[instrument_source]
fn end(how: &str) {
    match how {
        "kill" => kill(),
        "abort" => process::abort(),
        // SAFETY: none; it is to die of it.
        "segv" => unsafe { ptr::without_provenance_mut::<u8>(8).write_volatile(1) },
        // SAFETY: ends the process.
        "_exit" => unsafe { libc::_exit(0) },
        "fork" => fork(),
        _ => {}
    }
}

#[instrument_source]
fn kill() {
    // SAFETY: kills nobody else.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) }; // kill
}

fn fork() {
    // SAFETY: what the child does is safe in a child with one thread.
    let child = unsafe { libc::fork() };
    if child == 0 {
        ways::of_child();
        ways::go(1000..1007);
        // SAFETY: ends the child.
        unsafe { libc::_exit(0) };
    }
    // SAFETY: waits for the child.
    unsafe { libc::waitpid(child, ptr::null_mut(), 0) };
}

fn main() {
    let mut arguments = env::args().skip(1);
    let how = arguments.next().expect("how it is to end");
    let number: u32 = arguments.next().and_then(|number| number.parse().ok()).expect("a number");
    thread::spawn(move || ways::go(0..number % 5)).join().expect("no panic");
    let (to_main, reached) = channel();
    thread::spawn(move || {
        ways::go(number..number + 3);
        to_main.send(()).expect("the main thread waits");
        loop {
            thread::park();
        }
    });
    reached.recv().expect("the thread goes on");
    ways::go(0..number);
    end(black_box(&how));
}
