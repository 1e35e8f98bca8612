//! Sequences of letters: each is its own key, and stands for its place.

use super::*;
use crate::model::fold::{Loop, Step};

fn steps(text: &str) -> impl Iterator<Item = (u64, usize)> {
    text.bytes().map(u64::from).zip(0..)
}

fn compared(a: &str, b: &str) -> Comparison<usize> {
    compare(steps(a), steps(b), 2)
}

/// As `ab`, and `3(ab)` for a loop.
fn written(items: &[Item<usize>]) -> String {
    let one = |item: &Item<usize>| match item {
        Item::Step(Step { key, .. }) => char::from(u8::try_from(*key).unwrap()).to_string(),
        Item::Loop(Loop { times, body, .. }) => format!("{times}({})", written(body)),
    };
    items.iter().map(one).collect()
}

/// What both did before, what each did then, and where they meet.
fn first(a: &str, b: &str) -> (String, [String; 2], Option<[u64; 2]>) {
    let Difference { before, then: [a, b], meeting, .. } = compared(a, b).first.unwrap();
    (written(&before), [written(&a), written(&b)], meeting.map(|meeting| meeting.after))
}

fn parted(before: &str, a: &str, b: &str, meeting: Option<[u64; 2]>) -> (String, [String; 2], Option<[u64; 2]>) {
    (before.to_owned(), [a.to_owned(), b.to_owned()], meeting)
}

#[test]
fn equal_sequences_differ_in_nothing() {
    for text in ["", "a", "abcabcabd"] {
        assert_eq!(compared(text, text), Comparison::of_equal(text.len() as u64));
    }
}

#[test]
fn the_first_difference_has_both_sides_in_context() {
    assert_eq!(first("abcdxefghij", "abcdyefghij"), parted("cd", "x", "y", Some([1, 1])));
    assert_eq!(first("abcdefghij", "abcdyzefghij"), parted("cd", "e", "yz", Some([0, 2])));
    assert_eq!(first("abcd", "abcdef"), parted("cd", "", "ef", None));
    assert_eq!(first("abcdpqr", "abcdxyz"), parted("cd", "pqr", "xyz", None));
}

#[test]
fn the_last_steps_of_both_are_a_meeting_however_few() {
    assert_eq!(first("abxz", "abyyz"), parted("ab", "x", "2(y)", Some([1, 2])));
}

#[test]
fn a_loop_that_turned_more_often_is_told_apart_from_other_differences() {
    let around = |turns: usize| format!("s{}hefgh", "hxy".repeat(turns));
    let Comparison { loops, first, .. } = compared(&around(15), &around(17));
    assert_eq!((loops, first), (vec![LoopDifference { at: 46, turns: [15, 17], again: 0 }], None));
    let Comparison { loops, .. } = compared(&around(1000), &around(1));
    assert_eq!(loops, [LoopDifference { at: 4, turns: [1000, 1], again: 0 }]);
}

#[test]
fn a_loop_within_a_loop_is_told_once_with_how_often_it_differed() {
    let turns = |of: [usize; 4]| of.map(|inner| format!("h{}", "i".repeat(inner))).concat() + "z";
    let Comparison { loops, first, .. } = compared(&turns([2, 5, 3, 4]), &turns([2, 6, 3, 9]));
    assert_eq!((loops, first), (vec![LoopDifference { at: 8, turns: [5, 6], again: 1 }], None));
}

#[test]
fn a_turn_of_another_kind_is_a_difference() {
    assert_eq!(first("hahahaz", "hahahbhaz"), parted("2(ha)h", "a", "bh", Some([0, 2])));
}

#[test]
fn a_turn_of_another_kind_that_came_before_is_a_difference_too() {
    assert_eq!(first("hahahbhahchahaz", "hahahbhbhchahaz"), parted("bh", "a", "b", Some([1, 1])));
}

#[test]
fn a_turn_that_came_before_is_no_loop_where_the_other_side_does_something_else() {
    // Words of digits, of which one has a sign: `w` for a word, `isd` for a digit, `ilr` for a sign.
    let (a, b) = ("wfisdowfisdisdowfisdisdoz", "wfisdowfisdilrewfisdisdoz");
    assert_eq!(first(a, b), parted("di", "sdo", "lre", Some([3, 3])));
}

#[test]
fn long_loops_are_folded_and_passed_over() {
    let (long, short) = (format!("ab{}wxyz", "lm".repeat(50_000)), "abqwxyz");
    assert_eq!(first(&long, short), parted("ab", "50000(lm)", "q", Some([100_000, 1])));
    assert_eq!(meeting_of(steps(&long[2..]), steps(short)).map(|meeting| meeting.after), Some([100_000, 3]));
}
