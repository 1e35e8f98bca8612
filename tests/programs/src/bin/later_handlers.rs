//! Puts handlers in place behind its first statement, and has them called as its first argument says: `overflow`, at the end of a
//! stack overflow; `dealt-with`, after a fault that an earlier handler has dealt with, where its second argument says
//! what is in place: `handler`, `ignored` or `default`; `chained`, for a signal whose handler of before it calls itself, twice.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use instr_runtime::instrument_source;

static BEFORE: AtomicUsize = AtomicUsize::new(0);

fn say(text: &[u8]) {
    // SAFETY: reads the text.
    unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
}

extern "C" fn deal(_: i32) {
    say(b"dealt with\n");
}

extern "C" fn leave(_: i32) {
    say(b"left\n");
    // SAFETY: ends the process.
    unsafe { libc::_exit(7) };
}

extern "C" fn chain(signal: i32) {
    say(b"chained\n");
    // SAFETY: what was in place before was a handler that takes a signal, or more, which it has here too.
    let before: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) =
        unsafe { std::mem::transmute(BEFORE.load(Relaxed)) };
    let (mut info, mut context) =
        (std::mem::MaybeUninit::zeroed(), std::mem::MaybeUninit::<libc::ucontext_t>::zeroed());
    before(signal, info.as_mut_ptr(), context.as_mut_ptr().cast());
}

fn put(signal: i32, handler: libc::sighandler_t) -> libc::sighandler_t {
    // SAFETY: what it puts in place is async-signal-safe.
    unsafe { libc::signal(signal, handler) }
}

fn raise(signal: i32) {
    // SAFETY: handlers may come at any time.
    unsafe { libc::raise(signal) };
}

#[instrument_source]
fn first() {
    say(b"first\n");
}

#[instrument_source]
fn deep(depth: u64) -> u64 {
    let bytes = std::hint::black_box([depth; 512]);
    if depth == u64::MAX { 0 } else { deep(depth + 1) + bytes[7] }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (way, what) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    match way.as_str() {
        "overflow" => {
            first();
            put(libc::SIGABRT, leave as *const () as usize);
            println!("{}", deep(0));
        }
        "dealt-with" => {
            put(libc::SIGSEGV, deal as *const () as usize);
            first();
            put(
                libc::SIGFPE,
                match what.as_str() {
                    "handler" => leave as *const () as usize,
                    "ignored" => libc::SIG_IGN,
                    _ => libc::SIG_DFL,
                },
            );
            raise(libc::SIGSEGV);
            raise(libc::SIGFPE);
            say(b"went on\n");
        }
        "chained" => {
            put(libc::SIGBUS, deal as *const () as usize);
            first();
            BEFORE.store(put(libc::SIGBUS, chain as *const () as usize), Relaxed);
            raise(libc::SIGBUS);
            raise(libc::SIGBUS);
        }
        other => panic!("unknown way: {other}"),
    }
}
