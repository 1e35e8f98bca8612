//! Async closures and async functions in traits.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::noisy::Noisy;

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

async fn twice<F: AsyncFn(u32) -> u32>(f: F) -> u32 {
    f(1).await + { f(2).await }
}

async fn counted<F: AsyncFnMut(&str)>(mut f: F) {
    f("a").await;
    for word in ["b", "c"].iter() {
        f(word).await
    }
}

trait Store {
    async fn get(&self, key: u32) -> Option<u32>;

    async fn get_or(&self, key: u32, default: u32) -> u32 {
        let found = self.get(key).await;
        match found {
            Some(value) => value,
            None => default,
        }
    }
}

struct Even;

impl Store for Even {
    async fn get(&self, key: u32) -> Option<u32> {
        let _noisy = Noisy::new("get");
        if key % 2 == 0 { Some(key) } else { None }
    }
}

pub fn main() {
    let base = Noisy::new("base");
    println!("{}", block_on(twice(async |n| n + base.len() as u32)));
    let mut words = Vec::new();
    block_on(counted(async |word: &str| { words.push(word.to_string()); }));
    println!("{:?}", words);
    println!("{} {}", block_on(Even.get_or(2, 9)), block_on(Even.get_or(3, 9)));
}
