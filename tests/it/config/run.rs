//! The part `run`: a program obeys it, unless a variable says otherwise, and goes on whatever is in it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use instr_format::files;
use instr_format::names::VARIABLES;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::cargo_instr::runs;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::run_json;
use instr_tests::report::Report;
use serde_json::{Value, json};

const TURNS: &str = "100";

/// A directory with this configuration.
fn scene(config: &str) -> Scene {
    let scene = Scene::new();
    fs::write(scene.path().join("instr.toml"), config).expect("room for it");
    scene
}

/// Runs a program there that does the same as without us.
fn steady(scene: &Scene, variables: &[(&str, &str)]) -> Ended {
    let ended = run(scene.command(&program("steady", INSTRUMENTED)).arg(TURNS).envs(variables.iter().copied()));
    let plain = run(scene.command(&program("steady", PLAIN)).arg(TURNS));
    assert_eq!((ended.status, &ended.stdout), (plain.status, &plain.stdout));
    ended
}

/// What the only run says of itself.
fn described(scene: &Scene) -> Value {
    let [run] = scene.runs().try_into().unwrap_or_else(|runs| panic!("one run, not {runs:?}"));
    run_json(&run)
}

/// What is said of this configuration.
fn said(config: &str) -> (String, Value) {
    let scene = scene(config);
    let stderr = steady(&scene, &[]).stderr.replace(&*scene.path().to_string_lossy(), "DIR");
    (stderr, described(&scene)["settings"].take())
}

#[test]
fn the_environment_beats_the_configuration_which_beats_the_default() {
    let config = "[run]\nsink = \"ring\"\nring_bytes = \"128K\"\nclock = 'full'\n";
    let set = |variables: &[(&str, &str)]| {
        let scene = scene(config);
        assert_eq!(steady(&scene, variables).stderr, "");
        let mut run = described(&scene);
        let file = run["config"]["file"].take();
        assert_eq!(file, scene.path().join("instr.toml").to_string_lossy().as_ref());
        (run["settings"].take(), run["config"]["lines"].take())
    };
    let all = json!({"INSTR_SINK": "ring", "INSTR_RING_BYTES": "128K", "INSTR_CLOCK": "full"});
    let lines = json!({"INSTR_SINK": 2, "INSTR_RING_BYTES": 3, "INSTR_CLOCK": 4});
    assert_eq!(set(&[]), (all.clone(), lines.clone()));
    assert_eq!(set(&[("INSTR_SINK", "")]), (all, lines), "empty is unset");
    let (settings, lines) = set(&[("INSTR_RING_BYTES", "64K")]);
    assert_eq!(settings["INSTR_RING_BYTES"], "64K");
    assert_eq!(lines, json!({"INSTR_SINK": 2, "INSTR_CLOCK": 4}));
    // The default holds for all else.
    let plain = Scene::new();
    steady(&plain, &[]);
    assert_eq!((&described(&plain)["settings"], &described(&plain)["config"]), (&json!({}), &Value::Null));
}

#[test]
fn the_key_for_coverage_by_all_tools_is_obeyed_unless_the_variable_or_its_own_key_is_set() {
    let all_tools = "[instrumentation.coverage]\nenabled = true\n";
    let by_another = format!("{all_tools}backend = 'llvm'\n");
    let own_key = format!("[run]\ncoverage = 'counts'\n{all_tools}");
    let files = |config: &str, variable: &str| {
        let scene = scene(config);
        assert_eq!(steady(&scene, &[("INSTR_COVERAGE", variable)]).stderr, "");
        let [run] = scene.runs().try_into().expect("one run");
        [files::COVERAGE, files::COUNTS].map(|name| run.join(name).exists())
    };
    assert_eq!(files(all_tools, ""), [true, false]);
    assert_eq!(files(all_tools, "0"), [false, false]);
    assert_eq!(files(all_tools, "counts"), [true, true]);
    assert_eq!(files(&own_key, ""), [true, true]);
    assert_eq!(files(&by_another, ""), [false, false]);
    assert_eq!(files("[run]\ncoverage = true\n", ""), [true, false]);
}

