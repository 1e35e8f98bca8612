//! Calls functions in many ways, and says of each call that it begins, that it ends, or that a panic unwinds it.

use std::panic::catch_unwind;

use instr_runtime::instrument_source;

/// A call that is under way.
struct Call(&'static str);

fn call(name: &'static str) -> Call {
    println!("> {name}");
    Call(name)
}

impl Drop for Call {
    fn drop(&mut self) {
        println!("{} {}", if std::thread::panicking() { '!' } else { '<' }, self.0);
    }
}

struct Node {
    children: Vec<Node>,
}

fn tree(depth: usize) -> Node {
    Node { children: (0..depth).map(tree).collect() }
}

#[instrument_source]
mod flow {
    use super::*;

    pub(super) fn all() {
        let _call = call("all");
        fibonacci(7);
        walk(&tree(4));
        even(5);
        let found: Vec<_> = (0..5).map(early).collect();
        assert_eq!(found.len(), 5);
        let parsed = ["1", "x", "3"].map(|text| sum(text, "2"));
        assert_eq!(parsed[0], Some(3));
        let squares: u32 = (1..4)
            .map(|n| {
                let _call = call("closure");
                square(n)
            })
            .sum();
        assert_eq!(squares, 14);
        twice(|| {
            let _call = call("given");
        });
        loops();
        for number in 0..3 {
            let caught = catch_unwind(|| outer(number));
            assert_eq!(caught.is_err(), number == 1);
        }
        last();
    }

    fn fibonacci(n: u32) -> u32 {
        let _call = call("fibonacci");
        if n < 2 {
            return n;
        }
        fibonacci(n - 1) + fibonacci(n - 2)
    }

    fn walk(node: &Node) {
        let _call = call("walk");
        for child in &node.children {
            walk(child)
        }
    }

    fn even(n: u32) -> bool {
        let _call = call("even");
        if n == 0 { true } else { odd(n - 1) }
    }

    fn odd(n: u32) -> bool {
        let _call = call("odd");
        if n == 0 { false } else { even(n - 1) }
    }

    fn early(n: u32) -> u32 {
        let _call = call("early");
        if n.is_multiple_of(2) {
            return square(n);
        }
        let doubled = n * 2;
        square(doubled)
    }

    fn square(n: u32) -> u32 {
        let _call = call("square");
        n * n
    }

    fn sum(one: &str, other: &str) -> Option<u32> {
        let _call = call("sum");
        let one = number(one)?;
        let other = number(other)?;
        Some(one + other)
    }

    fn number(text: &str) -> Option<u32> {
        let _call = call("number");
        let number = text.parse().ok()?;
        Some(number)
    }

    fn twice(job: impl Fn()) {
        let _call = call("twice");
        job();
        job();
    }

    fn loops() {
        let _call = call("loops");
        let mut left = 9;
        'rows: while left > 0 {
            left -= 1;
            loop {
                left -= square(1);
                if left == 5 {
                    continue 'rows;
                }
                if left < 4 {
                    break 'rows;
                }
                if left.is_multiple_of(2) {
                    break;
                }
            }
        }
        square(left);
    }

    fn outer(number: u32) -> u32 {
        let _call = call("outer");
        let checked = checked(number);
        checked + 1
    }

    fn checked(number: u32) -> u32 {
        let _call = call("checked");
        let twice = square(number);
        assert!(number != 1, "one is one too many");
        twice
    }

    fn last() {
        let _call = call("last");
    }
}

fn main() {
    flow::all();
}
