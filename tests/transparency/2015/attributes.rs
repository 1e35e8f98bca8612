//! Attributes on everything that can carry one, and functions of every kind.

#![allow(unexpected_cfgs)]

use std::fmt::Debug;
use std::panic::Location;

use crate::noisy::Noisy;

/// Documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(C)]
struct Fields {
    /// A field.
    #[cfg(debug_assertions)]
    a: u8,
    #[cfg(not(debug_assertions))]
    a: missing::Type,
    #[cfg_attr(debug_assertions, doc = "b")]
    b: u32,
}

#[inline(always)]
#[must_use = "reason"]
#[cold]
#[track_caller]
#[doc(hidden)]
#[allow(unused_variables, clippy::all)]
fn attributed(#[cfg(debug_assertions)] a: u32, #[cfg(not(debug_assertions))] b: missing::Type, #[allow(unused)] c: u32) -> u32 {
    #![allow(unused_mut)]
    #[allow(unused_assignments)]
    let mut unused = 1;
    #[cfg(debug_assertions)]
    let a = a + 1;
    #[rustfmt::skip]
    let place   =   Location::caller().line();
    #[deny(unused_variables)]
    { let b = place; #[allow(unused_variables)] let c = b; }
    #[allow(unused_must_use)]
    { attributed_twice(1); }
    /// Not documented.
    #[allow(unused_doc_comments)]
    let d = a;
    #[inline(never)]
    fn inner(#[allow(unused)] n: u32) -> u32 { #![allow(unused)] let x = 1; n }
    #[allow(dead_code)]
    const CONSTANT: u32 = 1;
    #[allow(unused_parens)]
    #[cfg(debug_assertions)]
    return (d + { inner(place) } - place);
    #[cfg(not(debug_assertions))]
    missing()
}

#[must_use]
fn attributed_twice(n: u32) -> u32 { n }

fn expressions(n: u32) -> u32 {
    let array = [#[cfg(debug_assertions)] { n }, #[cfg(not(debug_assertions))] missing, #[allow(unused)] 2];
    let tuple = (#[cfg(debug_assertions)] { n + 1 }, #[cfg(not(debug_assertions))] 2, 3);
    let fields = Fields { #[cfg(debug_assertions)] a: { 1 }, #[cfg(not(debug_assertions))] a: missing, #[allow(unused)] b: { n } };
    let closure = |#[allow(unused)] x: u32| { x + { 1 } };
    let called = attributed_twice(#[cfg(debug_assertions)] { 5 }, #[cfg(not(debug_assertions))] missing)
        + attributed_twice(#[allow(unused)] if n > 1 { 1 } else { 2 });
    #[allow(unused_parens)]
    match (fields.b) {
        #[cfg(not(debug_assertions))]
        0 => missing,
        #[cfg(debug_assertions)]
        0 if { called > 1 } => 100,
        #[allow(unused_variables)]
        #[cfg_attr(debug_assertions, allow(unused_mut))]
        mut n if { closure(1) } == 0 => { unreachable!() }
        _ => { (array[0] + tuple.0 + called) },
    }
}

fn statements(flag: bool) -> Vec<u32> {
    let mut seen = Vec::new();
    #[cfg(debug_assertions)]
    seen.push(1);
    #[cfg(not(debug_assertions))]
    seen.push(missing);
    #[cfg(debug_assertions)]
    if flag { seen.push(2) } else { seen.push(3) }
    #[cfg(not(debug_assertions))]
    if missing { missing } else if missing { missing }
    #[cfg(debug_assertions)]
    match flag { true => seen.push(4), false => {} }
    #[cfg(debug_assertions)]
    for i in 5..7 { #[cfg(debug_assertions)] seen.push({ i }); #[cfg(not(debug_assertions))] continue; }
    #[cfg(not(debug_assertions))]
    for i in missing { break }
    #[cfg(debug_assertions)]
    'label: while seen.len() < 9 { seen.push(7); #[cfg(debug_assertions)] continue 'label; }
    #[cfg(not(debug_assertions))]
    while missing {}
    #[cfg(debug_assertions)]
    loop { #[cfg(debug_assertions)] break; }
    #[cfg(debug_assertions)]
    unsafe { seen.set_len({ seen.len() - 1 }) }
    #[cfg(debug_assertions)]
    println!("{}", seen.len());
    #[cfg(not(debug_assertions))]
    println!("{}", missing);
    #[cfg(not(debug_assertions))]
    return missing;
    #[cfg(debug_assertions)]
    { let _block = Noisy::new("block"); }
    #[cfg(any(debug_assertions, feature = "missing"))]
    #[cfg_attr(not(debug_assertions), cfg(missing))]
    seen.extend({ vec![8] });
    #[cfg_attr(all(), cfg(any()))]
    panic!("left out");
    #[cfg(debug_assertions)]
    return { seen };
    #[cfg(not(debug_assertions))]
    seen
}

trait Kinds {
    #[track_caller]
    fn tracked(&self) -> u32 { #[cfg(debug_assertions)] let line = { Location::caller().line() }; line }
    #[inline]
    fn by_box(self: Box<Self>) -> &'static str { "by box" }
    fn by_value(self) -> Self where Self: Sized { { self } }
    fn without_self(n: u32) -> u32 where Self: Sized { n + { 1 } }
    fn generic<'a, T: Debug + ?Sized>(&self, value: &'a T) -> String { format!("{:?}", { value }) }
    fn required(&mut self, _: u32, pair: (u32, u32)) -> u32;
}

impl Kinds for u32 {
    fn required(&mut self, _: u32, (a, mut b): (u32, u32)) -> u32 {
        b += { a };
        *self += { b };
        *self
    }
    #[track_caller]
    fn tracked(&self) -> u32 { Location::caller().line() + { 0 } }
}

impl Kinds for str {
    #[allow(unused_variables)]
    fn required(&mut self, _: u32, pair @ (a, _): (u32, u32)) -> u32 { pair.1 }
}

impl Fields {
    #[deprecated(note = "old")]
    #[allow(deprecated)]
    pub(crate) fn old(&self, n: u32) -> u32 { if n > 0 { self.old(n - 1) + 1 } else { { self.b } } }
    #[doc = "constant"]
    const fn constant(self) -> u32 { let n = self.b; n + 1 }
    pub(self) extern "C" fn foreign(n: u32) -> u32 { let m = n; m * 2 }
    unsafe extern "C" fn unsafe_foreign(n: *const u32) -> u32 { unsafe { *n } }
    fn many<A, B: Default, const N: usize>(_: A, b: B, [first, ..]: [u32; 3]) -> ([B; 1], u32, usize) where A: Debug { ([b], { first }, { N }) }
}

#[cfg(debug_assertions)]
mod configured {
    #![allow(dead_code)]
    pub fn value() -> u32 { let n = 1; n }
    #[cfg(not(debug_assertions))]
    pub fn value() -> missing::Type { missing }
    #[allow(unused_imports)]
    pub use self::nested::*;
    pub mod nested {
        //! Documented inside.
        /// Documented outside.
        pub fn nested() -> u32 { /*! Documented in a block. */ let n = 2; /* comment */ n } // comment
    }
}

#[cfg(not(debug_assertions))]
mod configured {
    pub fn value() -> u32 { missing }
}

#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
extern "C" fn naked() -> u32 {
    std::arch::naked_asm!("mov eax, 7", "ret")
}

#[cfg(not(target_arch = "x86_64"))]
fn naked() -> u32 { 7 }

#[cfg(target_arch = "x86_64")]
fn assembly(mut n: u64) -> u64 {
    let m: u64;
    unsafe { std::arch::asm!("add {0}, 1", "mov {1}, {0}", inout(reg) n, out(reg) m) };
    n + { m }
}

#[cfg(not(target_arch = "x86_64"))]
fn assembly(n: u64) -> u64 { (n + 1) * 2 }

#[allow(deprecated)]
pub fn main() {
    println!("{} {}", attributed(1, 2), attributed({ 3 }, 4));
    println!("{} {} {:?}", expressions(0), expressions(3), statements(true));
    let mut n = 1u32;
    println!("{} {} {}", n.tracked(), { 2u32 }.tracked(), "text".tracked());
    println!("{} {} {}", Box::new(n).by_box(), n.by_value(), u32::without_self(2));
    println!("{} {}", n.generic("text"), n.required(1, (2, { 3 })));
    let fields = Fields { a: 1, b: 2 };
    println!("{} {} {}", fields.old(2), fields.constant(), Fields::foreign(3));
    println!("{} {:?}", unsafe { Fields::unsafe_foreign(&4) }, Fields::many::<_, u8, 5>("a", { 6 }, [7, 8, 9]));
    println!("{} {} {} {}", configured::value(), configured::nested(), naked(), assembly(3));
}