#[test]
fn keys_do_what_their_variables_do() {
    let scene =
        scene("[run]\nexclude = ['count.rs']\nthread = ['one', \"main\"]\noutput_dir = 'logs/%e'\nsink = 'write'\n");
    assert_eq!(steady(&scene, &[]).stderr, "");
    let [run] = runs(&scene.path().join("logs/steady")).try_into().expect("one run");
    let report = Report::of(&run);
    let others = Scene::new();
    steady(&others, &[("INSTR_EXCLUDE", "count.rs"), ("INSTR_THREAD", "one,main"), ("INSTR_SINK", "write")]);
    for count in ["records", "filtered", "dropped"] {
        assert_eq!(report.sum(count), others.report().sum(count), "{count}");
    }
    assert!(report.sum("filtered") > 100);
}

#[test]
fn it_can_be_switched_off() {
    for config in ["[run]\nenable = false\n", "run.enable = 0\n"] {
        let scene = scene(config);
        assert_eq!(steady(&scene, &[]).stderr, "");
        assert!(!scene.output().exists());
        steady(&scene, &[("INSTR_ENABLE", "1")]);
        assert!(scene.output().exists());
    }
    // Then nothing is read, and nothing is said.
    let scene = scene("what is this");
    assert_eq!(steady(&scene, &[("INSTR_ENABLE", "off")]).stderr, "");
    assert!(!scene.output().exists());
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_the_rest_holds() {
    let (stderr, settings) = said("[run]\nsnik = 1\nclock = 'slow'\nsink = 'ring'\ncrash = off\n[rnu]\nx = 1\n");
    assert_eq!(
        stderr,
        "instr: DIR/instr.toml:2:1: unknown key `snik`; did you mean `sink`?\n\
         instr: DIR/instr.toml:3:9: `slow` cannot be used: expected `off`, `coarse` or `full`\n\
         instr: DIR/instr.toml:5:9: strings need quotes: `\"off\"`\n\
         instr: DIR/instr.toml:6:2: unknown table `rnu`; did you mean `run`?\n"
    );
    assert_eq!(settings, json!({"INSTR_SINK": "ring"}));
    let many = format!("[run]\n{}", (0..20).map(|n| format!("no_{n} = 1\n")).collect::<String>());
    let (stderr, _) = said(&many);
    assert_eq!(stderr.lines().count(), 9, "{stderr}");
    let last = "instr: DIR/instr.toml has 12 errors more: `instr-analyze check DIR/instr.toml` shows all";
    assert_eq!(stderr.lines().last(), Some(last));
    // Other parts are other tools' to obey.
    let (stderr, settings) = said("[build]\nlevel = 'block'\n[cargo-instr]\nsink = 'count'\n");
    assert_eq!((&*stderr, settings), ("", json!({})));
}

#[test]
fn of_a_list_of_selectors_the_good_ones_hold() {
    let scene = scene("[run]\nonly = ['fil=x', 'func=main']\ninclude_regex = 'a(b'\n");
    let stderr = steady(&scene, &[]).stderr.replace(&*scene.path().to_string_lossy(), "DIR");
    let expected = "instr: DIR/instr.toml:2:8: unknown selector `fil=`, expected `file=`, `func=` or `module=`\n\
                    instr: run.include_regex (DIR/instr.toml:3) is ignored: found open group without closing ')'\n";
    assert_eq!(stderr, expected);
    assert!(scene.report().sum("filtered") > 100);
}

#[test]
fn a_key_without_effect_is_said_with_its_line() {
    let (stderr, _) = said("[run]\n\nring_bytes = '64K'\n");
    let expected = "instr: run.ring_bytes (DIR/instr.toml:3) has no effect with INSTR_SINK=write, only with `ring`\n";
    assert_eq!(stderr, expected);
}

#[test]
fn forked_children_do_not_say_it_again_and_obey_it_too() {
    let scene = scene("[run]\nsnik = 1\nsink = 'ring'\n");
    let ended = run(scene.command(&program("fork", INSTRUMENTED)).arg("tree"));
    assert_eq!(ended.stderr.lines().filter(|line| line.starts_with("instr: ")).count(), 1, "{ended:?}");
    assert!(scene.runs().len() > 1);
    for run in scene.runs() {
        assert_eq!(run_json(&run)["settings"]["INSTR_SINK"], "ring");
    }
}

#[test]
fn a_variable_names_another_file() {
    let scene = scene("[run]\nsink = 'count'\n");
    fs::write(scene.path().join("other.conf"), "run = { sink = 'ring' }").expect("room for it");
    assert_eq!(steady(&scene, &[("INSTR_CONFIG", "other.conf")]).stderr, "");
    let run = described(&scene);
    assert_eq!(run["settings"]["INSTR_SINK"], "ring");
    assert_eq!(run["config"]["file"], scene.path().join("other.conf").to_string_lossy().as_ref());
}

#[test]
fn a_file_that_cannot_be_read_is_said() {
    let scene = scene("");
    fs::write(scene.path().join("large"), vec![b'\n'; (64 << 10) + 1]).expect("room for it");
    fs::write(scene.path().join("binary"), b"\xff").expect("room for it");
    symlink("nowhere", scene.path().join("dangling")).expect("a link");
    fs::create_dir(scene.path().join("directory")).expect("a directory");
    let long = "x".repeat(5000);
    for (name, why) in [
        ("missing.toml", "there is no such file"),
        ("dangling", "there is no such file"),
        ("directory", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("large", "it is larger than 64K"),
        ("binary", "it is not UTF-8"),
        ("x.yaml", "instr reads TOML, as in instr.toml, and nothing else"),
        ("instr.toml/x", "not a directory"),
        (&long, "name too long"),
    ] {
        let stderr = steady(&scene, &[("INSTR_CONFIG", name)]).stderr;
        assert!(stderr.starts_with("instr: ") && stderr.lines().count() == 1, "{stderr}");
        // What is too long for a line of ours is cut.
        assert!(stderr.ends_with(&format!(" is ignored: {why}\n")) || name == long, "{stderr}");
    }
}

#[test]
fn a_directory_that_the_program_may_not_search_is_nothing_to_speak_of() {
    let scene = scene("[run]\nsink = 'ring'\n");
    let locked = scene.path().join("locked");
    fs::create_dir(&locked).expect("a directory");
    let output = scene.path().join("runs");
    fs::create_dir(&output).expect("a directory");
    fs::set_permissions(&output, fs::Permissions::from_mode(0o777)).expect("ours");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("ours");
    let mut command = scene.command(&program("steady", INSTRUMENTED));
    let ended = run(command.arg(TURNS).current_dir(&locked).env("INSTR_OUTPUT_DIR", &output));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).expect("ours");
    assert_eq!(ended.stderr, "");
}

#[test]
fn every_key_of_a_program_can_be_set_at_once() {
    let mut config = String::from("[run]\n");
    for key in VARIABLES.iter().filter_map(instr_format::keys::Key::of_variable) {
        let example = if key.is_named("output_dir") { "'instr-logs'" } else { key.example };
        let example = if key.is_named("enable") { "true" } else { example };
        config.push_str(&format!("{} = {example}\n", key.name()));
    }
    let scene = scene(&config);
    steady(&scene, &[]);
    let run = described(&scene);
    assert_eq!(run["settings"].as_object().map(|settings| settings.len()), Some(VARIABLES.len() - 1));
    // No sink obeys all of them.
    let notes = run["notes"].as_array().expect("notes");
    assert!(notes.iter().all(|note| note.to_string().contains("has no effect")), "{notes:?}");
}
