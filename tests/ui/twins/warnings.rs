//! Warnings at many places.
#![allow(dead_code)]
#![warn(unused_results, unused_qualifications, unused_lifetimes, trivial_casts, trivial_numeric_casts, let_underscore_drop)]
#![warn(unused_import_braces, explicit_outlives_requirements, keyword_idents, meta_variable_misuse, single_use_lifetimes)]
#![warn(unit_bindings, variant_size_differences, non_ascii_idents, noop_method_call, if_let_rescope, tail_expr_drop_order)]
#![warn(redundant_lifetimes, unused_macro_rules, ambiguous_negative_literals, redundant_imports, closure_returning_async_block)]

use std::collections::HashMap;
use std::fmt::Debug;

#[must_use]
fn needed() -> u32 {
    1
}

#[must_use = "reason"]
struct Needed;

fn make() -> Needed {
    Needed
}

fn result() -> Result<u32, String> {
    Ok(1)
}

#[deprecated(note = "old")]
fn old() -> u32 {
    1
}

fn must_use(flag: bool) {
    needed();
    { needed() };
    if flag { needed(); } else { make(); }
    match flag { true => { needed(); } false => { result(); } }
    result();
    make();
    (needed(), make());
    let _ = make();
    let _ = result();
    [1].iter().map(|x| x + 1);
    [1].iter().for_each(|_| { needed(); });
    let closure = || { needed(); result(); 1 };
    closure();
    while needed() == 1 { needed(); break }
    for _ in 0..needed() { result(); }
    async { 1 };
    async fn future() {}
    future();
    || 1;
    1 + 1;
    1 == { 1 };
    -{ 1 };
    flag && { true };
    &make();
    "a".len();
    format!("a");
    vec![1];
    std::mem::replace(&mut 1, 2);
    "literal";
    flag;
    Some(1);
    1..2;
    let _ = ({ 1 }..2);
    !flag;
    unsafe { needed() };
    needed;
    "a".to_string().clone();
}

fn unused(argument: u32, mut changed: u32) -> u32 {
    let a = 1;
    let mut b = 2;
    let (c, d) = (1, { 2 });
    let Some(e) = Some(1) else { return 1 };
    if let Some(f) = Some(1) {}
    while let Some(g) = None::<u32> {}
    for h in 0..1 {}
    match 1 { i => {} }
    match Some(1) { Some(j) if true => {} _ => {} }
    let k = |l: u32, mut m: u32| 1;
    let n;
    n = { 1 };
    let mut o = 1;
    o = { 2 };
    o += 1;
    let p = || { let q = 1; 2 };
    let HashMapped { r, s: t } = HashMapped { r: 1, s: 2 };
    'unused: loop { break }
    'unused_block: { }
    let mut u = Vec::new();
    u.push(b);
    let v = { let w = 1; 2 };
    let mut x = if true { 1 } else { 2 };
    let y = async { let z = 1; };
    #[allow(unused_variables)]
    let aa = 1;
    let bb @ cc = 1;
    macro_rules! never { () => {} }
    use std::collections::BTreeMap;
    fn never_called(unused_too: u32) {}
    const NEVER: u32 = 1;
    struct Never;
    1
}

struct HashMapped {
    r: u32,
    s: u32,
}

fn assignments(flag: bool) -> u32 {
    let mut a = 1;
    a = 2;
    if flag { a = 3; }
    a = 4;
    let mut b = a;
    while flag { b = 1; break }
    for c in 0..1 { b = c; }
    let mut d = 1;
    let mut e = || { d = 2; };
    e();
    let mut f = 0;
    loop { f += 1; if f > 1 { f = 5; break } }
    match flag { true => f = 1, false => { f = 2; } }
    a
}

fn unreachable(flag: bool) -> u32 {
    if flag { return 1; needed(); }
    if flag { panic!(); let a = 1; }
    loop { break; needed(); }
    loop { continue; { needed(); } }
    let b = return 1;
    needed() + { return 2 };
    needed();
    3
}

