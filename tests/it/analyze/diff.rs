//! `diff`: two runs of a program side by side.

use std::path::Path;

use expect_test::{Expect, expect};
use instr_tests::analyzer::{self, Outcome};
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::{Scene, run};
use serde_json::{Value, json};

/// A run of `parting` with these arguments and variables.
fn parting(arguments: &[&str], variables: &[(&str, &str)]) -> Scene {
    let scene = Scene::new();
    let mut command = scene.command(&program("parting", INSTRUMENTED));
    run(command.args(arguments).envs(variables.iter().copied()));
    assert_eq!(scene.runs().len(), 1);
    scene
}

fn ring(arguments: &[&str]) -> Scene {
    parting(arguments, &[("INSTR_SINK", "ring")])
}

fn diff(a: &Scene, b: &Scene, more: &[&str]) -> Outcome {
    let path = |scene: &Scene| scene.output().to_str().expect("UTF-8").to_owned();
    let outcome = analyzer::run([&["diff", &path(a), &path(b)], more].concat());
    assert_eq!(outcome.stderr, "");
    outcome
}

/// What differs, without the beginning that says which runs these are, and with short paths.
fn check(a: &Scene, b: &Scene, expected: Expect) {
    let outcome = diff(a, b, &[]);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    let (_, found) = outcome.stdout.split_once("\n\n").expect("a beginning");
    expected.assert_eq(&found.replace("tests/programs/src/bin/", ""));
}

fn found(a: &Scene, b: &Scene, more: &[&str]) -> Value {
    serde_json::from_str(&diff(a, b, &[more, &["--format", "json"]].concat()).stdout).expect("JSON")
}

#[test]
fn equal_runs_differ_in_nothing_whatever_took_their_records() {
    let arguments = ["one=abc", "two=aab", "=ac"];
    let [a, b, log] = [ring(&arguments), ring(&arguments), parting(&arguments, &[("INSTR_SINK", "write")])];
    for (a, b) in [(&a, &b), (&a, &log), (&log, &b)] {
        let outcome = diff(a, b, &[]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "the threads of parting do the same in A and B\n"));
        let expected = json!({
            "schema_version": 1, "differs": false, "runs": [], "equal_runs": 1, "only": {"a": [], "b": []},
        });
        assert_eq!(found(a, b, &[]), expected);
    }
}

