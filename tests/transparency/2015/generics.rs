//! Generic and associated things keep their types.

use std::collections::HashMap;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Index, Not};

struct Matrix<T, const ROWS: usize, const COLUMNS: usize>([[T; COLUMNS]; ROWS]);

impl<T: Copy + Add<Output = T> + Default, const ROWS: usize, const COLUMNS: usize> Matrix<T, ROWS, COLUMNS> {
    const CELLS: usize = ROWS * COLUMNS;

    fn sum(&self) -> T {
        let mut sum = T::default();
        for row in &self.0 {
            for cell in row.iter() {
                sum = sum + *cell;
            }
        }
        sum
    }

    fn first<const N: usize>(&self) -> [T; N] {
        let mut output = [T::default(); N];
        for (to, from) in output.iter_mut().zip(self.0[0].iter()) {
            *to = *from;
        }
        output
    }
}

trait Shape: Debug {
    const SIDES: u32;
    type Unit: Default + Debug;

    fn area(&self) -> f64;

    fn describe(&self) -> String where Self: Sized {
        let unit = Self::Unit::default();
        format!("{:?} {} {:?} {}", self, Self::SIDES, unit, self.area())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Square(f64);

impl Shape for Square {
    const SIDES: u32 = { 2 + 2 };
    type Unit = u8;

    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

impl AddAssign<f64> for Square {
    fn add_assign(&mut self, other: f64) {
        self.0 += other;
    }
}

impl Not for Square {
    type Output = Square;

    fn not(self) -> Square {
        Square(-self.0)
    }
}

impl Index<&'static str> for Square {
    type Output = f64;

    fn index(&self, _: &'static str) -> &f64 {
        &self.0
    }
}

fn longest<'a, 'b: 'a>(left: &'a str, right: &'b str) -> &'a str {
    if left.len() > right.len() { left } else { right }
}

fn higher_ranked<F>(f: F) -> usize where F: for<'a> Fn(&'a str) -> &'a str {
    let owned = "higher ranked".to_string();
    f(&owned).len()
}

fn iterate<'a, T: Clone + 'a>(items: &'a [T]) -> impl DoubleEndedIterator<Item = T> + 'a {
    items.iter().cloned().filter(|_| true)
}

fn counts<K: std::hash::Hash + Eq + Ord + Clone, I>(keys: I) -> Vec<(K, u32)> where I: IntoIterator<Item = K> {
    let mut counts = HashMap::new();
    for key in keys {
        *counts.entry(key).or_insert({ 0 }) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort();
    counts
}

pub fn main() {
    let matrix = Matrix([[1, 2, 3], [4, 5, 6]]);
    println!("{} {:?} {}", matrix.sum(), matrix.first::<2>(), Matrix::<u8, 3, 4>::CELLS);
    let mut square = Square(2.0);
    square += { 1.0 };
    println!("{} {:?} {}", square.describe(), !square, square[{ "side" }]);
    println!("{} {}", longest("a", "bc"), higher_ranked(|text| &text[1..]));
    println!("{:?} {:?}", iterate(&[1, 2, 3]).rev().collect::<Vec<_>>(), counts("hello".chars()));
    let parse: Result<Vec<u32>, _> = "1 2 x".split(' ').map(str::parse::<u32>).collect();
    println!("{:?}", parse.is_err());
}
