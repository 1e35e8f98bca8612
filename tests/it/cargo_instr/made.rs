//! Functions that a crate's own macros make, in whole crates.

use std::path::PathBuf;

use instr_tests::cargo_instr::{Workspace, runs};
use serde_json::{Value, json};

/// What is said when the program dies so, and where its records are.
fn dies(made: &Workspace, way: &str) -> (String, PathBuf) {
    let output = made.output(way);
    let mut command = made.instr(&["run", "-q", "--", way]);
    let ended = command.env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(134));
    (String::from_utf8_lossy(&ended.stderr).into_owned(), output)
}

#[track_caller]
fn assert_holds(said: &str, expected: &[&str]) {
    for expected in expected {
        assert!(said.contains(expected), "`{expected}` is not in\n{said}");
    }
}

/// The type and the place of the invocation tell which of those that one macro makes it is.
#[test]
fn the_report_names_type_and_invocation() {
    let made = Workspace::new("made", "made");
    for (way, function, invocation) in [("out", "Out::log", 27), ("err", "Err::log", 28)] {
        let place = format!("crashed in made::{function}::{{{{closure}}}} at src/main.rs:18:");
        let from = format!("(expanded from src/main.rs:{invocation}:1)");
        let (said, _) = dies(&made, way);
        assert_holds(&said, &[&place, &from, "made::report                 to.log(text);"]);
        assert!(!said.contains("perhaps"), "{said}");
    }
}

/// The crate is built all the same, and the program runs; the first build says what the others do not try again.
#[test]
fn a_macro_with_which_the_crate_does_not_compile_is_named() {
    let made = Workspace::new("made", "refused");
    let (said, _) = dies(&made, "refused");
    assert_holds(
        &said,
        &[
            "note: instr: not instrumented, as the crate does not compile otherwise: functions that the macro `counts` makes\n --> src/main.rs:30\n",
            "crashed in made::main at src/main.rs:61:",
            "  what this calls is not instrumented, innermost first:\n    made::strict::count at src/main.rs:36\n    \
             made::strict::count_by_two at src/main.rs:40, made by `counts!`: the crate does not compile with the macro \
             instrumented\n",
        ],
    );
    assert!(!said.contains("used as it is"), "{said}");
    assert_holds(&dies(&made, "err").0, &["crashed in made::Err::log::{{closure}} at "]);
}

#[test]
fn a_macro_that_other_crates_can_use_is_named() {
    let made = Workspace::new("made", "exported");
    let (said, output) = dies(&made, "exported");
    let expected = "  what this calls is not instrumented: <made::Sink as made::Log>::log::{{closure}} at src/lib.rs:18, made by \
                    `logs!`: other crates can use the macro\n";
    assert_holds(&said, &["crashed in made::report at src/main.rs:52:", expected]);
    // Without the frames of the crash, the text of the statement has to do.
    let run = runs(&output).pop().expect("a run");
    std::fs::remove_file(run.join("crash.json")).expect("it was there");
    let expected = "  perhaps in `log` (src/lib.rs:15), which `logs!` makes and which is not instrumented: other crates \
                    can use the macro\n";
    assert_holds(&instr_tests::analyzer::run([&run]).stdout, &["inside made::report at src/main.rs:52:", expected]);
    let json = std::fs::read(run.join("run.json")).expect("a file");
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    let expected = json!({
        "function": "made::logs!::$type::log", "file": "src/lib.rs", "line": 15, "reason": "other crates can use the macro",
    });
    assert!(json["untouched"].as_array().expect("functions").contains(&expected), "{json}");
}

/// Wherever it comes from: here, it is left out by an option.
#[test]
fn what_a_crash_was_in_that_is_left_out_is_named() {
    let made = Workspace::new("made", "left-out");
    let output = made.output("left-out");
    let mut command = made.instr(&["run", "-q", "--exclude-function", "*::log", "--", "out"]);
    let ended = command.env("INSTR_OUTPUT_DIR", &output).output().expect("cargo runs");
    assert_eq!(ended.status.code(), Some(134));
    let called = "  what this calls is not instrumented: <made::Out as made::Log>::log::{{closure}} at src/main.rs:";
    assert_holds(&String::from_utf8_lossy(&ended.stderr), &["crashed in made::report at src/main.rs:52:", called]);
    let report = instr_tests::report::Report::of(&runs(&output)[0]);
    let called = &report.threads()[0]["not_instrumented"];
    let expected = json!([{ "function": "<made::Out as made::Log>::log::{{closure}}", "file": "src/main.rs", "line": called[0]["line"], "is_certain": true }]);
    assert_eq!(called, &expected);
}