fn unreachable_tails(flag: bool) -> u32 {
    let a = || { return 1; 2 };
    let b = || { return; };
    let c = |x: u32| { if x > 1 { return 1 } else { return 2 } 3 };
    let d = || -> u32 { panic!() };
    match flag { true => return 1, false => return 2 };
    4
}

fn unreachable_parts(flag: bool) -> u32 {
    let f = |x: u32| -> u32 { needed() + { return x } };
    let g = |x: u32| -> u32 { ({ return x }, needed()).1 };
    let h = |x: u32| -> u32 { takes(return x, needed()) };
    let i = |x: u32| -> u32 { takes({ return x }, needed()) };
    let u = |x: u32| -> Option<u32> { Some(return None) };
    let v = |x: u32| -> Option<u32> { ({ return None })? };
    let w = |x: u32| -> u32 { !{ return x } };
    let y = |x: u32| -> bool { ({ return true }) && x == 1 };
    let z = |x: u32| -> bool { x == 1 || { return true } };
    while flag { return 1 }
    for _ in 0..1 { return 2; needed(); }
    for _ in 0..1 { panic!() }
    for _ in 0..1 { match flag { true => continue, false => break } }
    for _ in { return 3 } {}
    5
}

fn takes(a: u32, b: u32) -> u32 {
    a + b
}

fn never() -> ! {
    loop {}
}

fn calls_never() -> u32 {
    let a = takes(never(), 1);
    a
}

fn calls_never_twice() -> u32 {
    never();
    never();
    1
}

async fn async_never(flag: bool) -> u32 {
    async fn forever() -> ! { loop {} }
    forever().await;
    if flag { return 1 }
    2
}

fn parentheses(n: u32) -> u32 {
    let a = (n);
    let b = (n + 1);
    if (n > 1) { return (1) }
    if (n > 1) && (b > 1) {}
    while (n > 1) { break }
    match (n) { (1) => 1, (_) => { (2) } };
    for x in (0..1) {}
    takes((n), (1));
    n.min((1));
    (n).max({ (1) });
    (takes(1, 1));
    loop { break (1) };
    let d = [(1), (2)];
    let e = Some((1));
    let f = (takes)(1, 1);
    -(n as i32);
    if let Some(_) = (Some(1)) {}
    while let Some(_) = (None::<u32>) {}
    assert!((n > 1));
    return (n + 1);
}

fn patterns(n: u32) -> u32 {
    let All = 1;
    match n { _ => 1, 2 => 2 };
    match Some(n) { Some(1) => 1, Some(_) | None => 2, Some(3) => 3 };
    match n { 1 | 1 => 1, 0..=5 => 2, 5..=10 => 3, _ => 4 };
    let None = None::<std::convert::Infallible>;
    if let x = n {}
    while let x = n { break }
    let Some(x) = Some(n) else { return 1 };
    let y = n else { return 1 };
    if let (a, b) = (1, 2) {}
    match n { Constant => 1 }
}

fn loops(v: &[u32]) {
    while true { break }
    for x in Some(1) {}
    for x in Ok::<u32, u32>(1) {}
    loop { }
}

fn infinite() {
    infinite();
}

fn recursive(n: u32) -> u32 {
    let m = n + 1;
    recursive(m)
}

fn numbers() {
    let a: u8 = 256;
    let b = 255u8 + 1;
    let c = 1 / 0;
    let d = [1, 2][3];
    let e = 1u32 << 40;
    let f = -129i8;
    let g = 1u8 as u8;
    let h = 1.0 == f64::NAN;
    let i = { 5u8 } >= 0;
    let j = if a > 255 { 1 } else { 2 };
    let k = i32::MIN - 1;
    let l: u8 = { 300 };
    let m = match 1 { _ => 300u8 };
    let n = &1 as &u32 as *const u32;
    let o = 'a' as u8 as char;
    let p = i32::MAX + { 1 };
}