#[test]
fn the_first_statement_that_differs_stands_in_the_context_of_both_sides() {
    let expected = expect![[r#"
        thread pump: 21 statements in common, then they part
              parting.rs:34:9  parting::work  step(letter);
              parting.rs:41:5  parting::step  match letter { 'b' => twice(), 'p' => park(), '!' => std::process::abort(), _ => once(), }
          A > x4
                parting.rs:45:14  parting::step  once()
                parting.rs:51:5  parting::once  black_box(1);
                parting.rs:33:5  parting::work  for letter in letters.chars() { step(letter); }
                parting.rs:34:9  parting::work  step(letter);
                parting.rs:41:5  parting::step  match letter { 'b' => twice(), 'p' => park(), '!' => std::process::abort(), _ => once(), }
          B > parting.rs:42:16  parting::step  twice()
              parting.rs:56:5  parting::twice  once();
              parting.rs:51:5  parting::once  black_box(1);
          together again after 1 statement in A and 4 in B, up to the end, from
              parting.rs:51:5  parting::once  black_box(1);
          end of both: ended, last in parting::work at parting.rs:36:5

        1 thread does the same in A and B: same
    "#]];
    check(&ring(&["same=ab", "pump=aabacaaa"]), &ring(&["same=ab", "pump=aabbcaaa"]), expected);
}

#[test]
fn a_thread_that_died_is_told_first_with_what_the_other_one_did_instead() {
    let expected = expect![[r#"
        thread two: 16 statements in common, then they part
              parting.rs:34:9  parting::work  step(letter);
              parting.rs:41:5  parting::step  match letter { 'b' => twice(), 'p' => park(), '!' => std::process::abort(), _ => once(), }
          A > parting.rs:45:14  parting::step  once()
              parting.rs:51:5  parting::once  black_box(1);
              parting.rs:33:5  parting::work  for letter in letters.chars() { step(letter); }
          B > parting.rs:44:16  parting::step  std::process::abort()
          not together again in the 4 statements of A and 1 of B that follow
          end of A: ended, last in parting::work at parting.rs:36:5
          end of B: crashed in parting::step at parting.rs:44:16

        thread one: the same statements, but loops turned differently often
          x3 in A, x4 in B: parting.rs:33:5  parting::work  for letter in letters.chars() { step(letter); }
    "#]];
    check(&ring(&["one=aaa", "two=aba"]), &ring(&["one=aaaa", "two=ab!"]), expected);
}

#[test]
fn a_loop_that_turned_more_often_is_told_as_such() {
    let expected = expect![[r#"
        thread one: the same statements, but loops turned differently often
          x5 in A, x7 in B: parting.rs:33:5  parting::work  for letter in letters.chars() { step(letter); }

        1 thread does the same in A and B: two
    "#]];
    check(&ring(&["one=aaaaa", "two=b"]), &ring(&["one=aaaaaaa", "two=b"]), expected);
}

#[test]
fn workers_are_paired_by_what_they_did_and_threads_of_one_run_alone_are_told() {
    let a = ring(&["worker-1=aab", "worker-2=bba", "worker-3=abab", "reader=ab"]);
    let b = ring(&["worker-1=abab", "worker-2=aab", "worker-3=bba", "=ab", "extra=ba"]);
    let expected = expect![[r#"
        only in B: thread extra: ended, last in parting::work at parting.rs:36:5
        4 threads do the same in A and B: worker-1, worker-2, worker-3, reader
    "#]];
    check(&a, &b, expected);
}

/// The statement with which one side parts.
fn first<'a>(thread: &'a Value, side: &str) -> &'a str {
    let part = &thread["first"][side][0];
    let statement = part["body"].get(0).unwrap_or(part);
    statement["snippet"].as_str().unwrap_or_else(|| panic!("{thread:#}"))
}

#[test]
fn of_rings_that_were_overwritten_what_is_left_is_compared() {
    let small =
        |letters: &str| parting(&[&format!("one={letters}")], &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")]);
    let [a, b] = ["a", "b"].map(|letter| small(&format!("{}{letter}aaaaaaaa", "a".repeat(20_000))));
    let found = found(&a, &b, &[]);
    let thread = &found["runs"][0]["threads"][0];
    assert!(thread["from"]["a"].as_u64() > Some(80_000), "{thread:#}");
    assert_eq!(thread["from"]["a"], thread["from"]["b"], "{thread:#}");
    assert_eq!([first(thread, "a"), first(thread, "b")], ["once()", "twice()"]);
    let text = diff(&a, &b, &[]).stdout;
    assert!(text.contains(" statements of those that are left in common, then they part\n"), "{text}");
    assert!(text.contains(": older ones were overwritten, and may differ\n"), "{text}");
    // With other numbers for the same statements.
    let longer = small(&format!("{}baaaaaaaa", "a".repeat(30_000)));
    let found = self::found(&a, &longer, &[]);
    let thread = &found["runs"][0]["threads"][0];
    assert_ne!(thread["from"]["a"], thread["from"]["b"], "{thread:#}");
    assert_eq!([first(thread, "a"), first(thread, "b")], ["once()", "twice()"]);
}

#[test]
fn without_records_open_statements_are_compared() {
    let stack = |arguments: &[&str]| parting(arguments, &[("INSTR_SINK", "stack")]);
    let expected = expect![[r#"
        thread two: 1 outermost open statement in common, then they part
              parting.rs:34:9  parting::work  step(letter);
          A > parting.rs:44:16  parting::step  std::process::abort()
          B > parting.rs:43:16  parting::step  park()
              parting.rs:64:9  parting::park  thread::park();
          end of A: crashed in parting::step at parting.rs:44:16
          end of B: waiting in parting::park at parting.rs:64:9

        only in B: thread three: crashed in parting::step at parting.rs:44:16
        1 thread has the same open statements in A and B: one
    "#]];
    check(&stack(&["one=ap", "two=b!"]), &stack(&["one=p", "two=bp", "three=!"]), expected);
}

#[test]
fn of_runs_that_count_the_statements_are_compared() {
    let count = |arguments: &[&str]| parting(arguments, &[("INSTR_SINK", "count")]);
    let expected = expect![[r#"
        3 statements reached only in A
            x1  parting.rs:42:16  parting::step  twice()
            x1  parting.rs:56:5  parting::twice  once();
            x1  parting.rs:57:5  parting::twice  once();
        5 statements reached differently often
            x3 in A, x6 in B  parting.rs:45:14  parting::step  once()
            x4 in A, x6 in B  parting.rs:34:9  parting::work  step(letter);
            x4 in A, x6 in B  parting.rs:41:5  parting::step  match letter { 'b' => twice(), 'p' => park(), '!' => std::process::abort(), _ => once(), }
            x5 in A, x7 in B  parting.rs:33:5  parting::work  for letter in letters.chars() { step(letter); }
            x5 in A, x6 in B  parting.rs:51:5  parting::once  black_box(1);
        1 statement reached equally often

        1 thread ends in the same statement in A and B: one
    "#]];
    check(&count(&["one=aaab"]), &count(&["one=aaaaaa"]), expected);
}

#[test]
fn two_threads_of_one_run_are_compared_when_both_are_named() {
    let scene = ring(&["good=aab", "bad=aaa"]);
    let outcome = analyzer::run(["diff", scene.output().to_str().expect("UTF-8"), "--thread", "good,bad"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert!(outcome.stdout.contains("\n  A and B are threads of one run, with files in "), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("\nthread good of A, thread bad of B: 13 statements in common, "),
        "{}",
        outcome.stdout
    );
}

#[test]
fn options_choose_threads_files_and_context() {
    let [a, b] = [ring(&["one=aab", "two=aba"]), ring(&["one=aaa", "two=abb"])];
    let found = found(&a, &b, &["--thread", "two", "--context", "0"]);
    let threads = found["runs"][0]["threads"].as_array().expect("a list");
    assert_eq!((threads.len(), &threads[0]["a"]["name"]), (1, &json!("two")));
    let first = &threads[0]["first"];
    assert_eq!((first["before"].as_array().map(Vec::len), first["a"].as_array().map(Vec::len)), (Some(0), Some(1)));
    let nothing = analyzer::run(["diff", path(&a), path(&b), "--include", "nowhere.rs"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    assert!(nothing.stderr.contains("no thread of A matches"), "{}", nothing.stderr);
}

fn path(scene: &Scene) -> &str {
    Box::leak(scene.output().to_str().expect("UTF-8").to_owned().into_boxed_str())
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let scene = ring(&["one=a"]);
    let nowhere = Path::new("/nowhere/at/all").to_str().expect("UTF-8");
    for (arguments, why) in [
        (&[path(&scene)][..], "expected two runs, or one run and `--thread A,B`"),
        (&[path(&scene), path(&scene)], "A and B are the same run"),
        (&[path(&scene), path(&scene), path(&scene)], "expected two runs"),
        (&[path(&scene), nowhere], "cannot read /nowhere/at/all"),
        (&[path(&scene), "--thread", "one,two"], "no thread of B matches"),
    ] {
        let outcome = analyzer::run([&["diff"], arguments].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    }
}
