//! `instr-analyze check`: what is set, where, and what of it cannot be used.

use std::fs;
use std::process::Command;

use instr_tests::analyzer::{self, Outcome};
use instr_tests::program::Scene;
use serde_json::{Value, json};

/// Checks what holds in a directory.
fn check(scene: &Scene, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let command: &mut Command = &mut analyzer::command(["check"]);
    command.args(arguments).current_dir(scene.path()).envs(variables.iter().copied());
    analyzer::outcome(command.output().expect("it runs"))
}

fn scene(config: &str) -> Scene {
    let scene = Scene::new();
    fs::write(scene.path().join("instr.toml"), config).expect("room for it");
    scene
}

/// The row of a key: its value, and where that comes from.
fn row(outcome: &Outcome, key: &str) -> (String, String) {
    let rows = outcome.stdout.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()));
    let cells: Vec<Vec<&str>> =
        rows.map(Iterator::collect).filter(|cells: &Vec<&str>| cells.first() == Some(&key)).collect();
    let [cells] = cells.as_slice() else { panic!("{key}: {}", outcome.stdout) };
    (cells[1].to_owned(), cells[2].to_owned())
}

#[test]
fn it_shows_every_setting_and_where_it_comes_from() {
    let config = "[run]\nsink = 'ring'\nclock = 'full'\nthread = ['main', 7]\n\n[build]\nlevel = 'block'\n";
    let outcome = check(&scene(config), &[], &[("INSTR_CLOCK", "off"), ("INSTR_SINK", "")]);
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    assert_eq!(outcome.stdout.lines().next(), Some("instr.toml, and the environment"));
    for (key, value, origin) in [
        ("run.sink", "ring", "instr.toml:2"),
        ("run.clock", "off", "INSTR_CLOCK"),
        ("run.thread", "main,7", "instr.toml:4"),
        ("run.ring_bytes", "1M", "default"),
        ("build.level", "block", "instr.toml:7"),
        ("build.macros", "both", "default"),
        ("instrumentation.ptrace", "off", "default"),
    ] {
        assert_eq!(row(&outcome, key), (value.to_owned(), origin.to_owned()), "{key}");
    }
    for key in instr_format::keys::all().filter(|key| key.table != "build.path") {
        row(&outcome, &key.to_string());
    }
}

#[test]
fn tables_for_paths_are_shown_one_by_one() {
    let config = "[[build.path]]\nfiles = 'a'\nlevel = 'block'\n[[build.path]]\nfiles = 'b'\n";
    let outcome = check(&scene(config), &[], &[]);
    let shown: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with("build.path.")).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
}

#[test]
fn a_wrong_key_is_shown_with_its_line_and_fails_the_check() {
    let scene = scene("[run]\nsink = \"ring\"\nsnik = 1 # the ring\n");
    let outcome = check(&scene, &[], &[]);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr,
        "instr-analyze: instr.toml:3:1: unknown key `snik`; did you mean `sink`?\n  |\n3 | snik = 1 # the ring\n  | ^^^^\n"
    );
    assert_eq!(row(&outcome, "run.sink").0, "ring");
}

#[test]
fn variables_that_cannot_be_used_fail_the_check_too() {
    let variables = [("INSTR_SNIK", "x"), ("INSTR_CRASH", "maybe"), ("INSTR_INCLUDE", "[")];
    let outcome = check(&Scene::new(), &[], &variables);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr,
        "instr-analyze: INSTR_CRASH=maybe is ignored: expected `on` or `off`\n\
         INSTR_INCLUDE=[ is ignored: pattern `[` has a `[` without `]`\n\
         INSTR_SNIK is not a variable of instr; did you mean INSTR_SINK?\n"
    );
    assert_eq!(row(&outcome, "run.crash"), ("on".to_owned(), "default".to_owned()));
    assert!(outcome.stdout.starts_with("the environment; there is no instr.toml\n"), "{}", outcome.stdout);
}

