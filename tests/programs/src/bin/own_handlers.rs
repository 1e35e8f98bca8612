//! Puts handlers of its own in place, as its first argument says: `before` the first statement, or behind it by `sigaction` or
//! `signal`; `ignored`; `passing-on`, to what was there; `restored`, once it has been there for a while; or `none`. Then it
//! reaches as many statements as its second argument says, or for 0 one in another thread, and dies of SIGSEGV, or of SIGKILL if
//! there is a third argument.

#[path = "../handler.rs"]
mod handler;

use std::mem::{transmute, zeroed};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use instr_runtime::instrument_source;

static BEFORE: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [way, turns, killed @ ..] = arguments.as_slice() else { panic!("arguments are expected") };
    if way == "before" {
        handler::put(libc::SIGSEGV, leave, 0);
    }
    reach(0);
    match way.as_str() {
        "sigaction" => handler::put(libc::SIGSEGV, leave, 0),
        // SAFETY: what it puts in place is async-signal-safe.
        "signal" => _ = unsafe { libc::signal(libc::SIGSEGV, leave as *const () as usize) },
        "ignored" => _ = replace(libc::SIG_IGN, 0),
        "passing-on" => {
            BEFORE.store(replace(pass_on as *const () as usize, libc::SA_SIGINFO).sa_sigaction, Relaxed);
        }
        "restored" => {
            let before = replace(leave as *const () as usize, 0);
            go_on(turns);
            // SAFETY: what was there.
            unsafe { libc::sigaction(libc::SIGSEGV, &before, null_mut()) };
        }
        _ => {}
    }
    go_on(turns);
    die(if killed.is_empty() { libc::SIGSEGV } else { libc::SIGKILL });
}

fn go_on(turns: &str) {
    match turns.parse().expect("a number") {
        0 => std::thread::spawn(|| reach(1)).join().expect("no panic"),
        turns => (0..turns).for_each(reach),
    }
}

#[instrument_source]
fn reach(turn: u64) {
    std::hint::black_box(turn);
}

#[instrument_source]
fn die(signal: i32) {
    if signal == libc::SIGSEGV {
        // SAFETY: none; this is to be the end.
        unsafe { std::ptr::without_provenance_mut::<u8>(64).write_volatile(1) }; // dies
    }
    // SAFETY: touches no memory.
    unsafe { libc::kill(libc::getpid(), signal) };
}

extern "C" fn leave(_: i32) {
    // SAFETY: ends the process.
    unsafe { libc::_exit(7) };
}

extern "C" fn pass_on(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: what was in place before is a handler of three arguments, Rust's or the runtime's.
    let before: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) =
        unsafe { transmute(BEFORE.load(Relaxed)) };
    before(signal, info, context);
}

/// Puts it in place, and returns what was there.
fn replace(handler: libc::sighandler_t, flags: i32) -> libc::sigaction {
    // SAFETY: zeroed structures of C, filled in before use; what it puts in place is async-signal-safe.
    unsafe {
        let (mut own, mut before): (libc::sigaction, libc::sigaction) = (zeroed(), zeroed());
        own.sa_sigaction = handler;
        own.sa_flags = flags;
        assert_eq!(libc::sigaction(libc::SIGSEGV, &own, &mut before), 0);
        before
    }
}
