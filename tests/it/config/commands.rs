//! What `cargo instr` reads, and what it hands on.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use instr_format::files;
use instr_tests::cargo_instr::{Workspace, functions, runs};
use instr_tests::package::{json_lines, succeed};
use instr_tests::records::run_json;

/// The workspace without what an earlier run has left.
fn workspace(theme: &str) -> Workspace {
    let workspace = Workspace::new("pair", theme);
    for file in ["instr.toml", "one/instr.toml", "two/instr.toml"] {
        let _ = fs::remove_file(workspace.path().join(file));
    }
    workspace
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// The targets that cargo had to compile.
fn compiled(command: &mut Command) -> BTreeSet<String> {
    let output = succeed(command.args(["--message-format", "json"]));
    let fresh = json_lines(&output).filter(|line| line["reason"] == "compiler-artifact" && line["fresh"] == false);
    fresh.map(|line| line["target"]["name"].as_str().expect("a name").to_owned()).collect()
}

/// The functions of `one` that can be recorded.
fn chosen(pair: &Workspace, options: &[&str]) -> BTreeSet<String> {
    let output = pair.output("chosen");
    let arguments = [&["run", "-q", "-p", "one"], options, &["--", "0"]].concat();
    succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    functions(&output).into_iter().map(|(name, _)| name).filter(|name| name.starts_with("one::")).collect()
}

#[test]
fn the_part_for_builds_chooses_unless_an_option_does() {
    let pair = workspace("configured");
    let all = chosen(&pair, &[]);
    assert!(all.contains("one::ways::go") && all.contains("one::main"), "{all:?}");
    pair.write("instr.toml", "[build]\nexclude = 'one/src/ways.rs'\nexclude_function = 'one::main'\n");
    assert_eq!(chosen(&pair, &[]), set(["one::Way::go", "one::Way::new"]));
    let by_option = chosen(&pair, &["--exclude-file", "nothing.rs"]);
    assert!(by_option.contains("one::ways::go") && !by_option.contains("one::main"), "{by_option:?}");
    pair.write("one/instr.toml", "[build]\ninclude = 'src/main.rs'\n");
    assert_eq!(chosen(&pair, &[]), set(["one::main"]), "the package's own file holds, and its paths begin there");
}

#[test]
fn levels_are_chosen_by_file_unless_an_option_does() {
    let pair = workspace("configured levels");
    let statements = |options: &[&str]| {
        let output = pair.output("levels");
        let arguments = [&["run", "-q", "-p", "one"], options, &["--", "0"]].concat();
        succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output).env("INSTR_SINK", "write"));
        let dump = instr_tests::analyzer::run(["dump".as_ref(), "--format=raw".as_ref(), output.as_os_str()]).stdout;
        let count = |name: &str| dump.lines().filter(|line| line.contains(&format!("func={name} "))).count();
        ["one::main", "one::Way::go"].map(count)
    };
    assert_eq!(statements(&[]), [3, 2]);
    pair.write("instr.toml", "[[build.path]]\nfiles = 'one/src/lib.rs'\nlevel = 'function'\n");
    assert_eq!(statements(&[]), [3, 1]);
    assert_eq!(statements(&["--level", "statement"]), [3, 2]);
}

#[test]
fn only_a_change_of_the_part_for_builds_compiles_again_what_reads_it() {
    let pair = workspace("configured rebuilds");
    let build = || compiled(&mut pair.instr(&["build", "--workspace"]));
    build();
    assert_eq!(build(), set([]));
    pair.write("instr.toml", "[run]\nsink = 'ring'\n");
    assert_eq!(build(), set([]), "nothing for builds");
    pair.write("two/instr.toml", "[build]\nlevel = 'block'\n");
    assert_eq!(build(), set(["two"]));
    pair.write("instr.toml", "[build]\nlevel = 'function'\n");
    assert_eq!(build(), set(["another", "one"]));
    pair.write("instr.toml", "# Said in other words.\nbuild.level = 'function'\n[run]\nclock = 'off'\n");
    assert_eq!(build(), set([]));
    fs::remove_file(pair.path().join("two/instr.toml")).expect("it was there");
    assert_eq!(build(), set(["two"]));
    fs::remove_file(pair.path().join("instr.toml")).expect("it was there");
    assert_eq!(build(), set(["another", "one", "two"]));
    assert_eq!(build(), set([]));
}

