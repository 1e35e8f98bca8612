//! Cargo's own options.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use instr_tests::build::missing_for;
use instr_tests::cargo_instr::{Workspace, recorded};
use instr_tests::package::{said, succeed};
use instr_tests::skip::needing;

const MUSL: &str = "x86_64-unknown-linux-musl";

fn host(pair: &Workspace) -> String {
    let version = said(&succeed(&mut pair.cargo(&["-vV"])));
    version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

#[test]
fn targets_profiles_and_packages() {
    let pair = Workspace::new("pair", "options");
    let host = host(&pair);
    let cases: [(&[&str], &str, &str); 6] = [
        (&["--target", &host, "-p", "one"], "", "one::main"),
        (&["--profile", "quick", "-p", "one", "--bin", "another"], "another []\n", "another::main"),
        (&["--release", "--package=one", "--example", "show"], "example 0\n", "show::main"),
        (&["-p", "two", "--features", "loud"], "two true\n", "two::main"),
        (&["--bin=two"], "two false\n", "two::main"),
        (&["--manifest-path", "two/Cargo.toml"], "two false\n", "two::main"),
    ];
    for (options, expected, function) in cases {
        let output = pair.output("options");
        let arguments = [&["run", "-q"], options].concat();
        let ended = succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
        assert_eq!(String::from_utf8_lossy(&ended.stdout), expected, "{options:?}");
        assert!(recorded(&output).contains(function), "{options:?}: {:?}", recorded(&output));
    }
}

/// The static programs of containers. That such a target has no dylibs is a warning of the compiler's that Cargo reads.
#[test]
fn a_target_without_dylibs() {
    needing("a_target_without_dylibs", || missing_for(MUSL, &[]), run_without_dylibs);
}

fn run_without_dylibs() {
    let pair = Workspace::new("pair", "static");
    let output = pair.output("static");
    succeed(pair.instr(&["run", "-q", "--target", MUSL, "-p", "two"]).env("INSTR_OUTPUT_DIR", &output));
    assert!(recorded(&output).contains("two::main"));
}

/// From another directory, to another directory.
#[test]
fn manifest_and_target_directory_are_where_the_user_says() {
    let pair = Workspace::new("pair", "elsewhere");
    let outside = pair.output("outside");
    fs::create_dir_all(&outside).expect("a directory");
    let manifest = pair.path().join("Cargo.toml");
    let manifest = manifest.to_str().expect("UTF-8");
    for option in [&["--target-dir", "made here"][..], &["--target-dir=made here"]] {
        let arguments = [&["run", "-q", "--manifest-path", manifest, "-p", "two"], option].concat();
        let ended = succeed(pair.instr(&arguments).current_dir(&outside));
        assert_eq!(String::from_utf8_lossy(&ended.stdout), "two false\n", "{option:?}");
        assert!(outside.join("made here/instr/debug/two").exists());
    }
    let relative = pair.output("relative");
    fs::create_dir_all(&relative).expect("a directory");
    let mut command = pair.instr(&["run", "-q", "--manifest-path", manifest, "-p", "two"]);
    succeed(command.current_dir(&relative).env("INSTR_OUTPUT_DIR", "logs").env("CARGO_TARGET_DIR", &outside));
    assert!(recorded(&relative.join("logs")).contains("two::main"));
}

/// The path by which the user knows a workspace may lead through a link.
#[test]
fn a_workspace_behind_a_link() {
    let pair = Workspace::new("pair", "linked");
    let link = pair.output("link");
    fs::create_dir_all(link.parent().expect("a directory")).expect("a directory");
    if link.is_symlink() {
        fs::remove_file(&link).expect("an old link");
    }
    std::os::unix::fs::symlink(pair.path(), &link).expect("a new link");
    pair.write("two/src/main.rs", "fn main() {\n    let text = include_str!(\"../../Cargo.toml\");\n    println!(\"{} {}\", file!(), text.len());\n}\n");
    let manifest = link.join("two/Cargo.toml");
    let arguments = ["run", "--manifest-path", manifest.to_str().expect("UTF-8")];
    let plain = succeed(&mut pair.cargo(&arguments));
    let output = pair.output("behind");
    let ended = succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&plain.stdout), "{}", said(&ended));
    assert!(recorded(&output).contains("two::main"), "{}", said(&ended));
}

