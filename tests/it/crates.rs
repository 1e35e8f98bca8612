//! Crates of unusual shapes build without a message, also with clippy, and do what they do.

use std::process::Command;

use instr_tests::libtest::outcomes;
use instr_tests::package::{Package, runtime_dependency, succeed};
use instr_tests::workspace;

const USUAL: &str = "instr-runtime";

#[test]
fn under_the_strictest_lints() {
    let package = package("strict", "2024", USUAL);
    let plain = run(&package);
    package.annotate("src", "2024");
    assert_eq!(package.messages(&["clippy"]), [""; 0]);
    assert_eq!(run(&package), plain);
    assert!(plain.contains("Ok(12)"), "{plain}");
}

#[test]
fn under_pedantic_sets_of_lints() {
    let package = package("pedantic", "2024", USUAL);
    let plain = run(&package);
    assert_eq!(package.messages(&["clippy"]), [""; 0]);
    package.annotate("src", "2024");
    assert_eq!(package.messages(&["clippy"]), [""; 0]);
    assert_eq!(run(&package), plain);
    assert!(plain.contains("Ok(3)"), "{plain}");
}

#[test]
fn beside_names_that_the_expansion_uses() {
    for edition in ["2018", "2021", "2024"] {
        let package = package("own_names", edition, USUAL);
        let plain = run(&package);
        package.annotate("src", edition);
        assert_eq!(package.messages(&["check"]), [""; 0]);
        assert_eq!(run(&package), plain);
        assert_eq!(plain, "xxx3\n");
    }
}

#[test]
fn with_signal_handlers() {
    for edition in ["2021", "2024"] {
        let package = package("handlers", edition, USUAL);
        assert_eq!(package.messages(&["clippy"]), [""; 0]);
        assert_eq!(run(&package), "11\n");
    }
}

#[test]
fn without_the_standard_library() {
    let package = package("no_std", "2024", USUAL);
    std::fs::rename(package.path().join("src/main.rs"), package.path().join("src/lib.rs")).expect("a source");
    assert_eq!(package.annotate("src", "2024"), 3);
    assert_eq!(package.messages(&["clippy"]), [""; 0]);
}

/// Where nothing is recorded, the runtime needs no more than the program itself; where something is, it needs `std`.
#[test]
fn with_a_panic_handler_of_its_own() {
    let package = package("bare", "2024", USUAL);
    let manifest = std::fs::read_to_string(package.path().join("Cargo.toml")).expect("a manifest");
    let off = manifest.replace("\"enabled\"", "") + "\n[profile.dev]\npanic = \"abort\"\n";
    package.write("Cargo.toml", &off);
    let (executables, messages) = package.build(&["build"]);
    assert_eq!(messages, [""; 0]);
    let status = Command::new(&executables["bare"]).status().expect("it starts");
    assert_eq!(status.code(), Some(7));
}

#[test]
fn with_the_runtime_under_another_name() {
    for edition in ["2018", "2021", "2024"] {
        for name in ["renamed", "renamed_extern"] {
            let package = package(name, edition, "recorder");
            assert_eq!(package.messages(&["check"]), [""; 0]);
            assert_eq!(run(&package), "1\n");
        }
    }
}

#[test]
fn with_doc_tests() {
    for edition in ["2021", "2024"] {
        let package = package("documented", edition, USUAL);
        std::fs::rename(package.path().join("src/main.rs"), package.path().join("src/lib.rs")).expect("a source");
        package.annotate("src", edition);
        let output = tempfile::tempdir().expect("a directory");
        let tested = succeed(package.cargo(&["test", "--doc"]).env("INSTR_OUTPUT_DIR", output.path()));
        let outcomes = outcomes(&String::from_utf8_lossy(&tested.stdout));
        assert_eq!(outcomes.len(), 5, "{outcomes:?}");
        assert!(outcomes.iter().all(|(_, outcome)| outcome == "ok"), "{outcomes:?}");
        assert!(output.path().read_dir().expect("runs").count() > 0);
    }
}

/// A package of the one source, which names the runtime as `dependency`.
fn package(name: &str, edition: &str, dependency: &str) -> Package {
    let package = Package::new(&format!("{name}-{edition}"));
    package.copy(&workspace().join(format!("tests/crates/{name}.rs")), "src/main.rs");
    let runtime = runtime_dependency().replace('{', "{ package = \"instr-runtime\",");
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = {edition:?}\n\n[dependencies]\n{dependency} = \
             {runtime}\n\n[workspace]\n"
        ),
    );
    package
}

fn run(package: &Package) -> String {
    let (executables, messages) = package.build(&["build"]);
    assert_eq!(messages, [""; 0]);
    let executable = executables.values().next().expect("a program");
    let directory = tempfile::tempdir().expect("a directory");
    let output = succeed(Command::new(executable).current_dir(&directory));
    String::from_utf8(output.stdout).expect("UTF-8")
}
