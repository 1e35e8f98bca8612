//! What cannot work says why; what the user has set up besides still works.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use instr_tests::cargo_instr::{Workspace, recorded};
use instr_tests::package::{said, succeed};
use instr_tests::skip::skip;
use instr_tests::workspace;

#[track_caller]
fn assert_refused(output: &Output, message: &str) {
    assert_eq!(output.status.code(), Some(2), "{}", said(output));
    assert!(said(output).contains(message), "{message} is not in\n{}", said(output));
    assert_eq!(output.stdout, b"");
}

#[test]
fn command_lines() {
    let pair = Workspace::new("pair", "command lines");
    let instr = |arguments: &[&str]| pair.instr(arguments).output().expect("cargo runs");
    assert_refused(&instr(&[]), "Usage: cargo instr <run|test|");
    assert_refused(&instr(&["build", "--include-file", "[a"]), "cargo instr: --include-file: ");
    assert_refused(&instr(&["build", "--exclude-function", "a,[b"]), "cargo instr: --exclude-function: ");
    assert_refused(&instr(&["build", "--include-file"]), "--include-file");
    let help = instr(&["--help"]);
    assert!(help.status.success() && said(&help).contains("--with-dep <NAME>"), "{}", said(&help));
}

/// What cargo refuses, it refuses in its own words and with its own exit code.
#[test]
fn cargos_own_errors() {
    let pair = Workspace::new("pair", "errors of cargo");
    let nowhere = tempfile::tempdir().expect("a directory");
    pair.write("two/src/main.rs", "fn main() {\n    let number: u8 = \"text\";\n}\n");
    let cases: [&[&str]; 6] = [
        &["no-such-command"],
        &["build", "--manifest-path", "no/Cargo.toml"],
        &["build", "--no-such-option"],
        &["run", "-p", "nobody"],
        &["build", "-p", "two"],
        &["run", "-q", "-p", "two"],
    ];
    for arguments in cases {
        let [plain, instrumented] = [pair.cargo(arguments), pair.instr(arguments)].map(|mut command| {
            let ended = command.output().expect("cargo runs");
            (ended.status.code(), error(&said(&ended)))
        });
        assert!(plain.0 != Some(0) && !plain.1.is_empty(), "{arguments:?}: {plain:?}");
        assert_eq!(instrumented, plain, "{arguments:?}");
    }
    for arguments in [["build"], ["test"], ["run"]] {
        let ended = pair.instr(&arguments).current_dir(nowhere.path()).output().expect("cargo runs");
        assert_eq!(ended.status.code(), Some(101), "{}", said(&ended));
        assert!(said(&ended).starts_with("error: could not find `Cargo.toml` in "), "{}", said(&ended));
    }
}

/// The first error and what stands below it.
fn error(said: &str) -> String {
    let begins = said.find("error").unwrap_or(said.len());
    said[begins..].lines().take_while(|line| !line.starts_with("Usage")).collect::<Vec<_>>().join("\n")
}

fn with_runtime(theme: &str, features: &str) -> Workspace {
    let pair = Workspace::new("pair", theme);
    let runtime = workspace().join("instr-runtime");
    pair.write(
        "two/Cargo.toml",
        &format!(
            "[package]\nname = \"two\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
             [dependencies]\ninstr-runtime = {{ path = {runtime:?}, features = [{features}] }}\n"
        ),
    );
    pair.write(
        "two/src/main.rs",
        "#[instr_runtime::instrument_source]\nfn attributed() -> u8 {\n    let two = 2;\n    two\n}\n\n\
         fn main() {\n    let number = attributed();\n    println!(\"{number}\");\n}\n",
    );
    pair
}

#[test]
fn a_workspace_that_instruments_itself() {
    let pair = with_runtime("itself", "\"enabled\"");
    let output = pair.instr(&["build", "-p", "two"]).output().expect("cargo runs");
    assert!(!output.status.success());
    assert!(
        said(&output)
            .contains("cargo instr: this workspace instruments itself: it turns a feature of instr-runtime on")
    );
}

#[test]
fn a_workspace_that_could() {
    let pair = with_runtime("could", "");
    let output = pair.output("could");
    let ended = succeed(pair.instr(&["run", "-p", "two"]).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "2\n");
    assert!(!said(&ended).contains("warning: instr"), "{}", said(&ended));
    let recorded: Vec<_> = recorded(&output).into_iter().collect();
    assert_eq!(recorded, ["two::attributed", "two::main"]);
}

