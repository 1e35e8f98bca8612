//! A program under the sets of lints that few keep.

#![forbid(unsafe_code)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, warnings, nonstandard_style, future_incompatible, unused)]
#![deny(rust_2018_idioms, rust_2021_compatibility, let_underscore, keyword_idents, missing_docs, unused_results)]
#![deny(missing_copy_implementations, missing_debug_implementations, single_use_lifetimes, trivial_casts)]
#![deny(trivial_numeric_casts, unit_bindings, unreachable_pub, unused_lifetimes, unused_qualifications)]
#![deny(variant_size_differences, redundant_lifetimes, tail_expr_drop_order, meta_variable_misuse, unnameable_types)]
#![deny(clippy::semicolon_outside_block, clippy::shadow_same, clippy::unwrap_used)]
#![deny(clippy::let_underscore_untyped, clippy::str_to_string, clippy::undocumented_unsafe_blocks)]
#![deny(clippy::mod_module_files, clippy::multiple_inherent_impl, clippy::rest_pat_in_fully_bound_structs)]
#![deny(clippy::unneeded_field_pattern, clippy::try_err, clippy::unseparated_literal_suffix)]

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Number(i64),
    Word,
    Sign,
}

/// What is wrong with a text.
#[derive(Debug)]
struct Wrong {
    at: usize,
}

impl Display for Wrong {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "wrong at {}", self.at)
    }
}

impl std::error::Error for Wrong {}

fn kind(word: &str, at: usize) -> Result<Kind, Wrong> {
    let Some(first) = word.chars().next() else { return Err(Wrong { at }) };
    if first.is_ascii_digit() {
        return word.parse().map(Kind::Number).map_err(|_| Wrong { at });
    }
    Ok(if first.is_alphabetic() { Kind::Word } else { Kind::Sign })
}

fn kinds(text: &str) -> Result<BTreeMap<Kind, usize>, Wrong> {
    let mut kinds = BTreeMap::new();
    for (at, word) in text.split(' ').enumerate() {
        if word == "#" {
            break;
        }
        *kinds.entry(kind(word, at)?).or_insert(0) += 1;
    }
    Ok(kinds)
}

fn sum(kinds: &BTreeMap<Kind, usize>) -> i64 {
    let mut sum = 0;
    for (kind, count) in kinds {
        let Ok(count) = i64::try_from(*count) else { continue };
        sum += match *kind {
            Kind::Number(number) => number * count,
            Kind::Word if count > 1 => count,
            Kind::Word | Kind::Sign => 0,
        };
    }
    let mut rest = sum;
    while rest > 9 {
        rest /= 10;
    }
    sum + rest
}

/// Counts down, and says what is left.
struct Countdown(u8);

impl Iterator for Countdown {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }
}

impl Drop for Countdown {
    fn drop(&mut self) {
        println!("{} left", self.0);
    }
}

async fn halved(number: u32) -> Result<u32, String> {
    let number = ready(number).await;
    if number.is_multiple_of(2) { Ok(number / 2) } else { Err(format!("{number} is odd")) }
}

async fn quartered(number: u32) -> Result<u32, String> {
    let half = halved(number).await?;
    halved(half).await
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            break value;
        }
    }
}

fn first_above(limit: u8) -> Option<u8> {
    let mut found = None;
    'numbers: for number in Countdown(9) {
        for divisor in 2..number {
            if number % divisor == 0 && number > limit {
                found = Some(number);
                break 'numbers;
            }
        }
    }
    found
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kinds = kinds("1 one + 20 twenty # 3")?;
    println!("{kinds:?} {}", sum(&kinds));
    println!("{:?} {:?}", block_on(quartered(12)), block_on(quartered(6)));
    println!("{:?} {:?}", first_above(5), first_above(8));
    let shout = |text: &str| text.to_uppercase();
    let words: Vec<String> = ["a", "b"].iter().map(|word| shout(word)).collect();
    println!("{}", words.concat());
    Ok(())
}
