//! Commands that run at the same time in one workspace.

use std::fs;
use std::process::Stdio;

use instr_tests::cargo_instr::{Workspace, functions};
use instr_tests::program::{finish, start};

/// Each instruments what it was asked to, however they take turns.
#[test]
fn each_has_its_own_selection() {
    let pair = Workspace::new("pair", "together");
    let source = fs::read_to_string(pair.path().join("one/src/main.rs")).expect("a source");
    for round in 0..3 {
        // So that there is something to compile.
        pair.write("one/src/main.rs", &format!("{source}// {round}\n"));
        let selected = ["one::main", "one::ways::go", "one::Way::new", ""];
        let running: Vec<_> = selected
            .into_iter()
            .map(|function| {
                let output = pair.output(&format!("{function} {round}"));
                let selection = ["--include-function", function];
                let selection = if function.is_empty() { &[][..] } else { &selection };
                let mut command = pair.instr(&[&["run", "-q", "-p", "one"], selection, &["--", "7"]].concat());
                command.env("INSTR_OUTPUT_DIR", &output).stdin(Stdio::null());
                (function, output, start(&mut command))
            })
            .collect();
        for (function, output, child) in running {
            let ended = finish(child);
            assert_eq!(ended.status.code(), Some(7), "{}", ended.stderr);
            let names: Vec<_> = functions(&output).into_iter().map(|(name, _)| name).collect();
            if function.is_empty() {
                assert_eq!(names.len(), 9, "{names:?}");
            } else {
                assert_eq!(names, [function]);
            }
        }
    }
}