#[test]
fn a_target_directory_that_cannot_be_written() {
    let pair = Workspace::new("pair", "read-only");
    let locked = pair.output("locked");
    fs::create_dir_all(&locked).expect("a directory");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("it is ours");
    if fs::write(locked.join("probe"), "").is_ok() {
        skip("a_target_directory_that_cannot_be_written", "this user may write everywhere");
    } else {
        let target = locked.to_str().expect("UTF-8");
        let output = pair.instr(&["build", "--target-dir", target]).output().expect("cargo runs");
        assert_refused(&output, "cargo instr: cannot create ");
    }
    // A file is in the way of everyone.
    let file = pair.output("file");
    fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
    let file = file.with_file_name("a file");
    fs::write(&file, "").expect("a file");
    let output = pair.instr(&["build", "--target-dir", file.to_str().expect("UTF-8")]).output().expect("cargo runs");
    assert_refused(&output, "cargo instr: cannot create ");
}

/// Code of edition 2015 that syn does not know: a note says where, once for all crates that it is part of, and not of files
/// that are not compiled.
#[test]
fn what_syn_cannot_parse_is_named() {
    let pair = Workspace::new("pair", "unknown");
    pair.write("two/Cargo.toml", "[package]\nname = \"two\"\nversion = \"0.1.0\"\n");
    pair.write(
        "two/src/lib.rs",
        "pub mod old;\n#[cfg(windows)]\nmod other;\n\npub fn new() {\n    println!(\"new\");\n}\n",
    );
    pair.write("two/src/old.rs", "fn unused() {\n}\n\npub fn async() {\n    println!(\"async\");\n}\n");
    pair.write("two/src/other.rs", "pub fn async() {\n}\n");
    pair.write("two/src/main.rs", "extern crate two;\n\nfn main() {\n    two::new();\n}\n");
    let note = "note: instr: not instrumented, as syn cannot parse it: expected identifier, found keyword `async`\n \
                --> two/src/old.rs:4:8\n";
    let tested = succeed(&mut pair.instr(&["test", "-p", "two"]));
    assert_eq!(said(&tested).matches("note: instr").count(), 1, "{}", said(&tested));
    assert!(said(&tested).contains(note), "{}", said(&tested));
    let warnings = said(&tested).matches("warning: ").count();
    let output = pair.output("unknown");
    let ran = succeed(pair.instr(&["run", "-p", "two"]).env("INSTR_OUTPUT_DIR", &output));
    assert!(said(&ran).contains(note) && said(&ran).contains("\nnew\n"), "{}", said(&ran));
    let recorded: Vec<_> = recorded(&output).into_iter().collect();
    assert_eq!(recorded, ["two::main", "two::new"]);
    let plain = said(&succeed(&mut pair.cargo(&["test", "-p", "two"])));
    assert_eq!(warnings, plain.matches("warning: ").count(), "{plain}");
}

/// Build scripts call the compiler, to see what it can do. What it says to them is about the probe alone.
#[test]
fn probes_of_build_scripts() {
    let pair = Workspace::new("pair", "probes");
    pair.write(
        "two/build.rs",
        "use std::process::Command;\n\nfn main() {\n    let wrapper = std::env::var_os(\"RUSTC_WRAPPER\").unwrap();\n    \
         let out = std::env::var(\"OUT_DIR\").unwrap();\n    std::fs::write(out.clone() + \"/probe.rs\", \"pub fn probe() {\\n    \
         let x = 1;\\n    drop(x);\\n}\\n\").unwrap();\n    let status = Command::new(wrapper).arg(std::env::var_os(\"RUSTC\")\
         .unwrap())\n        .args([\"--crate-name\", \"probe\", \"--crate-type\", \"lib\", \"--emit=metadata\", \"--out-dir\", &out])\n        \
         .arg(out.clone() + \"/probe.rs\").status().unwrap();\n    assert!(status.success());\n}\n",
    );
    succeed(&mut pair.instr(&["build", "-p", "two"]));
    let overlays = pair.overlays();
    let names = overlays.iter().map(|overlay| overlay.file_name().expect("a name").to_string_lossy().into_owned());
    let others: Vec<_> = names.filter(|name| !name.starts_with("two-")).collect();
    assert_eq!(others, [""; 0]);
}