/// A program whose sources are outside of its package, in which nothing else is compiled.
#[test]
fn a_root_beyond_the_package() {
    let pair = Workspace::new("pair", "beyond");
    pair.write("two/Cargo.toml", "[package]\nname = \"two\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[[bin]]\nname = \"beyond\"\npath = \"../shared/the root.rs\"\n");
    pair.write("shared/the root.rs", "mod part;\n\nfn main() {\n    println!(\"{} {}\", file!(), part::file());\n}\n");
    pair.write("shared/part.rs", "pub fn file() -> &'static str {\n    let file = file!();\n    file\n}\n");
    let arguments = ["run", "-p", "two", "--bin", "beyond"];
    let plain = succeed(&mut pair.cargo(&arguments));
    let output = pair.output("beyond");
    let ended = succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&plain.stdout), "{}", said(&ended));
    assert_eq!(recorded(&output).into_iter().collect::<Vec<_>>(), ["beyond::main", "beyond::part::file"]);
}

/// Programs of a selection have a place of their own, which nobody would look for.
#[test]
fn where_a_selection_is_built_is_said() {
    let pair = Workspace::new("pair", "where");
    let build = |options: &[&str]| said(&succeed(&mut pair.instr(&[&["build", "-q", "-p", "two"], options].concat())));
    assert_eq!(build(&[]), "");
    let told = build(&["--level", "function"]);
    let place = told.strip_prefix("instr: what was built is in ").expect(&told).trim_end();
    assert!(Path::new(place).join("debug/two").exists(), "{told}");
    assert!(place.contains("/target/instr/selected-"), "{told}");
}

/// What the compiler makes on the way may have a place of its own, which plain cargo uses too.
#[test]
fn a_build_directory_apart_stays_fresh() {
    let pair = Workspace::new("pair", "apart");
    pair.write(".cargo/config.toml", "[build]\nbuild-dir = \"target/apart\"\n");
    succeed(&mut pair.cargo(&["build", "-p", "two"]));
    let output = pair.output("apart");
    succeed(pair.instr(&["run", "-p", "two"]).env("INSTR_OUTPUT_DIR", &output));
    assert!(recorded(&output).contains("two::main"));
    let again = succeed(&mut pair.cargo(&["build", "-p", "two", "-v"]));
    assert!(said(&again).contains("Fresh two"), "{}", said(&again));
}

/// It holds for the runtime as well, which is compiled by the same cargo, and so does the linker in the environment.
#[test]
fn configuration_in_the_users_home() {
    let pair = Workspace::new("pair", "home");
    // Nothing is needed from a registry.
    pair.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"two\"]\n");
    // Touched, so that it is compiled and linked.
    let main = fs::read_to_string(pair.path().join("two/src/main.rs")).expect("a source");
    pair.write("two/src/main.rs", &main);
    let home = pair.output("cargo home");
    fs::create_dir_all(&home).expect("a directory");
    let configuration = "build.build-dir = \"{cargo-cache-home}/built\"\nprofile.release = { lto = \"fat\", panic = \"abort\", strip = true }\n";
    fs::write(home.join("config.toml"), configuration).expect("a file");
    let (linker, log) = (home.join("linker"), home.join("log"));
    fs::write(&linker, format!("#!/bin/sh\necho \"$*\" >> '{}'\nexec cc \"$@\"\n", log.display())).expect("a file");
    fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let output = pair.output("home");
    let mut command = pair.instr(&["run", "-q", "--release", "-p", "two"]);
    let host = host(&pair).to_uppercase().replace('-', "_");
    command.env(format!("CARGO_TARGET_{host}_LINKER"), &linker);
    command.env("CARGO_HOME", &home).env("XDG_CACHE_HOME", pair.output("cache")).env("INSTR_OUTPUT_DIR", &output);
    let ended = succeed(&mut command);
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "two false\n", "{}", said(&ended));
    assert!(recorded(&output).contains("two::main"), "{}", said(&ended));
    let linked = fs::read_to_string(&log).expect("a log of calls");
    assert!(linked.lines().any(|call| call.contains("instr_macros")), "{linked}");
}