#[test]
fn programs_and_tests_obey_the_part_for_runs_wherever_they_run() {
    let pair = workspace("configured runs");
    pair.write(
        "one/src/lib.rs",
        &format!("{}\n#[test]\nfn tested() {{\n    let one = 1;\n    drop(one);\n}}\n", text(&pair, "one/src/lib.rs")),
    );
    pair.write("instr.toml", "[run]\nclock = 'full'\n\n[cargo-instr]\nsink = 'count'\n");
    let settings = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = pair.output("settings");
        let mut command = pair.instr(arguments);
        succeed(command.env("INSTR_OUTPUT_DIR", &output).envs(variables.iter().copied()));
        let run = run_json(&runs(&output)[0]);
        ["INSTR_CLOCK", "INSTR_SINK"].map(|name| run["settings"][name].as_str().unwrap_or_default().to_owned())
    };
    let test = ["test", "-q", "-p", "one", "--lib"];
    assert_eq!(settings(&test, &[]), ["full", "count"]);
    assert_eq!(settings(&["run", "-q", "-p", "one", "--", "0"], &[]), ["full", "count"]);
    assert_eq!(settings(&test, &[("INSTR_SINK", "ring")]), ["full", "ring"]);
    // The user's own choice of a file holds.
    let other = pair.path().join("other.toml");
    pair.write("other.toml", "[run]\nclock = 'off'\n");
    assert_eq!(settings(&test, &[("INSTR_CONFIG", &other.to_string_lossy())]), ["off", ""]);
}

#[test]
fn coverage_is_kept_as_the_option_the_variable_or_the_file_says() {
    const NEITHER: [bool; 3] = [false; 3];
    const FLAGGED: [bool; 3] = [true, false, false];
    const COUNTED: [bool; 3] = [true, true, false];
    const EDGES: [bool; 3] = [false, false, true];
    let pair = workspace("configured coverage");
    let all_tools = "[instrumentation.coverage]\nenabled = true\n";
    let kept = |config: &str, options: &[&str], variable: &str| {
        pair.write("instr.toml", config);
        let output = pair.output("coverage");
        let arguments = [&["run", "-q", "-p", "one"], options, &["--", "0"]].concat();
        succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output).env("INSTR_COVERAGE", variable));
        let run = runs(&output).remove(0);
        [files::COVERAGE, files::COUNTS, files::EDGES].map(|name| run.join(name).exists())
    };
    assert_eq!(kept("", &[], ""), NEITHER);
    assert_eq!(kept("", &["--coverage"], ""), COUNTED);
    assert_eq!(kept("", &["--coverage=flags"], ""), FLAGGED);
    assert_eq!(kept("", &["--coverage"], "flags"), COUNTED, "options go first");
    assert_eq!(kept(all_tools, &[], ""), COUNTED);
    assert_eq!(kept(all_tools, &[], "flags"), FLAGGED);
    assert_eq!(kept(all_tools, &[], "off"), NEITHER);
    let by_compiler = format!("{all_tools}backend = 'sancov'\n");
    assert_eq!(kept(&by_compiler, &["--coverage"], ""), COUNTED, "options go first");
    if cfg!(target_arch = "x86_64") {
        assert_eq!(kept(&by_compiler, &[], ""), EDGES);
    }
    pair.write("instr.toml", &format!("{all_tools}backend = 'llvm'\n"));
    let output = pair.instr(&["run"]).output().expect("cargo runs");
    let message = "cargo instr: instrumentation.coverage.backend = \"llvm\" is not made by this command; \"instr\" and \"sancov\" are\n";
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(2), message));
    let output = pair.instr(&["run", "--coverage", "--stack"]).output().expect("cargo runs");
    assert!(output.status.code() == Some(2) && said(&output).contains("cannot be used with"), "{output:?}");
}

