//! The part `build`, as attributes obey it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use instr_tests::cargo_instr::functions;
use instr_tests::package::{Package, json_lines, runtime_dependency};
use instr_tests::program::Scene;

const MAIN: &str = "\
mod parser;

#[instr_runtime::instrument_source]
fn main() {
    let hashed = hash(3);
    println!(\"{hashed} {} {}\", parser::parse(7), inner::deep());
}

#[instr_runtime::instrument_source]
fn hash(a: u32) -> u32 {
    let b = a + 1;
    b * 2
}

#[instr_runtime::instrument_source]
mod inner {
    pub fn deep() -> u32 {
        fn hash() -> u32 {
            5
        }
        let five = hash();
        five + 1
    }
}
";

const PARSER: &str = "\
struct Parser;

#[instr_runtime::instrument_source]
impl Parser {
    fn step(&self) -> u32 {
        let one = 1;
        one
    }
}

#[instr_runtime::instrument_source(level = \"statement\")]
pub fn parse(x: u32) -> u32 {
    let parser = Parser;
    x + parser.step()
}
";

/// Three packages, of which `none` has no attributes. They are named for the test, as all build to one directory, in which cargo
/// knows packages by their names and by their places within their workspaces.
fn workspace(theme: &str) -> Package {
    let package = Package::new(&format!("config-{theme}"));
    package.write("Cargo.toml", "[workspace]\nmembers = [\"app\", \"lib\", \"none\"]\nresolver = \"2\"\n");
    let runtime = runtime_dependency();
    for (member, dependency) in [("app", true), ("lib", true), ("none", false)] {
        let dependency =
            if dependency { format!("\n[dependencies]\ninstr-runtime = {runtime}\n") } else { String::new() };
        let program = if member == "app" {
            format!("\n[[bin]]\nname = \"{theme}\"\npath = \"src/main.rs\"\n")
        } else {
            String::new()
        };
        let manifest = format!(
            "[package]\nname = \"{theme}-{member}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{program}{dependency}"
        );
        package.write(&format!("{member}/Cargo.toml"), &manifest);
    }
    package.write("app/src/main.rs", MAIN);
    package.write("app/src/parser.rs", PARSER);
    package.write(
        "lib/src/lib.rs",
        "#![no_std]\n\n#[instr_runtime::instrument_source]\npub fn f(x: u32) -> u32 {\n    x + 1\n}\n",
    );
    package.write("none/src/lib.rs", "pub fn none() {}\n");
    package
}

fn build(package: &Package, options: &[&str]) -> Output {
    let mut command = package.cargo(&[&["build", "--message-format", "json"], options].concat());
    command.env("CARGO_INCREMENTAL", "0").output().expect("cargo runs")
}

/// What a build has made.
struct Built {
    /// The packages that had to be compiled.
    compiled: BTreeSet<String>,
    program: PathBuf,
    library: PathBuf,
}

fn built(package: &Package) -> Built {
    let output = build(package, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut compiled, mut program, mut library) = (BTreeSet::new(), PathBuf::new(), PathBuf::new());
    for line in json_lines(&output) {
        let manifest = Path::new(line["manifest_path"].as_str().unwrap_or_default());
        let Ok(member) = manifest.strip_prefix(package.path()) else { continue };
        if line["fresh"] == false {
            compiled.insert(member.parent().expect("a directory").to_string_lossy().into_owned());
        }
        let file = PathBuf::from(line["filenames"][0].as_str().unwrap_or_default());
        match line["target"]["name"].as_str() {
            Some(name) if name.ends_with("_lib") => library = file,
            Some(name) if !name.contains('_') => program = file,
            _ => {}
        }
    }
    Built { compiled, program, library }
}

/// Builds, and returns which packages had to be compiled.
fn compiled(package: &Package) -> BTreeSet<String> {
    built(package).compiled
}

/// Runs the program.
fn recorded(package: &Package) -> Scene {
    let scene = Scene::new();
    let ended = instr_tests::program::run(&mut scene.command(&built(package).program));
    assert_eq!(ended.stdout, "8 8 6\n", "{ended:?}");
    scene
}

/// The functions that the program can record.
fn instrumented(package: &Package) -> BTreeSet<String> {
    let scene = recorded(package);
    functions(&scene.output()).into_iter().map(|(function, _)| function).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn files_and_functions_are_chosen_by_the_file_of_the_package_or_of_the_workspace() {
    let package = workspace("chooses");
    let all = [
        "chooses::main",
        "chooses::hash",
        "chooses::inner::deep",
        "chooses::inner::deep::hash",
        "chooses::parser::Parser::step",
        "chooses::parser::parse",
    ];
    assert_eq!(instrumented(&package), names(&all));
    // Functions go by their whole paths, and those in functions with the ones around them.
    package.write("app/instr.toml", "[build]\nexclude_function = ['chooses::hash', '*::Parser::*']\n");
    touch(&package, "app/src/main.rs");
    assert_eq!(
        instrumented(&package),
        names(&["chooses::main", "chooses::inner::deep", "chooses::inner::deep::hash", "chooses::parser::parse"])
    );
    package.write("app/instr.toml", "[build]\ninclude_function = 'chooses::inner::*, chooses::main'\n");
    assert_eq!(instrumented(&package), names(&["chooses::main", "chooses::inner::deep", "chooses::inner::deep::hash"]));
    // Paths begin where the file is.
    package.write("app/instr.toml", "[build]\nexclude = 'src/m*'\n");
    assert_eq!(instrumented(&package), names(&["chooses::parser::Parser::step", "chooses::parser::parse"]));
    package.write("instr.toml", "[build]\nexclude = 'app/src/parser.rs'\n");
    assert_eq!(
        instrumented(&package),
        names(&["chooses::parser::Parser::step", "chooses::parser::parse"]),
        "the package's own holds"
    );
    fs::remove_file(package.path().join("app/instr.toml")).expect("it was there");
    assert_eq!(instrumented(&package), names(&all[..4]));
}

#[test]
fn an_argument_of_the_attribute_beats_the_configuration() {
    let package = workspace("levels");
    let statements = |package: &Package| {
        let scene = recorded(package);
        let output = scene.output();
        let arguments = ["dump".as_ref(), "--format=raw".as_ref(), output.as_os_str()];
        let dump = instr_tests::analyzer::run(arguments).stdout;
        let count = |name: &str| dump.lines().filter(|line| line.contains(&format!("func={name} "))).count();
        ["levels::main", "levels::parser::Parser::step", "levels::parser::parse"].map(count)
    };
    assert_eq!(statements(&package), [2, 2, 2]);
    package.write("instr.toml", "[build]\nlevel = 'function'\n");
    touch(&package, "app/src/main.rs");
    assert_eq!(statements(&package), [1, 1, 2], "the attribute of `parse` says what it wants");
    package.write("instr.toml", "[[build.path]]\nfiles = 'app/src/parser.rs'\nlevel = 'function'\n");
    assert_eq!(statements(&package), [2, 1, 2]);
    package.write("instr.toml", "[build]\nmacros = 'none'\n");
    assert_eq!(statements(&package), [1, 2, 2]);
}

#[test]
fn an_edit_rebuilds_the_crates_that_read_the_file() {
    let package = workspace("rebuilds");
    package.write("instr.toml", "");
    package.write("app/instr.toml", "");
    assert_eq!(compiled(&package), names(&["app", "lib", "none"]));
    assert_eq!(compiled(&package), names(&[]));
    package.write("app/instr.toml", "[build]\nlevel = 'block'\n");
    assert_eq!(compiled(&package), names(&["app"]));
    package.write("instr.toml", "[build]\nexclude = '*'\n");
    assert_eq!(compiled(&package), names(&["lib"]));
    // What is left out sees the next edit, too.
    package.write("instr.toml", "[build]\n");
    assert_eq!(compiled(&package), names(&["lib"]));
    fs::remove_file(package.path().join("app/instr.toml")).expect("it was there");
    assert_eq!(compiled(&package), names(&["app"]));
    package.write("instr.toml", "[build]\nlevel = 'block'\n");
    assert_eq!(compiled(&package), names(&["app", "lib"]));
    assert_eq!(compiled(&package), names(&[]));
}

/// What a clean build makes: the program, and the library with its objects and metadata.
fn cleanly_built(package: &Package) -> (Vec<u8>, Vec<u8>) {
    run(package, &["clean", "-p", "identical-app", "-p", "identical-lib"]);
    let built = built(package);
    assert_eq!(built.compiled, names(&["app", "lib"]));
    (fs::read(built.program).expect("a program"), fs::read(built.library).expect("a library"))
}

#[test]
fn two_clean_builds_are_identical_and_a_file_without_keys_changes_no_program() {
    let package = workspace("identical");
    compiled(&package);
    let without = cleanly_built(&package);
    package.write("instr.toml", "# nothing\n");
    let with = cleanly_built(&package);
    assert!(without.0 == with.0, "the program");
    package.write("instr.toml", "[build]\nexclude_function = 'hash'\n");
    let one = cleanly_built(&package);
    assert!(one == cleanly_built(&package));
    assert!(one.0 != with.0, "it has fewer statements");
}

#[test]
fn what_is_wrong_is_one_error_with_its_place() {
    let package = workspace("wrong");
    package.write("instr.toml", "[build]\nlevle = 'block'\n\n[run]\nsink = 'tape'\n");
    let output = build(&package, &["-p", "wrong-app"]);
    assert!(!output.status.success());
    let errors: Vec<String> = json_lines(&output)
        .filter(|line| line["message"]["level"] == "error" && line["message"]["spans"][0].is_object())
        .map(|line| line["message"]["message"].as_str().unwrap_or_default().to_owned())
        .collect();
    let expected = "instr.toml:2:1: unknown key `levle`; did you mean `level`?\n  |\n2 | levle = 'block'\n  | ^^^^^\n\
                    instr.toml:5:8: `tape` cannot be used: expected `write`, `ring`, `stack` or `count`\n  |\n\
                    5 | sink = 'tape'\n  |        ^^^^^^";
    assert_eq!(errors, [expected]);
    package.write("instr.toml", "[build]\nlevel = 'block'\n");
    assert_eq!(compiled(&package), names(&["app", "lib", "none"]));
}

/// Each kind of item, in crates that permit no warning.
const EVERYTHING: &str = "\
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, unsafe_code, missing_docs)]
//! Everything that takes the attribute.

/// A trait.
#[instr_runtime::instrument_source]
pub trait Counts {
    /// Without a body.
    fn none(&self) -> u32;
    /// With one.
    fn some(&self) -> u32 {
        self.none() + 1
    }
}

/// A type.
pub struct Four;

#[instr_runtime::instrument_source]
impl Counts for Four {
    fn none(&self) -> u32 {
        4
    }
}

impl Four {
    /// A method.
    #[instr_runtime::instrument_source]
    #[must_use]
    pub const fn constant(&self) -> u32 {
        7
    }

    /// A generic one.
    #[instr_runtime::instrument_source]
    pub fn generic<T: Clone>(&self, value: &T) -> T {
        value.clone()
    }

    /// One that waits.
    #[instr_runtime::instrument_source]
    pub async fn waits(&self) -> u32 {
        std::future::ready(3).await
    }
}

/// A trait with methods that have attributes of their own.
pub trait Own {
    /// Without a body.
    fn none(&self) -> u32;
    /// With one.
    #[instr_runtime::instrument_source]
    fn some(&self) -> u32 {
        let one = 1;
        self.none() + one
    }
}

/// Nothing.
#[instr_runtime::instrument_source]
pub const fn empty() {}

/// Never.
///
/// # Panics
/// Always.
#[instr_runtime::instrument_source]
pub fn never() {
    panic!(\"never\");
}

#[instr_runtime::instrument_source]
#[cfg(test)]
mod tests {
    #[test]
    fn four() {
        use super::Counts as _;
        assert_eq!(super::Four.some(), 5);
    }
}
";

#[test]
fn no_item_gets_a_warning_or_another_meaning() {
    let package = workspace("everything");
    package.write("lib/src/lib.rs", EVERYTHING);
    let has_clippy =
        Command::new("cargo").args(["clippy", "--version"]).output().is_ok_and(|output| output.status.success());
    for config in ["", "[build]\nexclude = '*'\n", "[build]\nexclude_function = '*'\n", "[build]\nlevel = 'function'\n"]
    {
        package.write("instr.toml", config);
        run(&package, &["test", "-q", "-p", "everything-lib"]);
        if has_clippy {
            run(&package, &["clippy", "-q", "-p", "everything-lib", "--all-targets"]);
        }
    }
}

fn run(package: &Package, arguments: &[&str]) {
    let output = package.cargo(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A file that was not there cannot be among those that cargo looks at.
fn touch(package: &Package, path: &str) {
    let path: &Path = &package.path().join(path);
    let text = fs::read(path).expect("it is there");
    fs::write(path, text).expect("ours");
}
