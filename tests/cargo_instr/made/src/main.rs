//! Dies in functions that macros make: `made out|err|exported|refused`.

use std::sync::Mutex;

use made::{Log, Sink};

struct Out(Mutex<Vec<u8>>);
struct Err(Mutex<Vec<u8>>);

macro_rules! logs {
    ($($type:ident, $longest:expr;)*) => {
        $(
            impl Log for $type {
                fn log(&self, text: &str) {
                    let mut to = self.0.lock().unwrap();
                    to.extend_from_slice(text.as_bytes());
                    if text.len() > $longest {
                        let again = self.0.try_lock().unwrap_or_else(|_| std::process::abort());
                        to.push(again[0]);
                    }
                }
            }
        )*
    };
}

logs! { Out, 5; }
logs! { Err, 3; }

macro_rules! counts {
    ($name:ident) => {
        pub fn $name(mut n: u8) {
            while n > 0 {
                n -= 1;
            }
            std::process::abort();
        }

        pub fn count_by_two(n: u8) {
            $name(n * 2);
        }
    };
}

/// A probe at the end of the loop may not allow it there.
#[forbid(unreachable_code)]
mod strict {
    counts!(count);
}

fn report(to: &dyn Log, text: &str) {
    to.log(text);
}

fn main() {
    let (out, err) = (Out(Mutex::default()), Err(Mutex::default()));
    match std::env::args().nth(1).as_deref() {
        Some("out") => report(&out, "abcdef"),
        Some("err") => report(&err, "abcd"),
        Some("exported") => report(&Sink(Mutex::default()), "ab"),
        _ => strict::count_by_two(3),
    }
}