/// As a program would do it.
#[test]
fn what_holds_is_shown_of_what_is_wrong() {
    let scene = scene("[run]\nsink = 'ring'\ninclude_regex = 'a(b'\nonly = 'x,fil=y,func=z'\n");
    let outcome = check(&scene, &[], &[("INSTR_SINK", "tape")]);
    assert_eq!(row(&outcome, "run.sink"), ("write; under cargo instr ring".to_owned(), "default".to_owned()));
    assert_eq!(row(&outcome, "run.include_regex"), ("unset".to_owned(), "default".to_owned()));
    assert_eq!(row(&outcome, "run.only"), ("x,func=z".to_owned(), "instr.toml:4".to_owned()));
    let outcome = check(&scene, &[], &[("INSTR_ONLY", "fil=y,a")]);
    assert_eq!(row(&outcome, "run.only"), ("a".to_owned(), "INSTR_ONLY".to_owned()));
    assert!(outcome.stderr.contains("INSTR_ONLY=fil=y,a is ignored in part: unknown selector `fil=`"), "{outcome:?}");
}

#[test]
fn a_wrong_regular_expression_fails_the_check() {
    let scene = scene("[run]\ninclude_regex = 'a(b'\nexclude_regex = 'fine'\n");
    let outcome = check(&scene, &[], &[("INSTR_FUNCTION_INCLUDE_REGEX", "[")]);
    assert_eq!(
        outcome.stderr,
        "instr-analyze: run.include_regex (instr.toml:2): `a(b` is no regular expression: found open group without closing ')'\n\
         run.function_include_regex (INSTR_FUNCTION_INCLUDE_REGEX): `[` is no regular expression: found unclosed character class\n"
    );
    assert_eq!(outcome.code, 1);
}

#[test]
fn it_reads_the_file_that_is_named_or_the_nearest_one_above() {
    let scene = scene("[run]\nsink = 'ring'\n");
    fs::write(scene.path().join("other.toml"), "[run]\nsink = 'count'\n").expect("room for it");
    assert_eq!(row(&check(&scene, &["other.toml"], &[]), "run.sink").1, "other.toml:2");
    assert_eq!(row(&check(&scene, &[], &[("INSTR_CONFIG", "other.toml")]), "run.sink").1, "other.toml:2");
    let below = scene.path().join("below");
    fs::create_dir(&below).expect("a directory");
    let mut command = analyzer::command(["check"]);
    let outcome = analyzer::outcome(command.current_dir(&below).output().expect("it runs"));
    assert!(outcome.stdout.contains("a program that starts here reads that file only if INSTR_CONFIG names it"));
    for (arguments, variable) in [(&["missing"][..], ""), (&[], "missing"), (&["x.yaml"], "")] {
        let outcome = check(&scene, arguments, &[("INSTR_CONFIG", variable)]);
        assert_eq!((outcome.code, outcome.stdout), (2, String::new()), "{arguments:?}");
        assert!(outcome.stderr.starts_with("instr-analyze: cannot read "), "{}", outcome.stderr);
    }
}

#[test]
fn json_has_the_same() {
    let scene = scene("[run]\nsink = 'ring'\n\tcrash = 'maybe'\n");
    let outcome = check(&scene, &["--format", "json"], &[("INSTR_CLOCK", "off"), ("INSTR_SNIK", "1")]);
    assert_eq!(outcome.code, 1);
    let found: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((&found["schema_version"], &found["file"]), (&json!(1), &json!("instr.toml")));
    let message = "`maybe` cannot be used: expected `on` or `off`";
    assert_eq!(found["errors"], json!([{"line": 3, "column": 10, "message": message}]));
    assert_eq!(found["notes"], json!(["INSTR_SNIK is not a variable of instr; did you mean INSTR_SINK?"]));
    let setting = |key: &str| {
        let settings = found["settings"].as_array().expect("settings");
        settings.iter().find(|setting| setting["key"] == key).expect("it is there").clone()
    };
    let sink = json!({"key": "run.sink", "variable": "INSTR_SINK", "value": "ring", "origin": "config", "line": 2});
    assert_eq!(setting("run.sink"), sink);
    let clock =
        json!({"key": "run.clock", "variable": "INSTR_CLOCK", "value": "off", "origin": "environment", "line": null});
    assert_eq!(setting("run.clock"), clock);
    assert_eq!(setting("build.level")["variable"], Value::Null);
}
