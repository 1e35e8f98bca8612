//! What has no effect is said.

use instr_tests::cargo_instr::Workspace;
use instr_tests::package::said;

fn stderr(pair: &Workspace, arguments: &[&str]) -> String {
    let output = pair.instr(arguments).output().expect("cargo runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether something was compiled for it or not.
#[test]
fn patterns_that_match_nothing() {
    let pair = Workspace::new("pair", "no match");
    let run = ["run", "-q", "-p", "two"];
    let cases: [(&[&str], &str); 5] = [
        (&["--include-file", "nosuch.rs"], "no function matches --include-file nosuch.rs; nothing is instrumented"),
        (
            &["--include-function=nosuch::a,nosuch::b"],
            "no function matches --include-function nosuch::a or --include-function nosuch::b; nothing is instrumented",
        ),
        (&["--include-file", "main.rs,nosuch.rs"], "no function matches --include-file nosuch.rs"),
        (&["--exclude-file", "nosuch.rs"], "nothing matches --exclude-file nosuch.rs; nothing is left out by it"),
        (
            &["--include-file", "main.rs", "--exclude-function", "*::main"],
            "no function is left by --include-file main.rs --exclude-function *::main together; nothing is instrumented",
        ),
    ];
    for (options, warning) in cases {
        for _ in 0..2 {
            assert_eq!(stderr(&pair, &[&run[..], options].concat()), format!("warning: {warning}\n"));
        }
        let built = stderr(&pair, &[&["build", "-q", "-p", "two"], options].concat());
        assert!(built.starts_with(&format!("warning: {warning}\ninstr: what was built is in ")), "{built}");
    }
    let matching = ["run", "-q", "-p", "one", "--bin", "one", "--exclude-file", "ways.rs,src/lib.rs", "--", "0"];
    assert_eq!(stderr(&pair, &matching), "");
}

#[test]
fn a_dependency_that_is_not_part_of_it() {
    let pair = Workspace::new("pair", "unused dependency");
    let told = stderr(&pair, &["build", "-q", "-p", "two", "--with-dep", "once_cell"]);
    assert!(told.starts_with("warning: --with-dep once_cell: what was built does not use it\n"), "{told}");
    // What is known of a plan's crates stays from one build to the next.
    let pair = Workspace::new("pair", "used dependency");
    let told = stderr(&pair, &["build", "-q", "-p", "one", "--with-dep", "once_cell"]);
    assert!(told.starts_with("instr: what was built is in "), "{told}");
}

#[test]
fn a_run_that_recorded_nothing() {
    let pair = Workspace::new("pair", "nothing");
    let run = |enable: &str| {
        let output = pair.instr(&["run", "-q", "-p", "two"]).env("INSTR_ENABLE", enable).output().expect("it runs");
        said(&output)
    };
    assert_eq!(run("off"), "warning: nothing was recorded: INSTR_ENABLE=off turns it off\ntwo false\n");
    assert_eq!(run("1"), "two false\n");
    pair.write(
        "two/src/main.rs",
        "const fn nothing() {}\n\nmacro_rules! main {\n    () => { fn main() { nothing() } };\n}\n\nmain!();\n",
    );
    let told = run("1");
    assert!(
        told.starts_with("warning: nothing was recorded: nothing that ran is instrumented, or it could not "),
        "{told}"
    );
}

/// Cargo's error stands, and what was most likely meant behind it.
#[test]
fn misspelt_options_and_verbs() {
    let pair = Workspace::new("pair", "misspelt");
    for (given, meant) in [
        ("--levle", "--level"),
        ("--levl=block", "--level"),
        ("--withdep", "--with-dep"),
        ("--include", "--include-file"),
        ("--function-include", "--include-function"),
        ("--exclude-functions", "--exclude-function"),
    ] {
        let output = pair.instr(&["build", given, "block"]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let name = given.split('=').next().unwrap_or_default();
        assert!(said(&output).starts_with(&format!("error: unexpected argument '{name}' found")), "{}", said(&output));
        assert!(said(&output).ends_with(&format!("instr: `{name}`: did you mean `{meant}`?\n")), "{}", said(&output));
    }
    // Cargo's own, and what resembles nothing.
    for given in [&["--exclude", "two"][..], &["--keep-goin"], &["--nothing-like-it"], &["--relase"]] {
        let told = stderr(&pair, &[&["build"], given].concat());
        assert!(told.starts_with("error: ") && !told.contains("instr: "), "{told}");
    }
    let output = pair.instr(&["repotr"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(101));
    assert!(
        said(&output).starts_with("instr: did you mean `cargo instr report`?\nerror: no such command: `repotr`"),
        "{}",
        said(&output)
    );
    assert!(stderr(&pair, &["no-such-command"]).starts_with("error: no such command"));
}

/// A package is left out, and not a file.
#[test]
fn cargos_exclude() {
    let pair = Workspace::new("pair", "exclude");
    let output = pair.instr(&["build", "--workspace", "--exclude", "one"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("Compiling two ") || said(&output).contains("Finished"), "{}", said(&output));
    assert!(!said(&output).contains("Compiling one "), "{}", said(&output));
}
