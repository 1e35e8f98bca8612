//! Blocks and the like as receivers, callees and operands of every kind: methods are found, values coerced, borrowed and
//! moved as before.

use std::any::type_name;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Display, Write};
use std::ops::{Add, Deref, DerefMut, Index, IndexMut, Mul, Neg, Not, Sub};
use std::rc::Rc;

use crate::noisy::Noisy;

trait Say {
    fn say(&self) -> &'static str;
}

impl Say for u32 {
    fn say(&self) -> &'static str { "u32" }
}

impl<'a> Say for &'a u32 {
    fn say(&self) -> &'static str { "&u32" }
}

impl<'a> Say for &'a mut u32 {
    fn say(&self) -> &'static str { "&mut u32" }
}

impl<T: Say> Say for Box<T> {
    fn say(&self) -> &'static str { "Box" }
}

impl Say for [u32] {
    fn say(&self) -> &'static str { "[u32]" }
}

impl Say for [u32; 2] {
    fn say(&self) -> &'static str { "[u32; 2]" }
}

impl Say for str {
    fn say(&self) -> &'static str { "str" }
}

#[derive(Clone, Debug, Default, PartialEq, PartialOrd)]
struct Cell(u32);

impl Cell {
    fn by_value(self) -> u32 { self.0 }
    fn by_ref(&self) -> u32 { self.0 + 1 }
    fn by_mut(&mut self) -> &mut u32 { &mut self.0 }
    fn boxed(self: Box<Self>) -> u32 { self.0 + 2 }
    fn counted(self: Rc<Self>) -> u32 { self.0 + 3 }
    fn chained(mut self, n: u32) -> Self { self.0 += n; self }
}

struct Smart(Cell);

impl Deref for Smart {
    type Target = Cell;
    fn deref(&self) -> &Cell { println!("deref"); &self.0 }
}

impl DerefMut for Smart {
    fn deref_mut(&mut self) -> &mut Cell { println!("deref_mut"); &mut self.0 }
}

fn probed(flag: bool) {
    let mut n = 1u32;
    println!("{} {} {}", { n }.say(), { &n }.say(), { &mut n }.say());
    println!("{} {}", (if flag { n } else { 2 }).say(), (match flag { true => &n, false => &2 }).say());
    println!("{} {}", { Box::new(n) }.say(), (*{ Box::new(n) }).say());
    println!("{} {} {}", { [1, 2] }.say(), { &[1, 2][..] }.say(), (unsafe { *(&"text" as *const &str) }).say());
    println!("{} {}", (if flag { &[1, 2] } else { &[3, 4] }).say(), (&if flag { [1, 2] } else { [3, 4] }[..]).say());
    println!("{} {}", Say::say(&{ n }), <u32 as Say>::say({ &n }));
    println!("{} {}", (loop { break n }).say(), { 'a'.to_string() }.say());
}

fn received(flag: bool) {
    let mut cell = Cell(10);
    println!("{} {}", { cell.clone() }.by_value(), { &cell }.by_ref());
    *{ &mut cell }.by_mut() += { 1 };
    *(if flag { &mut cell } else { unreachable!() }).by_mut() += 1;
    println!("{} {}", { Box::new(cell.clone()) }.boxed(), { Rc::new(cell.clone()) }.counted());
    println!("{:?}", { cell.clone() }.chained({ 1 }).chained(if flag { 2 } else { 3 }));
    let mut smart = Smart(cell);
    println!("{} {}", { &smart }.by_ref(), (match flag { _ => &smart }).0.by_ref());
    *{ &mut smart }.by_mut() = 5;
    *(*{ &mut smart }).by_mut() += { 1 };
    (if flag { &mut smart } else { panic!() }).0.0 += 2;
    println!("{} {}", smart.by_ref(), { smart }.0.by_value());
    let shared = Rc::new(RefCell::new(vec![1, 2]));
    { shared.clone() }.borrow_mut().push({ shared.borrow().len() });
    (if flag { &shared } else { panic!() }).borrow_mut().push({ 9 });
    println!("{:?} {}", shared, Rc::strong_count({ &shared }));
    let mut map: HashMap<String, Vec<u32>> = HashMap::new();
    { &mut map }.entry({ "key".to_string() }).or_insert_with({ || Vec::new() }).push({ 1 });
    { map.get_mut({ "key" }) }.unwrap().extend({ vec![2, 3] });
    println!("{:?} {:?}", map[{ "key" }], { map.get(if flag { "key" } else { "none" }) }.map(|v| v.len()));
    let function: fn(u32) -> u32 = |x| x + 1;
    println!("{} {}", { function }({ 1 }), (if flag { function } else { |x| x })({ 2 }));
    println!("{} {}", { |x: u32| x * 2 }({ 3 }), (match flag { _ => Box::new(|x: u32| x + 4u32) as Box<dyn Fn(u32) -> u32> })(1u32));
    let mut text = String::new();
    { write!({ &mut text }, "{}", { 1 }) }.unwrap();
    (if flag { &mut text as &mut dyn Write } else { panic!() }).write_str({ "dyn" }).unwrap();
    println!("{}", { text }.len());
}

