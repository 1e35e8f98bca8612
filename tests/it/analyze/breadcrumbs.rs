//! `report --breadcrumbs`: the branches that led to a death, and which of them no earlier run took that ended well.

use expect_test::expect;
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::json;
use instr_tests::program::{Scene, run};
use serde_json::Value;

/// Runs the program here, and returns where its run is.
fn cover(scene: &Scene, arguments: [&str; 2], variables: &[(&str, &str)]) -> String {
    let before = scene.runs();
    run(scene.command(&program("covering", INSTRUMENTED)).args(arguments).envs(variables.iter().copied()));
    let run = scene.runs().into_iter().find(|run| !before.contains(run)).expect("a run");
    run.to_str().expect("UTF-8").to_owned()
}

fn report(arguments: &[&str]) -> String {
    let report = analyzer::run([&["report"], arguments].concat());
    assert_eq!(report.code, 0, "{}", report.stderr);
    report.stdout
}

fn shown(run: &str) -> String {
    let report = report(&["--breadcrumbs=6", run]);
    let at = report.find("the branches that it took").unwrap_or_else(|| panic!("{report}"));
    report[at..].split_inclusive("\n\n").next().unwrap_or_default().replace("tests/programs/src/bin/", "")
}

/// The branches that are new, as the JSON has them.
fn fresh(run: &str) -> Vec<String> {
    fn each(branches: &Value, found: &mut Vec<String>) {
        for branch in branches.as_array().expect("a list") {
            if branch["is_new"] == true {
                found.push(format!("{} {} {}", branch["line"], branch["way"], branch["pattern"]));
            } else if branch["body"].is_array() {
                each(&branch["body"], found);
            }
        }
    }
    let document = json::parse(&report(&["--breadcrumbs=100", "--format", "json", run]));
    let mut found = Vec::new();
    each(&document["runs"][0]["breadcrumbs"]["branches"], &mut found);
    found
}

#[test]
fn what_no_earlier_run_took_is_marked() {
    let scene = Scene::new();
    let first = cover(&scene, ["kill", "4"], &[]);
    expect![[r#"
        the branches that it took, the newest last; no earlier run of this build that ended well is there to compare them with:
                covering.rs:21:9   let value = match number % 7  arm `_`, to line 26
                covering.rs:26:17  if number.is_multiple_of(2)  false, to line 29
                covering.rs:33:9   for turn in 0..value % 3  did not turn
                covering.rs:37:9   let Some(odd) = (value % 2 == 1).then_some(value) else  matched
                covering.rs:15:9   for number in numbers  left after 4 turns
                covering.rs:66:5   match how  arm `"kill"`, to line 67

    "#]]
    .assert_eq(&shown(&first));
    assert_eq!(fresh(&first), [""; 0], "there is nothing to compare it with");
    cover(&scene, ["return", "3"], &[]);
    cover(&scene, ["_exit", "3"], &[]);
    // One that was killed does not count.
    let second = cover(&scene, ["kill", "4"], &[("INSTR_SINK", "ring")]);
    expect![[r#"
        the branches that it took, the newest last; new: the earlier run that ended well did not:
                covering.rs:21:9   let value = match number % 7  arm `_`, to line 26
                covering.rs:26:17  if number.is_multiple_of(2)  false, to line 29
                covering.rs:33:9   for turn in 0..value % 3  did not turn
                covering.rs:37:9   let Some(odd) = (value % 2 == 1).then_some(value) else  matched
                covering.rs:15:9   for number in numbers  left after 4 turns
            new covering.rs:66:5   match how  arm `"kill"`, to line 67

    "#]]
    .assert_eq(&shown(&second));
}

/// The records are not there any more.
#[test]
fn marks_of_earlier_runs_tell_what_they_took() {
    let scene = Scene::new();
    let rings = [("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_COVERAGE", "flags")];
    cover(&scene, ["return", "5000"], &rings[..2]);
    let without = cover(&scene, ["kill", "4"], &rings);
    assert_eq!(fresh(&without), [""; 0], "it may have");
    let scene = Scene::new();
    cover(&scene, ["return", "5000"], &rings);
    let with = cover(&scene, ["kill", "4"], &rings);
    assert_eq!(fresh(&with), ["66 \"arm\" \"\\\"kill\\\"\""]);
}

#[test]
fn another_build_is_not_compared() {
    let scene = Scene::new();
    run(scene.command(&program("parting", INSTRUMENTED)).arg("one=ab"));
    let run = cover(&scene, ["kill", "4"], &[]);
    assert!(shown(&run).contains("no earlier run of this build"), "{}", shown(&run));
}
