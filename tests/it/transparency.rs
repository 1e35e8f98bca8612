//! Programs do the same with and without the attribute: output, order of drops, exit status and the compiler's messages.
//!
//! The cases are plain programs in `transparency/EDITION`, compiled in that edition and all later ones, as they are and
//! with every item annotated. Each prints what could change.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use instr_tests::package::{Package, runtime_dependency, without_braces};
use instr_tests::workspace;

const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

#[test]
fn edition_2015() {
    compare("2015", "");
}

#[test]
fn edition_2018() {
    compare("2018", "");
}

#[test]
fn edition_2021() {
    compare("2021", "");
}

#[test]
fn edition_2024() {
    compare("2024", "");
}

#[test]
fn at_the_level_of_blocks() {
    compare("2024", "level = \"block\"");
}

#[test]
fn at_the_level_of_functions() {
    compare("2021", "level = \"function\"");
}

#[test]
fn without_what_concerns_macros() {
    compare("2015", "macros = \"none\"");
}

/// `arguments` are those of the attribute.
fn compare(edition: &str, arguments: &str) {
    let cases = cases(edition);
    let (plain, plain_messages) = build(edition, &cases, None);
    let (instrumented, messages) = build(edition, &cases, Some(arguments));
    assert_eq!(without_braces(messages), without_braces(plain_messages), "in edition {edition}");
    for case in &cases {
        let name = stem(case);
        let (expected, actual) = (run(&plain, name), run(&instrumented, name));
        let stdout = String::from_utf8(actual.stdout).expect("UTF-8");
        assert_eq!(stdout, String::from_utf8(expected.stdout).expect("UTF-8"), "{name}");
        assert!(!stdout.is_empty(), "{name} says nothing");
        let stderr = [actual.stderr, expected.stderr].map(|stderr| without_ids(&stderr));
        assert_eq!(stderr[0], stderr[1], "{name}");
        assert_eq!(actual.status, expected.status, "{name}");
    }
}

/// The cases of this edition and of all before.
fn cases(edition: &str) -> Vec<PathBuf> {
    let editions = EDITIONS.iter().filter(|earlier| **earlier <= edition);
    let directories = editions.map(|edition| workspace().join("tests/transparency").join(edition));
    directories.flat_map(|directory| instr_tests::rust_files(&directory)).collect()
}

fn stem(case: &Path) -> &str {
    case.file_stem().and_then(|name| name.to_str()).expect("a name")
}

/// With the attribute if there are `arguments` for it.
fn build(edition: &str, cases: &[PathBuf], arguments: Option<&str>) -> (PathBuf, Vec<String>) {
    let words: String = arguments.unwrap_or("plain").chars().filter(char::is_ascii_alphabetic).collect();
    let name = format!("cases-{edition}-{words}");
    let package = Package::new(&name);
    let mut modules = String::from("mod noisy;\n");
    let mut arms = String::new();
    package.copy(&workspace().join("tests/transparency/noisy.rs"), "src/noisy.rs");
    for case in cases {
        let name = stem(case);
        package.copy(case, &format!("src/{name}.rs"));
        modules += &format!("mod {name};\n");
        arms += &format!("        {name:?} => {name}::main(),\n");
    }
    let main = format!(
        "{modules}\nfn main() {{\n    match &*std::env::args().nth(1).unwrap() {{\n{arms}        _ => panic!(),\n    }}\n}}\n"
    );
    package
        .write("src/main.rs", &if edition == "2015" { format!("extern crate instr_runtime;\n{main}") } else { main });
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[features]\ninstr = []\n\
             default = [{}]\n\n[dependencies]\ninstr-runtime = {}\n\n[workspace]\n",
            if arguments.is_some() { "\"instr\"" } else { "" },
            runtime_dependency(),
        ),
    );
    if let Some(arguments) = arguments {
        assert!(package.annotate_with(arguments, "src", edition) > cases.len());
    }
    let (executables, messages) = package.build(&["build"]);
    (executables[&name].clone(), messages)
}

fn run(program: &Path, case: &str) -> Output {
    let directory = tempfile::tempdir().expect("a directory");
    Command::new(program).arg(case).current_dir(&directory).env_clear().output().expect("it starts")
}

/// A panic's message names the thread by its id.
fn without_ids(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    text.split(['(', ')']).filter(|part| part.parse::<u32>().is_err()).collect()
}