fn places(flag: bool) {
    let mut array = [[1, 2], [3, 4]];
    array[{ 0 }][{ 1 }] += { array[{ 1 }][{ 0 }] };
    ({ &mut array })[1][if flag { 0 } else { 1 }] = 30;
    (*{ &mut array })[0] = { [7, 8] };
    let copy = { array };
    ({ array })[0][0] = 100;
    (if flag { array } else { copy })[1][1] = 200;
    let mut pair = (Cell(1), { (2, 3) });
    { &mut pair }.1.0 = { 20 };
    (match flag { _ => &mut pair }).0.0 += 4;
    (pair.1).1 = if flag { 5 } else { 6 };
    let moved = { pair.0 };
    pair.0 = { Cell(9) };
    let (ref a, b) = { &pair }.1;
    println!("{:?} {:?} {:?} {} {} {:?}", array, copy, moved, a, b, pair);
    let mut slice = &mut { [1, 2, 3] }[{ 1 }..];
    slice[0] = { 5 };
    ({ &mut *slice })[1] = 6;
    slice = &mut []; 
    let mut map = BTreeMap::new();
    *map.entry({ 1 }).or_insert({ 0 }) += { 5 };
    *{ map.get_mut(&{ 1 }) }.unwrap() -= if flag { 1 } else { 2 };
    println!("{:?} {}", map, slice.len());
    let boxed = Box::new((Noisy::new("boxed left"), Noisy::new("boxed right")));
    let left = { boxed.0 };
    println!("{}", left.0);
    let pointer = { &mut array as *mut [[i32; 2]; 2] };
    unsafe { (*{ pointer })[0][0] = { 11 }; }
    println!("{:?} {}", array[0], unsafe { (*if flag { pointer } else { std::ptr::null_mut() })[0][1] });
}

#[derive(Clone, Copy, Debug)]
struct Num(i64);

macro_rules! operators {
    ($($name:ident $method:ident $op:tt)*) => {$(
        impl $name for Num {
            type Output = Num;
            fn $method(self, other: Num) -> Num { println!("{} {:?} {:?}", stringify!($op), self, other); Num(self.0 $op other.0) }
        }
        impl<'a> $name<&'a Num> for Num {
            type Output = i64;
            fn $method(self, other: &'a Num) -> i64 { self.0 $op other.0 }
        }
        impl $name<Num> for i64 {
            type Output = String;
            fn $method(self, other: Num) -> String { format!("{}{}{}", self, stringify!($op), other.0) }
        }
    )*};
}

operators!(Add add + Sub sub - Mul mul *);

impl Neg for Num {
    type Output = Num;
    fn neg(self) -> Num { println!("neg"); Num(-self.0) }
}

impl<'a> Not for &'a Num {
    type Output = bool;
    fn not(self) -> bool { self.0 == 0 }
}

impl Index<Num> for [Num] {
    type Output = Num;
    fn index(&self, at: Num) -> &Num { &self[at.0 as usize] }
}

impl IndexMut<Num> for [Num] {
    fn index_mut(&mut self, at: Num) -> &mut Num { &mut self[at.0 as usize] }
}

fn overloaded(flag: bool) {
    let a = Num(3);
    println!("{:?}", { a } + { Num(4) } * if flag { a } else { Num(0) } - match flag { _ => Num(1) });
    println!("{} {} {}", { a } + &{ Num(4) }, { 5 } * { a }, -{ 5 } - a);
    println!("{:?} {} {}", -{ a } + -(if flag { a } else { a }), !&{ a }, !{ &Num(0) });
    let mut nums = [Num(1), Num(2), Num(3)];
    (&mut nums[..])[{ Num(1) }] = { Num(20) };
    (if flag { &mut nums[..] } else { panic!() })[{ Num(0) } + Num(2)].0 += { 1 };
    println!("{:?} {}", nums, { 1 } < 2 && { a.0 } >= 3 || { nums.len() } == { 0 });
    println!("{} {}", { "a" } == "a", (if flag { "b".to_string() } else { "c".to_string() }) == *{ "b" });
    println!("{:?} {}", { Cell(1) }.partial_cmp(&{ Cell(2) }), { Some(1) } == { None } || { Cell(1) } != { Cell(2) });
    println!("{} {} {}", { 1u8 } as u32 + { 2 }, ({ -1i8 } as u8) >> { 1 }, { 1u64 } << { 3u8 } | { 1 });
}

fn name_of<T: ?Sized>(_: &T) -> &'static str {
    type_name::<T>()
}

