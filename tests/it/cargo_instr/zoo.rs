//! A workspace with modules in every place where one can be: nothing in it can tell that it is instrumented.

use std::process::Output;
use std::sync::{Mutex, PoisonError};

use instr_tests::cargo_instr::{Workspace, functions, recorded, runs};
use instr_tests::libtest::outcomes;
use instr_tests::package::{said, succeed};

/// What cargo builds at the same time in the same workspace would wait for each other anyway.
static TURN: Mutex<()> = Mutex::new(());

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn a_program_prints_the_same_and_no_file_changes() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let zoo = Workspace::new("zoo", "zoo");
    let output = zoo.output("run");
    let arguments = ["run", "--", "--include-file", "b"];
    let plain = zoo.cargo(&arguments).output().expect("cargo runs");
    let before = zoo.tree();
    let instrumented = zoo.instr(&arguments).env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    assert_eq!(text(&instrumented), text(&plain), "{}", said(&instrumented));
    assert!(text(&plain).contains("panic at zoo/src/lib.rs:"), "{}", said(&plain));
    assert_eq!((plain.status.code(), instrumented.status.code()), (Some(7), Some(7)));
    assert_eq!(zoo.tree(), before);

    let names: Vec<String> = functions(&output).into_iter().map(|(function, _)| function).collect();
    let heres = [
        "flat",
        "flat::below",
        "flat::inner::y",
        "nested",
        "nested::deep",
        "nested::deep::deeper",
        "renamed",
        "renamed::child",
        "elsewhere",
        "elsewhere::sibling",
        "beyond",
        "r#match",
        "inline::file",
        "inline::even",
        "chosen",
        "within",
    ];
    let heres = heres.map(|module| format!("zoo::{module}::here"));
    let others = ["app::main", "zoo::included", "zoo::Cage::number", "strict::half", "bare::double"];
    let old = ["old::here", "old::inner::here", "old::inner::Named::name"];
    for expected in heres.iter().map(String::as_str).chain(others).chain(old) {
        let expected = expected.replace("r#", "");
        assert!(names.iter().any(|name| name.replace("r#", "") == expected), "{expected} is not in {names:#?}");
    }
}

#[test]
fn what_is_compiled_with_does_not_record() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let zoo = Workspace::new("zoo", "zoo");
    let output = zoo.output("compiled");
    // Has the macro expanded again, which uses an instrumented crate.
    zoo.write("zoo/src/match.rs", "pub fn here() -> String {\n    crate::place!()\n}\n");
    succeed(zoo.instr(&["build"]).env("INSTR_OUTPUT_DIR", &output));
    let compilers = runs(&output).into_iter().filter(|run| run.to_string_lossy().contains("rustc-"));
    assert_eq!(compilers.collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn tests_have_the_same_outcomes_and_are_recorded() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let zoo = Workspace::new("zoo", "zoo");
    let output = zoo.output("test");
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    let plain = zoo.cargo(&arguments).output().expect("cargo runs");
    let instrumented = zoo.instr(&arguments).env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    assert_eq!(outcomes(&text(&instrumented)), outcomes(&text(&plain)), "{}", said(&instrumented));
    assert_eq!(outcomes(&text(&plain)).len(), 10, "{}", said(&plain));
    assert_eq!((plain.status.code(), instrumented.status.code()), (Some(101), Some(101)));

    let recorded = recorded(&output);
    let unit = "zoo::tests::unit_test";
    let integration = ["api::integration_test", "api::fails_in_both", "api::more::check"];
    let doc_tests = ["zoo::documented", "zoo::documented_in_the_readme"];
    for expected in [unit].into_iter().chain(integration).chain(doc_tests) {
        assert!(recorded.contains(expected), "{expected} is not in {recorded:#?}");
    }
    let macros: Vec<_> = recorded.iter().filter(|name| name.starts_with("macros::")).collect();
    assert!(macros.is_empty(), "{macros:?}");
}

#[test]
fn an_example_of_a_package() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let zoo = Workspace::new("zoo", "zoo");
    let output = zoo.output("example");
    let arguments = ["run", "-p", "zoo", "--example", "visit"];
    let plain = succeed(&mut zoo.cargo(&arguments));
    let instrumented = succeed(zoo.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(text(&instrumented), text(&plain));
    assert!(recorded(&output).contains("visit::main"));
}

/// With fat LTO and without unwinding.
#[test]
fn optimised_as_a_whole() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let zoo = Workspace::new("zoo", "zoo");
    let output = zoo.output("release");
    let plain = zoo.cargo(&["run", "--release"]).output().expect("cargo runs");
    let instrumented = zoo.instr(&["run", "--release"]).env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    assert_eq!(text(&instrumented), text(&plain), "{}", said(&instrumented));
    assert_eq!(instrumented.status.code(), Some(7));
    assert!(recorded(&output).contains("zoo::places"));
}

/// A library for programs in other languages is made, and plain cargo's own target directory stays as fresh as it was.
#[test]
fn a_whole_workspace_builds_and_plain_builds_stay_fresh() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let zoo = Workspace::new("zoo", "zoo");
    succeed(&mut zoo.cargo(&["build", "--workspace"]));
    succeed(&mut zoo.instr(&["build", "--workspace"]));
    assert!(zoo.path().join("target/instr/debug/libplugin.so").exists());
    let again = succeed(&mut zoo.cargo(&["build", "--workspace", "-v"]));
    assert!(!said(&again).contains("Compiling") && said(&again).contains("Fresh zoo"), "{}", said(&again));
    let again = succeed(&mut zoo.instr(&["build", "--workspace", "-v"]));
    assert!(!said(&again).contains("Compiling") && said(&again).contains("Fresh zoo"), "{}", said(&again));
}
