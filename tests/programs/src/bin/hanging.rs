//! Hangs in the way that its argument names, until it is killed.

use std::fmt::{self, Write as _};
use std::hint;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering::Acquire};
use std::sync::{Barrier, Mutex};
use std::thread::{self, Scope};

use instr_runtime::instrument_source;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("cycle") => hangs::cycle(),
        Some("again") => hangs::again(),
        Some("polite") => hangs::polite(),
        Some("spin") => hangs::spin(),
        Some("tokens") => hangs::tokens(" - "),
        Some("called") => hangs::called(),
        Some("read") => hangs::read(),
        Some("recursion") => assert_eq!(hangs::recursion(0), 0),
        other => panic!("{other:?} is no way to hang"),
    }
}

static LEFT: Mutex<u32> = Mutex::new(0);
static RIGHT: Mutex<u32> = Mutex::new(0);
static LOG: Mutex<String> = Mutex::new(String::new());
static NEVER: AtomicBool = AtomicBool::new(false);

fn named<'scope>(scope: &'scope Scope<'scope, '_>, name: &str, work: impl FnOnce() + Send + 'scope) {
    thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, work).expect("threads can be had");
}

#[instrument_source]
mod hangs {
    use super::*;

    /// Two threads take two locks, each in another order.
    pub(super) fn cycle() {
        let both = &Barrier::new(2);
        thread::scope(|scope| {
            named(scope, "payer", move || move_right(both));
            named(scope, "payee", move || move_left(both));
        });
    }

    fn move_right(both: &Barrier) {
        let mut left = LEFT.lock().unwrap(); // left is held
        both.wait();
        pay(&mut left);
    }

    fn pay(left: &mut u32) {
        let mut right = RIGHT.lock().unwrap(); // right is wanted
        *right += *left;
    }

    fn move_left(both: &Barrier) {
        let right = RIGHT.lock().unwrap(); // right is held
        both.wait();
        *LEFT.lock().unwrap() += *right; // left is wanted
    }

    /// One thread takes a lock that it holds, while others wait for it.
    pub(super) fn again() {
        let ready = &Barrier::new(2);
        thread::scope(|scope| {
            named(scope, "nested", move || log(&Session(ready)));
            named(scope, "other", move || {
                ready.wait();
                log(&"other");
            });
        });
    }

    struct Session<'a>(&'a Barrier);

    impl fmt::Display for Session<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.wait();
            log(&"formatting");
            write!(f, "session")
        }
    }

    fn log(what: &dyn fmt::Display) {
        let mut log = LOG.lock().unwrap(); // the log is held and wanted
        writeln!(log, "{what}").unwrap();
    }

    /// Two threads let each other go first.
    pub(super) fn polite() {
        thread::scope(|scope| {
            named(scope, "left", || give_way(&LEFT, &RIGHT));
            named(scope, "right", || give_way(&RIGHT, &LEFT));
        });
    }

    #[rustfmt::skip]
    fn give_way(first: &Mutex<u32>, second: &Mutex<u32>) {
        let mut turns = 0_u64;
        while !NEVER.load(Acquire) { // gives way
            let one = first.lock().unwrap();
            if second.try_lock().is_err() {
                drop(one);
                thread::yield_now();
            }
            turns += 1;
        }
        hint::black_box(turns);
    }

    /// Turns until something happens that never does.
    #[rustfmt::skip]
    pub(super) fn spin() {
        while !NEVER.load(Acquire) { // spins
            hint::spin_loop();
        }
    }

    /// Takes no input from a text that it does not understand.
    #[rustfmt::skip]
    pub(super) fn tokens(text: &str) {
        let mut at = 0;
        while at < text.len() { // makes no progress
            at += blanks(text, at);
            at += letters(text, at);
        }
    }

    fn blanks(text: &str, at: usize) -> usize {
        text.as_bytes()[at..].iter().take_while(|byte| is_blank(**byte)).count()
    }

    fn is_blank(byte: u8) -> bool {
        byte == b' '
    }

    fn letters(text: &str, at: usize) -> usize {
        text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
    }

    /// The loop is in the standard library.
    pub(super) fn called() {
        (0_u64..u64::MAX).for_each(|number| assert_eq!(hint::black_box(number), number)); // calls for ever
    }

    /// Reads what nobody writes.
    pub(super) fn read() {
        let (mut one, _other) = UnixStream::pair().expect("sockets");
        one.read_exact(&mut [0]).expect("a byte"); // reads
    }

    /// Waits many calls deep.
    pub(super) fn recursion(depth: u32) -> u32 {
        while depth == 500 && !NEVER.load(Acquire) {
            thread::park(); // waits deep
        }
        if depth > 500 { 0 } else { recursion(depth + 1) + 1 }
    }
}
