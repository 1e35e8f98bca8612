//! Against the truth: a program that goes the ways numbers decide, and the same ways counted here.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{killed, shown};
use instr_tests::marks::Place;

const SOURCE: &str = "tests/programs/src/bin/covering.rs";

/// How often each way was taken, by what decides and the way's name, of one branch each.
type Ways = BTreeMap<&'static str, u64>;

/// What `step` does with these numbers.
fn steps(numbers: impl Iterator<Item = u32>) -> Ways {
    let mut ways = Ways::new();
    let mut take = |way, times: u64| *ways.entry(way).or_default() += times;
    for number in numbers {
        take("step", 1);
        let value = match number % 7 {
            0 => {
                take("arm 0", 1);
                number + 1
            }
            1 | 2 => {
                take("arm 1", 1);
                if number.is_multiple_of(4) {
                    take("half then", 1);
                    continue;
                }
                take("half else", 1);
                number / 2
            }
            3 if number > 100 => {
                take("arm 2", 1);
                number
            }
            _ => {
                take("arm 3", 1);
                if number.is_multiple_of(2) {
                    take("even", 1);
                    number / 2
                } else {
                    take("odd", 1);
                    3 * number
                }
            }
        };
        take("turns", u64::from(value % 3));
        take("left undecided", u64::from(value % 2 == 0));
        take("decided", u64::from(value % 2 == 1));
    }
    ways
}

fn numbers(number: u32) -> impl Iterator<Item = u32> {
    (0..number % 5).chain(number..number + 3).chain(0..number)
}

/// The hits of the branch's ways.
fn hits(shown: &Value, kind: &str, nth: usize) -> Vec<Option<u64>> {
    let file = shown["files"].as_array().unwrap().iter().find(|file| file["file"] == SOURCE).expect("the source");
    let of_kind = file["branches"].as_array().unwrap().iter().filter(|branch| branch["kind"] == kind);
    let branch = of_kind.into_iter().nth(nth).unwrap_or_else(|| panic!("branch {nth} of {kind}"));
    branch["ways"].as_array().unwrap().iter().map(|way| way["hits"].as_u64()).collect()
}

/// Of each of 40 kills at a known statement.
#[test]
fn every_branch_of_a_run_that_is_killed_is_told_as_it_was() {
    for number in (0..200).step_by(5) {
        let scene = killed(number, &[("INSTR_SINK", "stack"), ("INSTR_COVERAGE", "counts")]);
        let shown = shown(&[&scene.output()]);
        let truth = steps(numbers(number));
        let of = |way| Some(truth.get(way).copied().unwrap_or(0));
        let arms = ["arm 0", "arm 1", "arm 2", "arm 3"].map(of);
        assert_eq!(hits(&shown, "match", 0), arms, "{number}");
        assert_eq!(hits(&shown, "if", 0), [of("even"), of("odd")], "{number}");
        assert_eq!(hits(&shown, "let-else", 0), [of("decided"), of("left undecided")], "{number}");
        assert_eq!(hits(&shown, "if", 1), [of("half then"), of("half else")], "{number}");
        // In `go`, in `step`.
        assert_eq!(hits(&shown, "loop", 0)[0], of("step"), "{number}");
        assert_eq!(hits(&shown, "loop", 1)[0], of("turns"), "{number}");
    }
}

/// What no run tells is not made up: each number that marks give holds for counts too.
#[test]
fn marks_never_say_more_than_counts() {
    for number in [0, 1, 2, 9, 40] {
        let [marks, counts] = ["flags", "counts"].map(|way| killed(number, &[("INSTR_COVERAGE", way)]));
        let [marks, counts] = [&marks, &counts].map(|scene| shown(&[&scene.output()]));
        let mut known = 0;
        let files = marks["files"].as_array().unwrap().iter().zip(counts["files"].as_array().unwrap());
        for (of_marks, of_counts) in files {
            for key in ["lines", "functions"] {
                for (mark, count) in of_marks[key].as_array().unwrap().iter().zip(of_counts[key].as_array().unwrap()) {
                    assert_eq!(mark["line"], count["line"]);
                    assert_eq!(mark["hits"] == 0, count["hits"] == 0, "{mark} {count}");
                }
            }
            let branches =
                of_marks["branches"].as_array().unwrap().iter().zip(of_counts["branches"].as_array().unwrap());
            for (mark, count) in branches.flat_map(|(mark, count)| {
                mark["ways"].as_array().unwrap().iter().zip(count["ways"].as_array().unwrap())
            }) {
                if !mark["hits"].is_null() && !count["hits"].is_null() {
                    assert_eq!(mark["hits"] == 0, count["hits"] == 0, "{number}: {mark} {count}");
                    known += 1;
                }
            }
        }
        assert!(known > 10, "{known}");
    }
}

#[test]
fn the_statement_that_was_killed_is_reached_and_what_never_ran_is_there() {
    let scene = killed(40, &[("INSTR_COVERAGE", "1")]);
    let shown = shown(&[&scene.output()]);
    let file = shown["files"].as_array().unwrap().iter().find(|file| file["file"] == SOURCE).unwrap();
    let line = |mark: &str| {
        let line = Place::marked(SOURCE, mark).line;
        file["lines"].as_array().unwrap().iter().find(|found| found["line"] == line).unwrap()["hits"].clone()
    };
    assert_eq!([line("kill"), line("never"), line("child")], [1, 0, 0]);
    let never: Vec<&str> = file["functions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|function| function["hits"] == 0)
        .map(|function| function["function"].as_str().unwrap())
        .collect();
    assert_eq!(never, ["covering::ways::of_child", "covering::ways::never"]);
}
