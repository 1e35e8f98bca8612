//! Programs that end otherwise than by returning from `main` with nothing: as without us, and found where they were.

use instr_tests::package::{Package, runtime_dependency};
use instr_tests::program::{Ended, Scene, run};
use instr_tests::report::Report;
use instr_tests::workspace;

#[test]
fn row_05_an_error_that_main_returns() {
    for argument in ["2", "3", "x"] {
        let ([plain, instrumented], report) = both("failing", "", &["build"], &[argument]);
        assert_eq!(instrumented, plain);
        let code = if argument == "2" { 0 } else { 1 };
        assert_eq!(plain.status.code(), Some(code), "{plain:?}");
        assert_eq!(report.end(), ("exit", Some(&*code.to_string())));
    }
}

#[test]
fn a_panic_that_aborts() {
    let abort = "[profile.dev]\npanic = \"abort\"\n\n[profile.release]\npanic = \"abort\"\n";
    for command in [&["build"][..], &["build", "--release"]] {
        let ([plain, instrumented], report) = both("aborting", abort, command, &[]);
        assert_eq!(instrumented, plain);
        assert!(plain.stdout.ends_with("3 is too much\n"), "{plain:?}");
        let last = &report.thread("main")["last"];
        assert_eq!(last["snippet"], "assert!(number < 3, \"{number} is too much\");", "{last}");
    }
}

/// How a program ends plain and instrumented, and the report on the latter.
fn both(name: &str, profiles: &str, command: &[&str], arguments: &[&str]) -> ([Ended; 2], Report) {
    let scene = Scene::new();
    let ended = [false, true].map(|instrumented| {
        let package = Package::new(&format!("{name}-{}", if instrumented { "instrumented" } else { "plain" }));
        package.copy(&workspace().join(format!("tests/crates/{name}.rs")), "src/main.rs");
        let runtime = runtime_dependency();
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [dependencies]\ninstr-runtime = {runtime}\n\n{profiles}"
            ),
        );
        if instrumented {
            assert!(package.annotate("src", "2024") > 2);
        }
        let (executables, messages) = package.build(command);
        assert_eq!(messages, [""; 0]);
        run(scene.command(&executables[name]).args(arguments))
    });
    (ended, scene.report())
}
