//! Futures: what they return, when they drop, whether they are `Send`, and how often they are polled.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::noisy::Noisy;

struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        if self.0 {
            Poll::Ready(1)
        } else {
            self.0 = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            println!("{} polls", polls);
            return value;
        }
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

async fn once(name: &'static str) -> u32 {
    let noisy = Noisy::new(name);
    let n = YieldOnce(false).await;
    println!("{}", noisy.0);
    n
}

async fn operands(flag: bool) -> Result<u32, String> {
    let sum = once("left").await + { once("block").await } * if flag { once("then").await } else { 2 };
    let checked = check(sum).await?;
    match once("scrutinee").await {
        1 if flag => Ok(checked + once("arm").await),
        _ => Err(format!("{}", once("argument").await)),
    }
}

async fn check(n: u32) -> Result<u32, String> {
    if n > 1 { Ok(n) } else { Err("small".to_string()) }
}

async fn loops() -> u32 {
    let mut sum = 0;
    for i in 0..3 {
        if i == 1 { continue; }
        sum += once("for").await;
    }
    while sum < 4 && once("while").await == 1 {
        sum += 1;
    }
    sum
}

async fn borrowed(text: &str, n: &mut u32) -> usize {
    *n += once("borrowed").await;
    text.len()
}

async fn rc_not_across_an_await() -> u32 {
    let n = {
        let rc = Rc::new(Cell::new(1));
        rc.get()
    };
    n + once("rc").await
}

trait Service {
    fn call<'a>(&'a self, n: u32) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>>;
}

struct Adder(u32);

impl Service for Adder {
    fn call<'a>(&'a self, n: u32) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>> {
        Box::pin(async move { self.0 + n + once("service").await })
    }
}

struct Methods(u32);

impl Methods {
    async fn method(&mut self, by: u32) -> &mut Self {
        self.0 += by + once("method").await;
        self
    }
}

async fn recursive(n: u32) -> u32 {
    if n == 0 { 0 } else { Box::pin(recursive(n - 1)).await + 1 }
}

async fn never(flag: bool) -> u32 {
    let pending = async { std::future::pending::<std::convert::Infallible>().await };
    let value = match flag {
        true => 5,
        false => match pending.await {},
    };
    value
}

fn dropped_halfway() {
    let mut future = Box::pin(operands(true));
    let mut context = Context::from_waker(Waker::noop());
    println!("{}", future.as_mut().poll(&mut context).is_pending());
    drop(future);
    println!("dropped");
}

pub fn main() {
    println!("{:?} {:?}", block_on(assert_send(operands(true))), block_on(assert_send(operands(false))));
    println!("{}", block_on(assert_send(loops())));
    let mut n = 1;
    println!("{}", block_on(assert_send(borrowed("text", &mut n))));
    println!("{} {}", n, block_on(assert_send(rc_not_across_an_await())));
    println!("{}", block_on(Adder(1).call(2)));
    println!("{}", block_on(async { Methods(1).method(2).await.method(3).await.0 }));
    println!("{} {}", block_on(recursive(3)), block_on(never(true)));
    let closure = |n: u32| async move { n + once("closure").await };
    println!("{}", block_on(closure(5)));
    dropped_halfway();
}
