//! The filters, end to end: what is recorded under them is what a plain implementation of the reference takes from all records.

use std::collections::BTreeMap;

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::{Scene, run};
use instr_tests::records::{Step, steps};
use proptest::prelude::*;
use proptest::sample::select;
use regex::Regex;

/// What the threads record, by their names.
type Steps = BTreeMap<String, Vec<Step>>;

/// Runs the program whose statements are always the same.
fn recorded(variables: &[(&str, &str)]) -> (Steps, Scene) {
    let scene = Scene::new();
    let ended = run(scene.command(&program("steady", INSTRUMENTED)).arg("12").envs(variables.iter().copied()));
    assert_eq!(ended.stderr, "", "{variables:?}");
    let [dir] = scene.runs().try_into().expect("one run");
    let mut threads = steps(&dir);
    // A thread of which nothing is recorded has no log.
    for name in ["steady", "one", "two"] {
        threads.entry(name.to_owned()).or_default();
    }
    (threads, scene)
}

/// What the reference says of the variables.
fn expected(all: &Steps, variables: &[(&str, &'static str)]) -> Steps {
    let value = |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let rate = value("INSTR_RATE").map_or(1, |rate| rate.parse().expect("a number"));
    let of_thread = |(name, steps): (&String, &Vec<Step>)| {
        let takes = |step: &&Step| takes_thread(value("INSTR_THREAD"), name) && takes(step, &value);
        let taken = steps.iter().filter(takes).cloned();
        let kept = (1..).zip(taken).filter(|(number, _)| *number == 1 || number % rate == 0).map(|(_, step)| step);
        (name.clone(), kept.collect())
    };
    all.iter().map(of_thread).collect()
}

fn takes_thread(list: Option<&str>, name: &str) -> bool {
    list.is_none_or(|list| list.split(',').any(|one| one == name || (one == "main" && name == "steady")))
}

fn takes(step: &Step, value: &impl Fn(&str) -> Option<&'static str>) -> bool {
    let (file, path) = (step.place.file.as_str(), format!("{}::{}", step.module, step.function));
    let globs = |name: &str, text: &str| value(name).map(|list| list.split(',').any(|glob| glob_matches(glob, text)));
    let regex = |name: &str, text: &str| value(name).map(|regex| Regex::new(regex).expect("a regex").is_match(text));
    globs("INSTR_INCLUDE", file) != Some(false)
        && globs("INSTR_EXCLUDE", file) != Some(true)
        && regex("INSTR_INCLUDE_REGEX", file) != Some(false)
        && regex("INSTR_EXCLUDE_REGEX", file) != Some(true)
        && globs("INSTR_FUNCTION_INCLUDE", &path) != Some(false)
        && globs("INSTR_FUNCTION_EXCLUDE", &path) != Some(true)
        && regex("INSTR_FUNCTION_INCLUDE_REGEX", &path) != Some(false)
        && regex("INSTR_FUNCTION_EXCLUDE_REGEX", &path) != Some(true)
        && value("INSTR_ONLY").is_none_or(|list| list.split(',').any(|one| selects(one, file, &step.module, &path)))
}

/// A glob without wildcards is a substring; of those here, none has a set.
fn glob_matches(glob: &str, text: &str) -> bool {
    if glob.contains(['*', '?']) { whole(glob).is_match(text) } else { text.contains(glob) }
}

fn whole(glob: &str) -> Regex {
    let escaped = regex::escape(glob).replace(r"\*", ".*").replace(r"\?", ".");
    Regex::new(&format!("^(?s:{escaped})$")).expect("a regex")
}

/// Paths are matched from any of their segments on.
fn selects(selector: &str, file: &str, module: &str, path: &str) -> bool {
    let on_path = |glob: &str, path: &str| {
        let segments: Vec<_> = path.split("::").collect();
        if glob.contains(['*', '?']) {
            (0..segments.len()).any(|from| whole(glob).is_match(&segments[from..].join("::")))
        } else {
            path.contains(glob)
        }
    };
    if let Some((key, glob)) = selector.split_once('=') {
        return match key {
            "file" => glob_matches(glob, file),
            "func" => on_path(glob, path),
            "module" => on_path(glob, module),
            other => panic!("{other}"),
        };
    }
    match selector.replace("::", "\u{1}").split_once(':') {
        Some((below, glob)) => {
            let wanted = format!("{}::{}", below.replace('\u{1}', "::"), glob.replace('\u{1}', "::"));
            // None of those here can be split in another way.
            on_path(&wanted, path)
        }
        None => glob_matches(selector, file) || on_path(selector, path),
    }
}

/// Everything that was reached is recorded or counted.
fn assert_as_expected(variables: &[(&'static str, &'static str)]) {
    let (all, scene) = recorded(&[]);
    let reached = scene.report().sum("records");
    let (found, scene) = recorded(variables);
    assert_eq!(found, expected(&all, variables), "{variables:?}");
    let report = scene.report();
    let [records, filtered] = ["records", "filtered"].map(|name| report.sum(name));
    assert_eq!((records, records + filtered), (found.values().map(Vec::len).sum::<usize>() as u64, reached));
    assert_eq!(report.sum("dropped") + report.sum("overwritten"), 0, "{variables:?}");
}

#[test]
fn each_filter_takes_what_the_reference_says() {
    for variables in [
        &[("INSTR_INCLUDE", "count.rs")][..],
        &[("INSTR_INCLUDE", "*/steady/m??n.rs,nowhere")],
        &[("INSTR_EXCLUDE", "count.rs")],
        &[("INSTR_INCLUDE_REGEX", r"steady/(main|x)\.rs$")],
        &[("INSTR_EXCLUDE_REGEX", "^tests/.*COUNT|count")],
        &[("INSTR_FUNCTION_INCLUDE", "count::to")],
        &[("INSTR_FUNCTION_INCLUDE", "steady::in_*")],
        &[("INSTR_FUNCTION_EXCLUDE", "*::to")],
        &[("INSTR_FUNCTION_INCLUDE_REGEX", "^steady::count::[a-z]+$")],
        &[("INSTR_FUNCTION_EXCLUDE_REGEX", "three|main")],
        &[("INSTR_ONLY", "count:*")],
        &[("INSTR_ONLY", "steady::count:to")],
        &[("INSTR_ONLY", "file=main.rs,func=to")],
        &[("INSTR_ONLY", "module=count")],
        &[("INSTR_ONLY", "in_three*")],
        &[("INSTR_THREAD", "two,main")],
        &[("INSTR_RATE", "2")],
        &[("INSTR_RATE", "7")],
        &[("INSTR_RATE", "100000")],
        &[("INSTR_RATE", "3"), ("INSTR_THREAD", "one"), ("INSTR_INCLUDE", "count.rs")],
        &[("INSTR_INCLUDE", "main.rs,count.rs"), ("INSTR_EXCLUDE", "main.rs"), ("INSTR_ONLY", "to")],
    ] {
        assert_as_expected(variables);
    }
}

/// None or one of these values.
fn one_of(
    name: &'static str,
    values: &'static [&'static str],
) -> impl Strategy<Value = Option<(&'static str, &'static str)>> {
    proptest::option::weighted(0.35, select(values).prop_map(move |value| (name, value)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn filters_together_take_what_the_reference_says(
        file in (
            one_of("INSTR_INCLUDE", &["count.rs", "*main.rs", "*", "*/s*/*", "steady"]),
            one_of("INSTR_EXCLUDE", &["main.rs", "*count*", "nowhere", "?"]),
            one_of("INSTR_INCLUDE_REGEX", &["main|count", r"\.rs$", "^tests", "o[uU]"]),
            one_of("INSTR_EXCLUDE_REGEX", &["main", "^count", r"y/c\w+"]),
        ),
        function in (
            one_of("INSTR_FUNCTION_INCLUDE", &["to", "steady::*", "*::main,*to", "three"]),
            one_of("INSTR_FUNCTION_EXCLUDE", &["main", "*three*", "steady::count::?o"]),
            one_of("INSTR_FUNCTION_INCLUDE_REGEX", &["^steady::", "::to$", "(?i)THREE|to"]),
            one_of("INSTR_FUNCTION_EXCLUDE_REGEX", &["main$", "count"]),
        ),
        only in one_of("INSTR_ONLY", &["count:*", "module=steady", "func=t?,file=main", "steady::*", "three"]),
        thread in one_of("INSTR_THREAD", &["one", "main,two", "steady"]),
        rate in one_of("INSTR_RATE", &["1", "2", "3", "10"]),
    ) {
        let chosen = [file.0, file.1, file.2, file.3, function.0, function.1, function.2, function.3, only, thread, rate];
        let variables: Vec<_> = chosen.into_iter().flatten().collect();
        let (all, _) = recorded(&[]);
        // That nothing is left is said on stderr.
        let is_empty = expected(&all, &variables).values().all(Vec::is_empty);
        if !is_empty {
            assert_as_expected(&variables);
        }
    }
}
