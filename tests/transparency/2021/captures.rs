//! Closures capture single fields; panics and prints take captured arguments.

use crate::noisy::Noisy;

struct Pair {
    left: Noisy,
    right: Noisy,
}

fn disjoint() {
    let pair = Pair { left: Noisy::new("left"), right: Noisy::new("right") };
    let closure = move || pair.left.len();
    println!("{} {}", closure(), pair.right.0);
    drop(closure);
    println!("left is gone");
}

fn mutably() -> (u32, u32) {
    let mut numbers = (1, 2);
    let mut add = |n| numbers.0 += n;
    numbers.1 += 5;
    add(3);
    numbers
}

fn arrays() -> Vec<String> {
    let mut output = Vec::new();
    for name in [String::from("a"), String::from("b")] {
        output.push(name);
    }
    output
}

fn let_else(text: &str) -> u32 {
    let Some((left, right)) = text.split_once('=') else {
        let _noisy = Noisy::new("else");
        return 0;
    };
    let (Ok(left), Ok(right)) = (left.parse::<u32>(), right.parse::<u32>()) else { return 1 };
    left * right
}

macro_rules! in_pattern {
    ($name:ident, $p:pat) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        fn $name(n: Option<u32>) -> bool {
            let in_macro = matches!(n, Some($p));
            match n {
                Some($p) => in_macro,
                _ => !in_macro,
            }
        }
    };
}

in_pattern!(few, 1 | 2);

fn or_patterns(n: Option<u8>) -> &'static str {
    match n {
        Some(1 | 2) => "few",
        Some(3..) => "many",
        Some(_) | None => "none",
    }
}

fn destructured() -> (u32, u32) {
    let (mut a, mut b) = (1, 2);
    (a, b) = (b, { a + b });
    [a, _] = [a * 10, 0];
    (a, b)
}

pub fn main() {
    disjoint();
    println!("{:?} {:?}", mutably(), arrays());
    let (x, y) = (let_else("2=3"), let_else("x=y"));
    println!("{x} {y} {} {:?}", let_else(""), destructured());
    println!("{} {} {}", or_patterns(Some(2)), or_patterns(Some(7)), or_patterns(None));
    let value: Result<u8, _> = 300.try_into();
    println!("{value:?}");
    println!("{} {}", few(Some(2)), few(Some(3)));
    let name = "captured";
    panic!("{name} {}", { x + 1 });
}