fn statics() {
    static mut COUNT: u32 = 1;
    let a = unsafe { &COUNT };
    let b = unsafe { COUNT += 1; COUNT };
    unsafe { needed() };
    let c = unsafe { 1 };
}

fn calls_old(n: u32) -> u32 {
    old();
    let a = old() + { old() };
    if old() == 1 { old(); }
    match old() { 1 => old(), _ => 1 }
}

fn macros(flag: bool) {
    println!("{}", 1, );
    println!("{} {name}", 1, name = 2);
    assert!(true);
    let a = format!("{}", needed());
    debug_assert!({ flag });
    dbg!(needed());
    panic!("{}");
}

fn qualified() -> std::collections::HashMap<u32, u32> {
    let a = std::collections::HashMap::<u32, u32>::new();
    let b: Vec<u32> = std::vec::Vec::new();
    a
}

fn semantic(a: &'static str, text: String) {
    let CamelCase = 1;
    const lower: u32 = 1;
    fn BadName() {}
    drop(&text);
    std::mem::forget(1);
    drop(1);
    let c = a.clone();
    let d = &text == &text;
    let e: *const u32 = std::ptr::null();
    std::mem::drop({ &text });
    let f = &*&text;
    let g = text as String;
    mem_uninitialized();
}

fn mem_uninitialized() {
    let a: &u32 = unsafe { std::mem::zeroed() };
    let b: bool = unsafe { std::mem::MaybeUninit::uninit().assume_init() };
    let c = unsafe { std::mem::transmute::<u32, i32>(1) };
    let lock = std::sync::Mutex::new(1);
    let _ = lock.lock();
    let _ = lock.lock().unwrap();
}

fn lifetimes<'a, 'b>(x: &'a u32) -> &'a u32 {
    x
}

trait Trait {
    fn provided(&self, unused: u32) -> u32 {
        let also = 1;
        needed();
        2
    }
}

impl Trait for u32 {
    fn provided(&self, unused: u32) -> u32 {
        let mut also = 1;
        return 2;
        3
    }
}

fn expected(flag: bool) -> u32 {
    #[expect(unused_variables)]
    let a = 1;
    #[expect(unused_must_use)]
    needed();
    #[expect(unused_mut)]
    let mut b = 1;
    #[expect(unused_parens)]
    let c = (1);
    #[expect(unreachable_code)]
    if flag { return b; needed(); }
    #[expect(unused_variables)]
    let d = 1 + c;
    #[expect(unused_must_use)]
    if flag { needed(); }
    #[expect(unused_variables, reason = "never")]
    let e = |x| 1;
    #[expect(while_true)]
    while true { break }
    #[expect(unused_assignments)]
    { let mut f = 1; f = 2; let _ = f; }
    #[expect(path_statements)]
    flag;
    #[expect(unused_mut)]
    let not_fulfilled = 1;
    #[expect(unreachable_code)]
    return not_fulfilled;
    #[expect(unreachable_code)]
    needed();
}

#[expect(unreachable_code)]
fn expected_on_fn() -> u32 {
    return 1;
    2
}

#[expect(unused_variables, unused_mut, unused_must_use, dead_code, unused_assignments)]
fn all_expected() {
    let a = 1;
    let mut b = 2;
    needed();
    let mut c = 1;
    c = 2;
    if { let x = 1; true } { needed(); }
}

#[allow(warnings)]
fn all_allowed() {
    let a = 1;
    return;
    let mut b = 1;
    needed();
}

#[deny(unused_variables)]
#[warn(unreachable_code)]
fn own_levels() -> u32 {
    #[deny(unreachable_code)]
    { return 1; }
    #[allow(unused_variables)] { let a = 1; let b = { 2 }; }
    let c = 1;
    2
}

#[forbid(unused_variables)]
#[forbid(unused_must_use)]
fn forbidden() -> u32 {
    if needed() > 1 { needed() } else { 1 }
}

fn main() {}
