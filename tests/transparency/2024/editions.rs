//! What edition 2024 has changed: captures, scopes of `if let` and tails, never, and reserved words.

use std::cell::RefCell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::noisy::Noisy;

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn captures_all<T: Debug>(text: &str, value: T) -> impl Debug {
    let len = text.len();
    (text, { len }, value)
}

fn captures_some<'a, 'b, T, const N: usize>(a: &'a str, _: &'b str, array: [T; N]) -> impl Iterator<Item = (&'a str, T)> + use<'a, T, N> {
    let a = { a };
    array.into_iter().map(move |item| (a, { item }))
}

fn captures_none(_: &str) -> impl Fn(u32) -> u32 + use<> {
    |n| { n + 1 }
}

trait Shapes {
    fn shapes(&self) -> impl Iterator<Item = usize>;

    async fn first_shape(&self) -> usize {
        let found = self.shapes().next();
        found.unwrap_or({ 0 })
    }
}

impl Shapes for [Noisy] {
    fn shapes(&self) -> impl Iterator<Item = usize> {
        self.iter().map(|noisy| { noisy.len() })
    }
}

fn if_let_scopes(flag: bool) -> usize {
    if let Some(n) = Noisy::new("if let").items().nth(if flag { 0 } else { 9 }) {
        println!("then {n}");
    } else {
        println!("else");
    }
    let value = if let 3 = Noisy::new("one").len() { Noisy::new("then").len() } else if let 5 = Noisy::new("three").len() { 5 } else { 0 };
    match Noisy::new("match").len() { _ if let_else(flag) > 3 => value, n => { n } }
}

fn let_else(flag: bool) -> usize {
    let Some(n) = Noisy::new("let else").items().nth(if flag { 0 } else { 9 }) else {
        println!("else");
        return Noisy::new("returned").len();
    };
    n as usize + { Noisy::new("tail").len() }
}

fn tails(cell: &RefCell<Vec<Noisy>>) -> usize {
    let local = RefCell::new(vec![Noisy::new("local")]);
    let n = { let inner = RefCell::new(1); *inner.borrow() + { *inner.borrow() } };
    if cell.borrow().len() > 5 { return cell.borrow().len() }
    let closure = || { let inner = RefCell::new(2); *inner.borrow() };
    local.borrow().len() + n + closure() + match cell.borrow().first() { Some(noisy) => noisy.len(), None => local.borrow().len() }
}

fn never(flag: bool) -> Result<u32, String> {
    let chosen = if flag { 1 } else { return Err("no".to_owned()) };
    let unit = match flag { true => (), false => unreachable!() };
    let _: () = { unit };
    let closure = || -> ! { panic!("never") };
    Ok(if chosen > 5 { closure() } else { chosen })
}

fn chained(a: Option<u32>, b: Result<u32, String>) -> u32 {
    let base = if let Some(a) = a && let Ok(b) = { b.clone() } && a < b && { Noisy::new("block").yes() } { a + b } else { 0 };
    if (if let Some(n) = a { n > 1 } else { false }) && let Ok(n) = b && let m @ 2.. = { n * 2 } { base + m } else { base }
}

macro_rules! expressions {
    ($name:ident, $e:expr, $old:expr_2021) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        fn $name(n: u32) -> u32 {
            let product = $e * 2 + const { $old + 1 };
            product + $e.min($old) + n
        }
    };
}

expressions!(in_a_macro, const { 1 + 2 }, 3 + 4);

struct Boxed;

impl Boxed {
    fn r#gen(&self, items: Box<[Noisy]>) -> usize {
        let mut sum = 0;
        for item in items {
            let r#gen = item.len();
            sum += { r#gen };
        }
        sum
    }
}

unsafe extern "C" {
    safe fn atoi(text: *const std::ffi::c_char) -> i32;
    unsafe fn strlen(text: *const std::ffi::c_char) -> usize;
}

static mut COUNT: u32 = 0;

/// # Safety
/// One thread.
unsafe fn counted(by: u32) -> u32 {
    unsafe { COUNT += { by } };
    let count = &raw mut COUNT;
    unsafe { *count += if by > 1 { 10 } else { 1 }; *count }
}

fn async_closures() -> usize {
    async fn apply<F: AsyncFn(&str) -> usize>(f: F) -> usize {
        f("a").await + { f("bc").await }
    }
    let own = Noisy::new("own");
    let borrowing = async |text: &str| -> usize {
        let local = Noisy::new("in closure");
        text.len() + { own.len() } + local.len()
    };
    let mut count = 0;
    let mut counting = async || { count += 1; count };
    block_on(apply(&borrowing)) + block_on(async { counting().await + { counting().await } }) + block_on(apply(async |x| x.len()))
}

pub fn main() {
    println!("{:?} {:?}", captures_all("text", { 1 }), captures_some("a", &String::new(), [1, 2]).collect::<Vec<_>>());
    println!("{}", { captures_none(&String::from("gone")) }(1));
    let shapes = [Noisy::new("one"), Noisy::new("three")];
    println!("{} {}", shapes.shapes().sum::<usize>(), block_on(shapes.first_shape()));
    println!("{} {}", if_let_scopes(true), if_let_scopes(false));
    println!("{}", tails(&RefCell::new(vec![Noisy::new("in a cell")])));
    println!("{:?} {:?}", never(true), never(false));
    println!("{} {} {}", chained(Some(2), Ok(3)), chained(None, Ok(1)), chained(Some(1), Err(String::new())));
    println!("{} {}", in_a_macro(1), Boxed.r#gen(vec![Noisy::new("boxed")].into()));
    println!("{} {} {}", atoi(c"42".as_ptr()), unsafe { strlen({ c"four" }.as_ptr()) }, unsafe { counted(1) + counted(2) });
    println!("{}", async_closures());
}
