//! What is instrumented, as the table of everything that could be recorded shows it.

use std::collections::BTreeSet;
use std::fs;

use instr_tests::cargo_instr::{Workspace, functions};
use instr_tests::package::{said, succeed};

fn names(pair: &Workspace, options: &[&str]) -> BTreeSet<String> {
    let output = pair.output("selected");
    let arguments = [&["run", "-q", "-p", "one"], options, &["--", "cell"]].concat();
    succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    functions(&output).into_iter().map(|(name, _)| name).collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn files_and_functions() {
    let pair = Workspace::new("pair", "selection");
    let all = names(&pair, &[]);
    assert_eq!(
        all,
        set([
            "one::Way::go",
            "one::Way::new",
            "one::main",
            "one::ways::cell",
            "one::ways::find",
            "one::ways::give_up",
            "one::ways::go",
            "one::ways::wait",
            "one::ways::write_to"
        ])
    );
    let without = |names: &[&str]| -> BTreeSet<String> {
        all.iter().filter(|name| !names.contains(&name.as_str())).cloned().collect()
    };
    assert_eq!(names(&pair, &["--include-file", "one/src/lib.rs"]), set(["one::Way::go", "one::Way::new"]));
    assert_eq!(
        names(&pair, &["--include-file=one/src/main.rs,lib.rs", "--exclude-file", "*/lib.rs"]),
        set(["one::main"])
    );
    assert_eq!(names(&pair, &["--include-function", "*::Way::*"]), set(["one::Way::go", "one::Way::new"]));
    let options = ["--exclude-function", "one::Way::new", "--exclude-function", "*::give_up,*::wait"];
    assert_eq!(names(&pair, &options), without(&["one::Way::new", "one::ways::give_up", "one::ways::wait"]));
    let options = ["--include-file", "lib.rs", "--include-function", "*::go"];
    assert_eq!(names(&pair, &options), set(["one::Way::go"]));
    assert_eq!(names(&pair, &["--include-file", "no such file"]), set([]));
}

/// The name may stand before the verb too.
#[test]
fn options_before_the_verb() {
    let pair = Workspace::new("pair", "before");
    let output = pair.output("before");
    let mut command = pair.instr(&["--include-function", "*::main", "run", "-q", "-p", "one", "--", "0"]);
    succeed(command.env("INSTR_OUTPUT_DIR", &output));
    let names: Vec<_> = functions(&output).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["one::main"]);
}

#[test]
fn a_dependency() {
    let pair = Workspace::new("pair", "dependency");
    assert!(names(&pair, &["--with-dep", "once_cell"]).iter().any(|name| name.starts_with("once_cell::")));
    assert!(!names(&pair, &[]).iter().any(|name| name.starts_with("once_cell::")));
    let unknown = pair.instr(&["build", "--with-dep", "once_upon_a_time"]).output().expect("cargo runs");
    assert_eq!(unknown.status.code(), Some(2));
    let message = "cargo instr: --with-dep: no dependency is named `once_upon_a_time`; `cargo tree` lists them\n";
    assert_eq!(said(&unknown), message);
    pair.write("macros/Cargo.toml", "[package]\nname = \"macros\"\nversion = \"0.1.0\"\n\n[lib]\nproc-macro = true\n");
    pair.write("macros/src/lib.rs", "");
    let manifest = fs::read_to_string(pair.path().join("two/Cargo.toml")).expect("a manifest");
    pair.write("two/Cargo.toml", &format!("{manifest}\n[dependencies]\nmacros = {{ path = \"../macros\" }}\n"));
    let macros = pair.instr(&["build", "--with-dep", "macros"]).output().expect("cargo runs");
    assert_eq!(macros.status.code(), Some(2));
    let message = "cargo instr: --with-dep: `macros` is a procedural macro, which runs in the compiler\n";
    assert!(said(&macros).ends_with(message), "{}", said(&macros));
}

#[test]
fn a_dependency_that_a_feature_turns_on() {
    let pair = Workspace::new("pair", "optional dependency");
    let manifest = fs::read_to_string(pair.path().join("two/Cargo.toml")).expect("a manifest");
    let manifest = manifest.replace("loud = []", "loud = [\"dep:cfg-if\"]");
    pair.write(
        "two/Cargo.toml",
        &format!("{manifest}\n[dependencies]\ncfg-if = {{ version = \"1\", optional = true }}\n"),
    );
    let arguments = ["build", "-p", "two", "--with-dep", "cfg-if"];
    let without = pair.instr(&arguments).output().expect("cargo runs");
    assert!(said(&without).contains("no dependency is named `cfg-if`"), "{}", said(&without));
    for option in ["--features=loud", "--all-features"] {
        succeed(&mut pair.instr(&[&arguments[..], &[option]].concat()));
    }
}

/// Whether the macros know levels yet or not, the annotated sources name the one that was asked for.
#[test]
fn the_level_is_in_the_annotated_sources() {
    let pair = Workspace::new("pair", "level");
    // What does not compile is used as it is.
    succeed(&mut pair.instr(&["build", "-p", "two", "--level", "function"]));
    let root = pair.path().strip_prefix("/").expect("an absolute path").join("two/src/main.rs");
    let overlays = pair.overlays().into_iter();
    let sources: Vec<String> = overlays
        .filter_map(|overlay| fs::read_to_string(overlay.join(&root)).ok())
        .filter(|source| source.contains("level = \"function\""))
        .collect();
    // Those of an earlier build of the command stay.
    assert!(!sources.is_empty());
    let wrong = pair.instr(&["build", "--level", "some"]).output().expect("cargo runs");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("possible values: statement, block, function"), "{}", said(&wrong));
}
