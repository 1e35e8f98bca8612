//! A program that allows itself nothing.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_results, unreachable_pub, unused_qualifications, clippy::all)]
#![deny(clippy::absolute_paths, clippy::semicolon_if_nothing_returned, clippy::items_after_statements)]
#![deny(clippy::inline_always, clippy::needless_pass_by_value, clippy::redundant_else, clippy::let_unit_value, clippy::unit_arg)]

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A thing with a count.
#[derive(Debug)]
pub(crate) struct Counted {
    counts: HashMap<String, u32>,
}

impl Counted {
    /// Counts words.
    pub(crate) fn new(text: &str) -> Self {
        let mut counts = HashMap::new();
        for word in text.split(' ') {
            if word.is_empty() {
                continue;
            }
            *counts.entry(word.to_owned()).or_insert(0) += if word.len() > 3 { 2 } else { 1 };
        }
        Counted { counts }
    }

    fn most(&self) -> Option<(&str, u32)> {
        let most = self.counts.iter().max_by_key(|(word, count)| (**count, word.len()))?;
        Some((most.0, *most.1))
    }

    fn sum(&self) -> u32 {
        let mut rest: Vec<_> = self.counts.values().copied().collect();
        let mut sum = 0;
        while let Some(count) = rest.pop() {
            sum += match count {
                0 => break,
                1 => 1,
                more => more * 2,
            };
        }
        sum
    }
}

impl Display for Counted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.most() {
            Some((word, count)) if count > 1 => write!(f, "{word}: {count}"),
            _ => f.write_str("nothing"),
        }
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Counted { counts: self.counts.clone() }
    }
}

async fn doubled(n: u32) -> Result<u32, String> {
    if n > 100 { Err(n.to_string()) } else { Ok(n * 2) }
}

async fn quadrupled(n: u32) -> Result<u32, String> {
    let first = doubled(n).await? + doubled(0).await?;
    doubled(first).await
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn never(flag: bool) -> u32 {
    let closure = |n: u32| -> u32 {
        assert!(n > 0, "none");
        n
    };
    if flag {
        return closure(1);
    }
    'search: loop {
        for n in 0..10 {
            if n == 3 {
                break 'search n;
            }
        }
    }
}

fn nested() -> u32 {
    const STEP: u32 = 2;
    fn step(n: u32) -> u32 {
        n + STEP
    }
    thread_local!(static SEEN: u32 = const { 1 });
    SEEN.with(|_| ());
    [1, 2].iter().for_each(|_| println!("step"));
    step(SEEN.with(|seen| *seen))
}

// Lints that look at how a function begins. They are raised where they would be, or the expectation would be a lint.

#[expect(clippy::inline_always)]
#[inline(always)]
fn begins_with_a_statement(n: u32) -> u32 {
    let more = n + 1;
    more * 2
}

impl Counted {
    #[expect(clippy::inline_always)]
    #[inline(always)]
    const fn more(n: u32) -> u32 {
        n + 1
    }

    fn twice(n: u32) -> u32 {
        n * 2
    }
}

#[inline(always)]
fn begins_with_an_item() -> u32 {
    const N: u32 = 1;
    N
}

#[inline(always)]
fn begins_with_its_end() {
    panic!("never called");
}

#[expect(clippy::items_after_statements)]
fn ends_with_an_item() -> u32 {
    let n = 1;
    const STEP: u32 = 2;
    n + STEP
}

fn main() {
    let _end: fn() = begins_with_its_end;
    println!("{}", begins_with_a_statement(Counted::more(Counted::twice(begins_with_an_item()))) + ends_with_an_item());
    let counted = Counted::new("to be or not to be that is that");
    println!("{counted} {} {:?}", counted.clone().sum(), block_on(quadrupled(3)));
    println!("{:?} {} {}", block_on(quadrupled(99)), never(true), never(false) + nested());
}
