//! Does what its argument says.

use std::process::abort;
use std::thread::{self, Builder};

use looping::{forever, of_child, TURNS};

extern "C" {
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn setitimer(which: i32, new: *const [i64; 4], old: *mut [i64; 4]) -> i32;
}

fn main() {
    assert_eq!((env!("BUILT"), mac::four!(), shared::double(8)), ("42", 4, 16));
    match std::env::args().nth(1).as_deref() {
        Some("loop") => in_a_loop(),
        Some("segv") => unsafe { std::hint::black_box(0x50 as *mut u8).write_volatile(1) },
        Some("abort") => abort(),
        Some("panic") => panic!("as it was told"),
        Some("exit") => unsafe { _exit(shared::double(2) as i32) },
        Some("overflow") => println!("{}", deeper(1)),
        Some("fork") => in_a_child(),
        Some("threads") => in_threads(),
        Some("signals") => under_signals(),
        _ => {}
    }
}

/// Says when the other thread can be nowhere else any more.
fn in_a_loop() {
    Builder::new().name("looping".into()).spawn(|| forever()).unwrap();
    while unsafe { (&raw const TURNS).read_volatile() } == 0 {
        thread::yield_now();
    }
    println!("ready");
    loop {
        thread::park();
    }
}

fn in_a_child() {
    let child = unsafe { fork() };
    if child == 0 {
        let status = of_child(6);
        unsafe { _exit(status as i32) };
    }
    let mut status = 0;
    assert_eq!(unsafe { waitpid(child, &mut status, 0) }, child);
    println!("{}", status >> 8);
    abort();
}

fn in_threads() {
    for _ in 0..300 {
        let threads: Vec<_> = (0..4).map(|number| thread::spawn(move || shared::double(number))).collect();
        threads.into_iter().for_each(|thread| assert!(thread.join().unwrap() < 8));
    }
}

/// How often the handler has run.
static mut HANDLED: u32 = 0;

extern "C" fn handle(signal: i32) {
    let handled = unsafe { HANDLED };
    unsafe { HANDLED = handled + u32::from(of_child(signal as u64) == signal as u64 + 1) };
}

/// Each thread reaches its first edge under a timer, and so does the handler.
fn under_signals() {
    const ALARM: i32 = 14;
    unsafe { signal(ALARM, handle) };
    // Every 50 microseconds: seconds and microseconds of the next one, and of the first one.
    unsafe { setitimer(0, &[0, 50, 0, 50], std::ptr::null_mut()) };
    while unsafe { (&raw const HANDLED).read_volatile() } < 2000 {
        let threads: Vec<_> = (0..2).map(|number| thread::spawn(move || shared::double(number))).collect();
        threads.into_iter().for_each(|thread| assert!(thread.join().unwrap() < 4));
    }
    unsafe { setitimer(0, &[0; 4], std::ptr::null_mut()) };
}

#[allow(unconditional_recursion)]
fn deeper(number: u64) -> u64 {
    std::hint::black_box(deeper(std::hint::black_box(number + 1))) + 1
}

#[cfg(test)]
mod tests {
    #[test]
    fn passes() {
        assert_eq!(shared::double(1), 2);
    }

    #[test]
    fn dies() {
        std::process::abort();
    }
}
