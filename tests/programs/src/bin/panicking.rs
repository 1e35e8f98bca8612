//! Panics as its argument says.

use std::panic::{self, catch_unwind};
use std::thread;

use instr_runtime::instrument_source;

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    #[instrument_source]
    fn drop(&mut self) {
        panic!("while unwinding"); // in drop
    }
}

/// Has another thread catch many panics when it is dropped.
struct Busy;

impl Drop for Busy {
    fn drop(&mut self) {
        let other = thread::spawn(|| (0..200).filter(|number| catch_unwind(|| fail(*number)).is_err()).count());
        println!("{}", other.join().expect("caught"));
    }
}

#[instrument_source]
fn fail(number: u32) -> u32 {
    assert!(number > 1_000_000, "{number} is too little"); // guilty
    number
}

#[instrument_source]
extern "C" fn foreign() {
    fail(3);
}

/// On the 8 KiB that Rust's threads have for handlers.
extern "C" fn handler(_: i32) {
    panic!("in a handler");
}

#[instrument_source]
fn main() {
    let way = std::env::args().nth(1).unwrap_or_default();
    match way.as_str() {
        "main" => _ = fail(1),
        "thread" => {
            let worker = thread::Builder::new().name("worker".into()).spawn(|| fail(2));
            println!("{}", worker.expect("threads can be had").join().is_err());
        }
        "caught" => println!("{}", catch_unwind(|| fail(3)).is_err()),
        "caught-then-exit" => {
            println!("{}", catch_unwind(|| fail(3)).is_err());
            std::process::exit(101); // exit
        }
        "caught-then-abort" => {
            println!("{}", catch_unwind(|| fail(3)).is_err());
            std::process::abort(); // abort
        }
        "caught-then-resumed" => {
            println!("{}", catch_unwind(|| fail(3)).is_err());
            panic::resume_unwind(Box::new("resumed")); // resumed later
        }
        "outlived" => {
            let _last = Busy;
            fail(10);
        }
        "any" => panic::panic_any(7_u32),                                // any
        "long" => panic!("{}", "\"lo\n\u{1b}ng\u{e4}\"".repeat(10_000)), // long
        "drop" => {
            let _bomb = Bomb;
            fail(4);
        }
        "foreign" => foreign(),
        "resumed" => panic::resume_unwind(Box::new("resumed")), // resumed
        "chained" => {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                println!("mine");
                before(panic);
            }));
            fail(5);
        }
        "replaced" => {
            panic::set_hook(Box::new(|_| println!("mine")));
            fail(6);
        }
        "taken" => {
            drop(panic::take_hook());
            fail(7);
        }
        "in-hook" => {
            panic::set_hook(Box::new(|_| panic!("in a hook"))); // in hook
            fail(8);
        }
        "handler" => {
            // SAFETY: the handler may run at any time.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handler as *const () as usize;
                action.sa_flags = libc::SA_ONSTACK;
                libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut());
                libc::raise(libc::SIGUSR1);
            }
        }
        "many" => many(),
        "forked" => forked(),
        other => unreachable!("{other}"),
    }
}

/// A thousand that are caught, and then one that is not.
#[instrument_source]
fn many() {
    println!("{}", (0..1_000).filter(|number| catch_unwind(|| fail(*number)).is_err()).count());
    panic!("the last one"); // last
}

#[instrument_source]
fn forked() {
    // SAFETY: there is one thread.
    match unsafe { libc::fork() } {
        0 => _ = fail(9),
        _ => {
            let mut status = 0;
            // SAFETY: it fills the status.
            unsafe { libc::wait(&mut status) };
            println!("{status}");
        }
    }
}
