//! Reaches statements in handlers of two timers, whose signals arrive in the midst of records and of each other.
//!
//! `argv` is the kind of handler, and how often it is to run. Prints how often it did what, and fails when `errno` changes
//! under its feet.

#[path = "../handler.rs"]
mod handler;
#[path = "../timer.rs"]
mod timer;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use instr_runtime::{instrument_source, signal_handler};

const LONGEST: Duration = Duration::from_secs(5);

static HANDLED: AtomicU64 = AtomicU64::new(0);

fn main() {
    // What takes longer than its timer leaves no time for anything else.
    let (handler, slowness): (extern "C" fn(i32), i64) = match std::env::args().nth(1).as_deref() {
        Some("recorded") => (recorded, 1),
        Some("opted-out") => (opted_out, 1),
        Some("nested") => (nested, 25),
        other => panic!("unknown handler: {other:?}"),
    };
    let runs = std::env::args().nth(2).expect("a number").parse().expect("a number");
    handler::put(libc::SIGURG, deeper, libc::SA_RESTART | libc::SA_NODEFER);
    start_timer(libc::SIGUSR1, 20_000 * slowness, handler);
    start_timer(libc::SIGUSR2, 170_000 * slowness, handler);
    let turns = main_line(Instant::now(), runs);
    // SAFETY: touches no memory.
    unsafe {
        libc::signal(libc::SIGUSR1, libc::SIG_IGN);
        libc::signal(libc::SIGUSR2, libc::SIG_IGN);
    }
    println!("handled {}\nturns {turns}", HANDLED.load(Relaxed));
}

#[instrument_source]
extern "C" fn recorded(_: i32) {
    HANDLED.fetch_add(1, Relaxed); // recorded
}

#[signal_handler]
extern "C" fn opted_out(_: i32) {
    count();
}

#[signal_handler]
extern "C" fn nested(_: i32) {
    count();
    raise();
    count();
}

/// Deeper than the runtime has buffers for.
const DEPTH: u64 = 8;

static LEVEL: AtomicU64 = AtomicU64::new(0);

/// Its own signal interrupts it.
#[signal_handler]
extern "C" fn deeper(_: i32) {
    let level = LEVEL.fetch_add(1, Relaxed);
    count();
    if level < DEPTH {
        raise();
    }
    count();
    LEVEL.fetch_sub(1, Relaxed);
}

fn raise() {
    // SAFETY: async-signal-safe, and touches no memory.
    unsafe { libc::raise(libc::SIGURG) };
}

#[instrument_source]
fn count() {
    HANDLED.fetch_add(1, Relaxed); // called by a handler
}

#[instrument_source]
fn main_line(start: Instant, runs: u64) -> u64 {
    let mut turns = 0;
    set_errno();
    while goes_on(start, runs) {
        turns += 1; // turn
        assert_errno();
    }
    turns
}

fn goes_on(start: Instant, runs: u64) -> bool {
    assert_errno();
    HANDLED.load(Relaxed) < runs && start.elapsed() < LONGEST
}

/// No system call says it.
const ERRNO: i32 = 4321;

fn set_errno() {
    // SAFETY: libc promises a valid address for the calling thread.
    unsafe { *libc::__errno_location() = ERRNO };
}

fn assert_errno() {
    // SAFETY: as above.
    assert_eq!(unsafe { *libc::__errno_location() }, ERRNO);
}

fn start_timer(signal: i32, every_ns: i64, handler: extern "C" fn(i32)) {
    handler::put(signal, handler, libc::SA_RESTART);
    timer::send(signal, every_ns, every_ns);
}