#[test]
fn how_much_was_reached_is_said_whatever_a_command_ends_with() {
    let pair = workspace("coverage said");
    let said_of = |arguments: &[&str], variable: &str| {
        let output = pair.instr(arguments).env("INSTR_COVERAGE", variable).output().expect("cargo runs");
        let line = said(&output).lines().find(|line| line.contains(" lines were reached")).map(str::to_owned);
        (output.status.code(), line)
    };
    let (code, line) = said_of(&["run", "-q", "-p", "one", "--coverage", "--", "0"], "");
    let line = line.expect("a line");
    assert!(code == Some(0) && line.ends_with(" branches; `cargo instr coverage` says which"), "{code:?} {line}");
    assert!(said_of(&["run", "-q", "-p", "one", "--", "0"], "1").1.is_some(), "by the variable");
    assert_eq!(said_of(&["run", "-q", "-p", "one", "--", "0"], ""), (Some(0), None));
    assert_eq!(said_of(&["build", "-q", "--coverage"], ""), (Some(0), None));
    pair.write(
        "one/tests/aborts.rs",
        "#[test]\nfn aborts() {\n    let one = 1;\n    drop(one);\n    std::process::abort();\n}\n",
    );
    let (code, line) = said_of(&["test", "-q", "-p", "one", "--test", "aborts", "--coverage"], "");
    assert_ne!(code, Some(0));
    assert!(line.as_ref().is_some_and(|line| line.starts_with("instr: 3 of ")), "{line:?}");
    fs::remove_file(pair.path().join("one/tests/aborts.rs")).expect("it was there");
}

fn text(pair: &Workspace, path: &str) -> String {
    fs::read_to_string(pair.path().join(path)).expect("a source")
}

#[test]
fn what_is_wrong_ends_the_command_before_anything_is_built() {
    let pair = workspace("configured wrongly");
    let ended = |variable: &str| {
        let output = pair.instr(&["build"]).env("INSTR_CONFIG", variable).output().expect("cargo runs");
        (output.status.code(), said(&output))
    };
    pair.write("instr.toml", "[cargo-instr]\nsnik = 'ring'\nkeep = 0\n");
    let message = "cargo instr: instr.toml:2:1: unknown key `snik`; did you mean `sink`?\n  |\n2 | snik = 'ring'\n  | ^^^^\n\
                   instr.toml:3:8: `0` cannot be used: expected a number from 1 on\n  |\n3 | keep = 0\n  |        ^\n";
    assert_eq!(ended(""), (Some(2), message.to_owned()));
    pair.write("instr.toml", "");
    pair.write("two/instr.toml", "[build]\nlevel = 'line'\n");
    let (code, message) = ended("");
    assert!(
        code == Some(2) && message.starts_with("cargo instr: two/instr.toml:2:9: `line` cannot be used"),
        "{message}"
    );
    let missing = "cargo instr: cannot read missing.toml: No such file or directory (os error 2)\n";
    assert_eq!(ended("missing.toml"), (Some(2), missing.to_owned()));
}

#[test]
fn dependencies_are_instrumented_as_the_file_or_an_option_says() {
    let pair = workspace("configured dependencies");
    let recordable = |options: &[&str]| {
        let output = pair.output("dependencies");
        let arguments = [&["run", "-q", "-p", "one"], options, &["--", "cell"]].concat();
        let ended = pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
        assert!(ended.status.code().is_some_and(|code| code != 2), "{}", said(&ended));
        functions(&output).iter().any(|(name, _)| name.starts_with("once_cell::"))
    };
    assert!(!recordable(&[]));
    assert!(recordable(&["--deps"]));
    pair.write("instr.toml", "[cargo-instr]\nwith_dep = ['once_cell']\n");
    assert!(recordable(&[]));
    pair.write("instr.toml", "[cargo-instr]\ndeps = true\n");
    assert!(recordable(&[]));
}

/// A build script's dependency must not record what the build does, and a macro cannot.
#[test]
fn of_dependencies_that_are_not_instrumented_is_said_why() {
    let pair = workspace("configured reasons");
    pair.write(
        "two/Cargo.toml",
        "[package]\nname = \"two\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[features]\nloud = []\n\n[build-dependencies]\nonce_cell = \"1\"\n",
    );
    pair.write(
        "two/build.rs",
        "fn main() {\n    let cell = once_cell::sync::OnceCell::new();\n    cell.set(1).unwrap();\n}\n",
    );
    let output = pair.instr(&["build", "--deps"]).output().expect("cargo runs");
    assert!(output.status.success(), "{}", said(&output));
    let line =
        "instr: 1 of 1 dependencies are not instrumented, as they run in the compiler or in build scripts: once_cell\n";
    assert!(said(&output).contains(line), "{}", said(&output));
}