fn types(flag: bool) {
    let a = { 1 } + if flag { 2 } else { 3 };
    let b = match flag { true => 1.5, false => { 2. } } * { 3. };
    let c = ({ 1 }, if flag { "a" } else { "b" }, [{ 'c' }], { [1u8] });
    let d = { Some({ 1i64 }) }.map({ |x| x + 1 }).unwrap_or({ 7 });
    let e = if flag { Ok(1) } else { Err("e") };
    let f = { "5" }.parse::<u8>().map_err(|_| ()).and_then(|x| if x > 1 { Ok({ x }) } else { Err(()) });
    let g: u16 = { "6" }.parse().unwrap_or_else(|_| { 0 });
    let h = [{ 1 }, { 2u16 }, { 3 }].iter().map(|x| { *x } as u64 + { 1 }).sum::<u64>();
    let i = vec![{ 1 }, 2].into_iter().map(|x| (x, { x as f32 })).unzip::<_, _, Vec<i16>, Vec<_>>();
    let j = { &a as &dyn Debug };
    let k: &dyn Display = if flag { &b } else { &d };
    let l = { c.1 }.chars().map(|c| { c.to_string() }).collect::<Vec<_>>().join({ "," });
    println!("{} {} {} {}", name_of(&a), name_of(&b), name_of(&c), name_of(&d));
    println!("{} {} {} {}", name_of(&e), name_of(&f), name_of(&g), name_of(&h));
    println!("{} {} {} {}", name_of(&i), name_of(j), name_of(k), name_of(&l));
    println!("{}", name_of(&|x: u32| { x }));
    println!("{}", name_of(&types));
}

fn shared(flag: bool) -> usize {
    fn takes_slice(items: &[u32]) -> usize { items.len() }
    fn takes_str(text: &str) -> usize { text.len() }
    fn takes_dyn(value: &dyn Debug) -> usize { format!("{:?}", value).len() }
    fn takes_mut(value: &mut u32) -> usize { *value += 1; *value as usize }
    fn takes_fn(f: fn(u32) -> u32) -> usize { f(1) as usize }
    fn takes_option(value: Option<Box<dyn Debug>>) -> usize { takes_dyn(&value) }
    fn takes_into<T: Into<String>>(value: T) -> usize { value.into().len() }
    fn takes_pointer(value: *const u32) -> usize { unsafe { *value as usize } }
    let vec = vec![1, 2, 3];
    let text = "text".to_string();
    let mut n = 1;
    takes_slice({ &vec }) + takes_slice(if flag { &vec } else { &[] }) + takes_slice(match flag { true => &[1], _ => &vec })
        + takes_str({ &text }) + takes_str(if flag { &text } else { "x" }) + takes_str(unsafe { &*(&text as *const String) })
        + takes_dyn({ &vec }) + takes_dyn(if flag { &1 } else { &2 }) + takes_dyn(match flag { _ => &{ "a" } })
        + takes_mut({ &mut n }) + takes_mut(if flag { &mut n } else { panic!() }) + takes_mut(&mut { n })
        + takes_fn({ |x| x }) + takes_fn(if flag { |x| x + 1 } else { |x| x + 2 }) + takes_fn(match 1 { 1 => u32::swap_bytes, _ => |x| x })
        + takes_option(if flag { Some(Box::new(1)) } else { None }) + takes_option({ Some(Box::new("a")) })
        + takes_into({ "into" }) + takes_into(if flag { text.clone() } else { String::new() }) + takes_into({ 'c' })
        + takes_pointer({ &n }) + takes_pointer(if flag { &n } else { &2 }) + takes_pointer(&{ 3 })
}

pub fn main() {
    probed(true);
    probed(false);
    received(true);
    places(true);
    places(false);
    overloaded(true);
    types(true);
    println!("{} {}", shared(true), { shared(true) } + 1);
}
