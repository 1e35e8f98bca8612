//! What is compiled again, and what is not.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use instr_tests::cargo_instr::{Workspace, functions};
use instr_tests::package::{json_lines, succeed};

/// The names of the targets that cargo had to compile.
fn compiled(command: &mut Command) -> BTreeSet<String> {
    let output = succeed(command.args(["--message-format", "json"]));
    let artifacts = json_lines(&output).filter(|line| line["reason"] == "compiler-artifact" && line["fresh"] == false);
    artifacts.map(|line| line["target"]["name"].as_str().expect("a name").to_owned()).collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn only_what_was_touched() {
    let pair = Workspace::new("pair", "rebuilds");
    let build = || pair.instr(&["build", "--workspace"]);
    succeed(&mut build());
    assert_eq!(compiled(&mut build()), set([]));
    let main = pair.path().join("two/src/main.rs");
    let source = fs::read_to_string(&main).expect("a source");
    pair.write("two/src/main.rs", &format!("{source}\nfn _added() {{\n    let one = 1;\n    drop(one);\n}}\n"));
    assert_eq!(compiled(&mut build()), set(["two"]));
    // A module that is not the root.
    let ways = fs::read_to_string(pair.path().join("one/src/ways.rs")).expect("a source");
    pair.write("one/src/ways.rs", &format!("{ways}\n"));
    assert_eq!(compiled(&mut build()), set(["another", "one"]));
    assert_eq!(compiled(&mut build()), set([]));
    // A file becomes a directory, and one that is new is found.
    fs::remove_file(pair.path().join("one/src/ways.rs")).expect("it is there");
    pair.write("one/src/ways/mod.rs", &format!("mod more;\n{ways}\npub fn more() {{\n    more::more();\n}}\n"));
    pair.write("one/src/ways/more.rs", "pub fn more() {\n    println!(\"more\");\n}\n");
    assert_eq!(compiled(&mut build()), set(["another", "one"]));
    assert_eq!(compiled(&mut build()), set([]));
}

#[test]
fn another_selection() {
    let pair = Workspace::new("pair", "reselected");
    let run = |arguments: &[&str], name| {
        let output = pair.output(name);
        let arguments = [&["run", "-q", "-p", "one"], arguments, &["--", "0"]].concat();
        succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
        functions(&output).len()
    };
    let all = run(&[], "all");
    let some = run(&["--exclude-file", "ways.rs"], "some");
    assert!(0 < some && some < all, "{some} of {all}");
    assert_eq!(run(&[], "all again"), all);
    // What was made for either is still there.
    let build =
        |options: &[&str]| compiled(&mut pair.instr(&[&["build", "-p", "one", "--bin", "one"], options].concat()));
    assert_eq!(build(&[]), set([]));
    assert_eq!(build(&["--exclude-file", "ways.rs"]), set([]));
    // Crates that have nothing to do with it were made once. Nobody has asked for this selection before, not even this test.
    let never_before = format!("main.rs,{}", std::process::id());
    assert_eq!(build(&["--exclude-file", &never_before]), set(["one"]));
}
