//! Loop folding: steps that repeat are kept once, and nothing is lost.

use std::fmt::Write as _;

use instr_analyze::model::fold::{Folder, Item, Loop, Step};
use proptest::collection::vec;
use proptest::prelude::*;

fn fold(steps: impl IntoIterator<Item = u64>) -> Vec<Item<u64>> {
    let mut folder = Folder::default();
    let mut items = Vec::new();
    for (value, key) in (0..).zip(steps) {
        folder.push(key, value, &mut |item| items.push(item));
    }
    folder.finish(&mut |item| items.push(item));
    items
}

fn unfold(items: &[Item<u64>], steps: &mut Vec<u64>) {
    for item in items {
        match item {
            Item::Step(Step { key, .. }) => steps.push(*key),
            Item::Loop(Loop { times, body, .. }) => (0..*times).for_each(|_| unfold(body, steps)),
        }
    }
}

/// `a b 3(c 2(d))`: steps as letters, loops with how often they came.
fn shown(items: &[Item<u64>]) -> String {
    let mut text = String::new();
    for item in items {
        let space = if text.is_empty() { "" } else { " " };
        match item {
            Item::Step(Step { key, .. }) => write!(text, "{space}{}", char::from(*key as u8)).unwrap(),
            Item::Loop(Loop { times, body, .. }) => write!(text, "{space}{times}({})", shown(body)).unwrap(),
        }
    }
    text
}

fn letters(text: &str) -> String {
    shown(&fold(text.bytes().map(u64::from)))
}

#[test]
fn what_repeats_is_kept_once() {
    assert_eq!(letters(""), "");
    assert_eq!(letters("abcd"), "a b c d");
    assert_eq!(letters("aaaa"), "4(a)");
    assert_eq!(letters("xababababy"), "x 4(a b) y");
    assert_eq!(letters("abcabcab"), "2(a b c) a b");
    assert_eq!(letters(&format!("x{}y", "abac".repeat(41_322))), "x 41322(a b a c) y");
}

#[test]
fn nested_loops_fold_too() {
    assert_eq!(letters(&format!("s{}e", "abbbc".repeat(1000))), "s 1000(a 3(b) c) e");
    let inner = format!("i{}", "xy".repeat(5));
    let middle = format!("m{}n", inner.repeat(4));
    assert_eq!(letters(&format!("{}q", middle.repeat(3))), "3(m 4(i 5(x y)) n) q");
}

#[test]
fn a_body_may_end_as_it_begins() {
    assert_eq!(letters(&"aba".repeat(50)), "a 49(b 2(a)) b a");
}

#[test]
fn a_loop_keeps_its_first_steps_and_its_last_one() {
    let items = fold([7, 1, 2, 1, 2, 1, 2]);
    let Some(Item::Loop(found)) = items.last() else { panic!("{items:?}") };
    let body: Vec<u64> =
        found.body.iter().map(|item| if let Item::Step(step) = item { step.value } else { 0 }).collect();
    assert_eq!((found.times, body, found.last), (3, vec![1, 2], 6));
    assert_eq!(items.iter().map(Item::steps).sum::<u64>(), 7);
}

#[test]
fn long_bodies_fold_up_to_a_limit_and_memory_is_bounded() {
    let body: Vec<u64> = (0..1024).collect();
    let items = fold(body.iter().copied().cycle().take(1024 * 100));
    assert_eq!((items.len(), items[0].steps()), (1, 102_400));
    // Longer ones stay as they are, and leave the stack at its other end.
    let (mut folder, mut given) = (Folder::default(), 0_u64);
    for step in (0..1500).cycle().take(150_000) {
        folder.push(step, (), &mut |item| given += item.steps());
    }
    assert!(given > 150_000 - 10_000, "{given}");
}

#[test]
fn time_is_linear_where_nothing_folds_and_where_all_does() {
    // They would take minutes if a step cost as much as the window is long.
    let mut state = 1_u64;
    let random = std::iter::from_fn(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        Some(state >> 62)
    });
    let steps: Vec<u64> = random.take(100_000).collect();
    let folded = fold(steps.iter().copied());
    let mut back = Vec::new();
    unfold(&folded, &mut back);
    assert!(back == steps);
    assert_eq!(fold((0..100_000).map(|step| step % 1000)).len(), 1);
}

/// Programs: sequences of steps and of loops over programs.
fn program() -> impl Strategy<Value = Vec<u64>> {
    let step = (0_u64..6).prop_map(|step| vec![step]);
    step.prop_recursive(5, 60, 5, |inner| {
        (vec(inner, 1..5), 1_usize..7).prop_map(|(parts, times)| parts.concat().repeat(times))
    })
}

proptest! {
    #[test]
    fn unfolding_gives_the_steps_back(steps in program()) {
        let items = fold(steps.iter().copied());
        let mut back = Vec::new();
        unfold(&items, &mut back);
        prop_assert_eq!(back, steps);
    }

    #[test]
    fn any_steps_come_back(steps in vec(0_u64..4, 0..400)) {
        let items = fold(steps.iter().copied());
        let mut back = Vec::new();
        unfold(&items, &mut back);
        prop_assert_eq!(back, steps);
    }

    #[test]
    fn a_loop_of_any_body_folds(body in vec(any::<u64>(), 1..50), times in 2_u64..60) {
        let steps = body.iter().copied().cycle().take(body.len() * times as usize);
        let items = fold(steps);
        prop_assert!(items.len() <= 2 * body.len(), "{:?}", items);
    }
}
