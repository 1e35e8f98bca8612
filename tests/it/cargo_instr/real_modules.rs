//! The two kinds of modules of a published crate, as the guide shows them: an inline one takes the attribute, one in a file of
//! its own is selected.

use std::fs;
use std::path::Path;

use instr_tests::cargo_instr::{Workspace, functions, runs};
use instr_tests::package::{download, runtime_dependency, said, succeed};
use instr_tests::workspace;
use toml::{Table, Value};

const EXAMPLE: [&str; 4] = ["run", "-q", "--example", "lazy_static"];

/// once_cell without what its own tests and other examples need.
fn once_cell(theme: &str) -> Workspace {
    let once_cell = Workspace::of(&download("once_cell", "1.21.4"), theme);
    edit_manifest(&once_cell, |manifest| {
        for key in ["dev-dependencies", "example", "test"] {
            manifest.remove(key);
        }
        manifest["package"]["autoexamples"] = Value::Boolean(true);
        manifest.insert("workspace".to_owned(), Value::Table(Table::new()));
    });
    for example in ["bench.rs", "bench_acquire.rs", "regex.rs", "test_synchronization.rs"] {
        fs::remove_file(once_cell.path().join("examples").join(example)).expect("it is there");
    }
    once_cell.fetch();
    once_cell
}

fn edit_manifest(package: &Workspace, edit: impl FnOnce(&mut Table)) {
    let mut manifest: Table = read(&package.path().join("Cargo.toml")).parse().expect("TOML");
    edit(&mut manifest);
    package.write("Cargo.toml", &manifest.to_string());
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn put_attribute(package: &Workspace, module: &str) {
    let source = read(&package.path().join("src/lib.rs"));
    assert_eq!(source.matches(module).count(), 1);
    package.write("src/lib.rs", &source.replace(module, &format!("#[instr_runtime::instrument_source]\n{module}")));
    edit_manifest(package, |manifest| {
        let runtime: Table = format!("runtime = {}", runtime_dependency()).parse().expect("TOML");
        let dependencies = manifest.get_mut("dependencies").and_then(Value::as_table_mut).expect("a table");
        dependencies.insert("instr-runtime".to_owned(), runtime["runtime"].clone());
    });
}

/// The blocks of the guide's section on modules.
fn blocks() -> Vec<String> {
    let guide = read(&workspace().join("docs/guide/whole-crates.md"));
    let section =
        guide.split("\n## ").find(|section| section.starts_with("Modules of a published crate")).expect("a section");
    section.split("```").skip(1).step_by(2).map(str::to_owned).collect()
}

#[track_caller]
fn assert_shown(text: &str) {
    assert!(blocks().iter().any(|block| block.contains(text)), "the guide does not show\n{text}");
}

/// The block that begins like this is part of the table of everything that can be recorded.
#[track_caller]
fn assert_in_table(beginning: &str, output: &Path) {
    let table = read(&runs(output)[0].join("sites"));
    let blocks = blocks();
    let block = blocks.iter().find(|block| block.trim_start().starts_with(beginning)).expect(beginning);
    for line in block.trim().lines() {
        assert!(table.lines().any(|real| real == line), "{line} is not in\n{table}");
    }
}

#[test]
fn an_inline_one_by_the_attribute() {
    let once_cell = once_cell("inline module");
    put_attribute(&once_cell, "pub mod sync {");
    assert_shown("#[instr_runtime::instrument_source]\npub mod sync {");
    let output = once_cell.output("inline");
    succeed(once_cell.cargo(&EXAMPLE).env("INSTR_OUTPUT_DIR", &output));
    let functions = functions(&output);
    assert!(
        functions.len() > 10 && functions.iter().all(|(name, _)| name.starts_with("once_cell::sync::")),
        "{functions:#?}"
    );
    assert_in_table("once_cell::sync ", &output);
}

#[test]
fn one_in_a_file_of_its_own_by_selection() {
    let once_cell = once_cell("module in a file");
    let output = once_cell.output("file");
    let selection = ["--include-function", "once_cell::imp::*"];
    succeed(once_cell.instr(&[&EXAMPLE[..], &selection].concat()).env("INSTR_OUTPUT_DIR", &output));
    let functions = functions(&output);
    assert!(functions.len() > 5, "{functions:#?}");
    for (name, file) in functions {
        assert!(name.starts_with("once_cell::imp::") && file == "src/imp_std.rs", "{name} in {file}");
    }
    assert_shown("cargo instr run --example lazy_static --include-function 'once_cell::imp::*'");
    assert_in_table("once_cell::imp ", &output);
    // What stable says to the attribute.
    put_attribute(&once_cell, "#[path = \"imp_std.rs\"]\nmod imp;");
    let refused = once_cell.cargo(&["build", "--color", "never"]).output().expect("cargo runs");
    let said = said(&refused);
    let message = said.split_once("error[E0658]").and_then(|(_, rest)| rest.split_once("\n\n")).expect(&said).0;
    assert_shown(&format!("error[E0658]{message}"));
}
