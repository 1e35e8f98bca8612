//! Signal handlers of all kinds, and every way to allow what they do, under lints that allow nothing else.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_results, unreachable_pub, unused_qualifications, clippy::all)]
#![deny(clippy::pedantic, clippy::nursery)]
#![allow(clippy::unused_self, clippy::redundant_closure_call, clippy::redundant_pub_crate)]

use instr_runtime::{instrument_source, signal_handler};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static COUNT: AtomicUsize = AtomicUsize::new(0);

#[instrument_source]
fn count(by: usize) {
    let _ = COUNT.fetch_add(by, Relaxed);
}

/// What there is in `libc`.
#[allow(clippy::struct_field_names)]
struct Action {
    sa_sigaction: fn(i32),
}

#[signal_handler(deny)]
extern "C" fn plain(_: i32) {
    use std::process::id;
    count(id().min(1) as usize);
}

#[signal_handler]
extern "C-unwind" fn with_allowed_lines(signal: i32) {
    #[allow(deprecated)]
    let text = signal.to_string();
    #[allow(deprecated)]
    {
        assert_eq!(text, "1");
    }
    count(1);
}

#[signal_handler]
#[allow(deprecated)]
extern "C" fn allowed(signal: i32, _: Option<&u8>, _: *mut u8) {
    drop(Box::new(signal));
    count(1);
}

#[signal_handler]
#[expect(deprecated)]
fn expected() -> String {
    count(1);
    String::from("allocated")
}

#[signal_handler]
const extern "C" fn constant<const N: usize>(_: i32) {}

macro_rules! handler {
    ($name:ident, $first:expr, $type:ty) => {
        #[signal_handler]
        extern "C" fn $name(_: $type) {
            count($first * 2);
        }
    };
}

handler!(made, 1 + 1, i32);

struct Handlers;

#[instrument_source]
impl Handlers {
    #[signal_handler(deny)]
    fn helper(&self, by: usize) -> usize {
        (|| count(by))();
        by
    }
}

#[allow(deprecated)]
#[instrument_source]
mod allowed_module {
    fn instrumented(_: i32) {
        crate::count(1);
    }

    pub(crate) fn action() -> crate::Action {
        crate::Action { sa_sigaction: instrumented }
    }
}

#[instrument_source]
fn handed_over() -> Action {
    fn instrumented(_: i32) {
        count(1);
    }
    #[allow(deprecated)]
    let action = Action { sa_sigaction: instrumented };
    action
}

fn main() {
    plain(1);
    with_allowed_lines(1);
    allowed(1, None, std::ptr::null_mut());
    drop(expected());
    constant::<1>(1);
    made(1);
    let _ = Handlers.helper(1);
    (handed_over().sa_sigaction)(1);
    (allowed_module::action().sa_sigaction)(1);
    println!("{}", COUNT.load(Relaxed));
}
