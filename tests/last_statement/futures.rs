//! The rest of a statement after an await.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use instr_runtime::instrument_source;

use crate::crash_point::{Operand, crash};

pub const CASES: &[(&str, fn())] = &[
    ("argument after an await", || block_on(argument())),
    ("operator after an await", || block_on(operator())),
    ("operator after two awaits", || block_on(two_awaits())),
    ("future polled after a block", || block_on(polled_after_block())),
];

fn block_on(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}

/// Pending once, then what `future` is.
async fn yielding<T>(future: impl Future<Output = T>) -> T {
    let mut first = true;
    std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
    future.await
}

struct Crashing(u32);

impl Future for Crashing {
    type Output = u32;

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        Poll::Ready(crash(self.0))
    }
}

#[instrument_source]
fn two(_: u32, _: u32) -> u32 {
    let two = 2;
    two
}

#[instrument_source]
async fn one() -> u32 {
    let one = 1;
    one
}

#[instrument_source]
async fn argument() {
    two(one().await, crash(line!()));
}

#[instrument_source]
async fn operator() {
    let _ = one().await + Operand(line!());
}

#[instrument_source]
async fn two_awaits() {
    let _ = two(yielding(one()).await, one().await) + Operand(line!());
}

#[instrument_source]
async fn polled_after_block() {
    let line = line!() + 1;
    let _ = {
        let inner = line;
        Crashing(inner)
    }
    .await;
}
