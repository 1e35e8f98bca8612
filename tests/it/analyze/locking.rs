//! Which threads wait for each other's locks, where these have other names in each: told while they do, and when they are killed.

use instr_tests::hanging::Hanging;
use instr_tests::marks::Place;
use instr_tests::report::Report;
use serde_json::Value;

const SOURCE: &str = "tests/programs/src/bin/locking.rs";

fn thread<'a>(report: &'a Report, name: &str) -> Option<&'a Value> {
    report.threads().iter().find(|thread| thread["name"] == name)
}

fn is_deadlocked(thread: &Value) -> bool {
    thread["activity"]["kind"] == "waiting" && thread["activity"]["waits_for"]["is_deadlock"] == true
}

/// What is told of a program whose threads with these names wait for each other: while it runs, and then.
fn deadlock(way: &str, sink: &str, names: &[&str]) -> (Report, String) {
    let are_locked = |report: &Report| names.iter().all(|name| thread(report, name).is_some_and(is_deadlocked));
    let (report, text) = Hanging::of("locking", way, &[("INSTR_SINK", sink)], are_locked).reports();
    assert!(are_locked(&report), "{way}, {sink}: {report:?}");
    let headline = text.lines().next().expect("a line");
    assert!(headline.contains("; likely a deadlock: "), "{way}, {sink}: {text}");
    (report, text)
}

/// Checks who is said to wait for what, and who holds that.
fn check_cycle(way: &str, waits: &[(&str, &str, &str)]) {
    let names: Vec<&str> = waits.iter().map(|(name, ..)| *name).collect();
    for sink in ["ring", "stack"] {
        let (report, text) = deadlock(way, sink, &names);
        for (name, lock, holder) in waits {
            let waits_for = &report.thread(name)["activity"]["waits_for"];
            assert_eq!(waits_for["traced"], *lock, "{way}: {waits_for:#}");
            assert_eq!(waits_for["holder_tid"], report.thread(holder)["tid"], "{way}: {report:?}");
            let told = format!("{name} waits for `{lock}`, which {holder} holds");
            assert!(text.lines().next().is_some_and(|headline| headline.contains(&told)), "{way}: {text}");
        }
    }
}

#[test]
fn locks_that_are_parameters_are_followed_to_the_arguments() {
    check_cycle("parameters", &[("one", "bob", "two"), ("two", "alice", "one")]);
}

#[test]
fn locks_of_objects_are_followed_to_what_methods_are_called_on() {
    check_cycle("methods", &[("one", "right.coins", "two"), ("two", "left.coins", "one")]);
}

#[test]
fn indexes_are_followed_to_the_arguments() {
    check_cycle("indexes", &[("one", "bank.accounts[2]", "two"), ("two", "bank.accounts[0]", "one")]);
}

#[test]
fn three_threads_can_wait_in_a_ring() {
    check_cycle("ring", &[("one", "y", "two"), ("two", "z", "three"), ("three", "x", "one")]);
}

#[test]
fn threads_that_hold_locks_and_wait_for_others_are_told_where_nobody_knows_which() {
    let (held, wanted) = (Place::marked(SOURCE, "from is held"), Place::marked(SOURCE, "to is wanted"));
    for (way, names) in [("turns", &["one", "two"][..]), ("forks", &["one", "two", "three"])] {
        let (report, text) = deadlock(way, "ring", names);
        for name in names {
            let thread = report.thread(name);
            assert_eq!(Place::last_of(thread), wanted, "{way}");
            let waits_for = &thread["activity"]["waits_for"];
            assert!(waits_for["holder_tid"].is_null(), "{way}: {waits_for:#}");
            assert_eq!(waits_for["lock"], "to");
            let holds = waits_for["holds"].as_array().expect("a list");
            assert_eq!(holds.len(), 1, "{way}: {waits_for:#}");
            assert_eq!((holds[0]["lock"].as_str(), holds[0]["line"].as_u64()), (Some("from"), Some(held.line)));
        }
        let headline = text.lines().next().expect("a line");
        assert!(headline.ends_with(" each hold a lock and wait for another"), "{text}");
        assert!(
            text.contains(&format!(", since {SOURCE}:{}: let mut from = from.lock().unwrap();\n", held.line)),
            "{text}"
        );
        assert_eq!(text.matches("\n  likely a deadlock: ").count(), names.len(), "{text}");
    }
}

#[test]
fn threads_that_wait_for_one_that_computes_are_in_no_deadlock() {
    for way in ["computes", "guarded"] {
        let waits_long = |report: &Report, name: &str| {
            let activity = thread(report, name).map(|thread| &thread["activity"]);
            let time =
                activity.and_then(|activity| activity["for_ns"].as_u64().or(activity["for_at_most_ns"].as_u64()));
            activity.is_some_and(|activity| activity["kind"] == "waiting") && time > Some(1_000_000_000)
        };
        let computes =
            |report: &Report| thread(report, "keeper").is_some_and(|keeper| keeper["activity"]["kind"] == "looping");
        let are_there = |report: &Report| computes(report) && waits_long(report, "one") && waits_long(report, "two");
        let hanging = Hanging::of("locking", way, &[("INSTR_SINK", "ring")], are_there);
        let (report, text) = hanging.reports();
        let wanted = Place::marked(SOURCE, "the log is wanted");
        for name in ["one", "two"] {
            let thread = report.thread(name);
            assert_eq!(Place::last_of(thread), wanted);
            assert!(!is_deadlocked(thread), "{way}: {thread:#}");
            if way == "computes" {
                assert_eq!(thread["activity"]["waits_for"]["holder_tid"], report.thread("keeper")["tid"], "{report:?}");
            }
        }
        assert!(!text.contains("deadlock"), "{way}: {text}");
    }
}
