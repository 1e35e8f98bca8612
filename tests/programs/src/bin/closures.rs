//! Closures and async blocks. With `crash`, one of them reads from a null pointer long after `watch`, which made it, has
//! returned.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use instr_runtime::instrument_source;

#[instrument_source]
mod recorded {
    pub(super) type Hook = Box<dyn Fn(usize) -> u8>;

    pub(super) fn watch(at: *const u8) -> Hook {
        Box::new(move |row| {
            let place = at.wrapping_add(row);
            // SAFETY: none, which is what this is for.
            unsafe { place.read_volatile() }
        })
    }

    pub(super) fn fill(hook: &Hook) -> u32 {
        (0..3).map(|row| u32::from(hook(row))).sum()
    }

    pub(super) fn nested() -> u32 {
        let outer = |a: u32| {
            fn inner(b: u32) -> u32 {
                b + 1
            }
            let deeper = |c: u32| inner(c) + 1;
            deeper(a) + 1
        };
        outer(1)
    }

    pub(super) struct Job;

    impl Job {
        pub(super) async fn run(&self) -> u32 {
            let block = async { nested() };
            let closure = async |a: u32| a + 1;
            closure(block.await).await
        }
    }
}

/// Polls a future that waits for nothing.
fn finish<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!(),
    }
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("crash") {
        let hook = recorded::watch(std::ptr::null());
        println!("{}", recorded::fill(&hook));
    } else {
        println!("{}", finish(recorded::Job.run()));
    }
}
