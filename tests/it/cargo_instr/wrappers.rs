//! Wrappers of the compiler that the user has set besides ours: each is found where cargo would find it, and called.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cargo_instr::user_wrappers::{Sources, UserWrappers};
use instr_tests::cargo_instr::{Workspace, functions};
use instr_tests::package::succeed;

/// What is found from `home/ws/inner` with these files, options and variables: of every crate, and of the workspace's.
#[track_caller]
fn check(files: &[(&str, &str)], options: &[&str], variables: &[(&str, &str)], expected: (&str, &str)) {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let mut all = BTreeMap::from([("HOME".to_owned(), root.join("home").into_os_string())]);
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))));
    let options: Vec<OsString> = options.iter().map(OsString::from).collect();
    let inner = root.join("home/ws/inner");
    fs::create_dir_all(&inner).expect("a directory");
    let sources = Sources { directory: &inner, options: &options, variable: &|name| all.get(name).cloned() };
    let found = UserWrappers::find_in(&sources).expect("readable files");
    let shown = |path: Option<PathBuf>| {
        let path = path.unwrap_or_default();
        path.strip_prefix(root).unwrap_or(&path).display().to_string()
    };
    let found = (shown(found.every_crate), shown(found.workspace));
    assert_eq!(found, (expected.0.to_owned(), expected.1.to_owned()));
}

const OUTER: (&str, &str) = ("home/ws/.cargo/config.toml", "build.rustc-wrapper = 'outer'\n");
const INNER: (&str, &str) = ("home/ws/inner/.cargo/config.toml", "[build]\nrustc-wrapper = 'bin/inner'\n");
const HOME: (&str, &str) =
    ("home/.cargo/config.toml", "build = { rustc-wrapper = 'h', rustc-workspace-wrapper = 'd/w' }\n");

#[test]
fn files() {
    check(&[], &[], &[], ("", ""));
    check(&[OUTER], &[], &[], ("outer", ""));
    check(&[OUTER, INNER, HOME], &[], &[], ("home/ws/inner/bin/inner", "home/d/w"));
    check(&[OUTER, (".cargo/config.toml", HOME.1)], &[], &[], ("outer", "d/w"));
    check(
        &[("else/cargo/config.toml", HOME.1)],
        &[],
        &[("CARGO_HOME", "../../../else/cargo")],
        ("h", "home/ws/inner/../../../else/d/w"),
    );
    // The one without an ending is what cargo reads.
    check(&[INNER, ("home/ws/inner/.cargo/config", "build.rustc-wrapper = 'old'")], &[], &[], ("old", ""));
    // Cargo's to refuse.
    check(&[("home/ws/.cargo/config.toml", "build = "), HOME], &[], &[], ("h", "home/d/w"));
}

#[test]
fn files_that_others_include() {
    let one = (
        "home/ws/.cargo/config.toml",
        "include = ['a.toml', { path = 'sub/b.toml' }, { path = 'c', optional = true }]",
    );
    let (a, b) = (("home/ws/.cargo/a.toml", OUTER.1), ("home/ws/.cargo/sub/b.toml", HOME.1));
    check(&[one, a], &[], &[], ("outer", ""));
    check(&[one, a, b], &[], &[], ("h", "home/ws/.cargo/d/w"));
    let circle = ("home/ws/.cargo/config.toml", "include = 'config.toml'\n");
    check(&[circle], &[], &[], ("", ""));
}

#[test]
fn variables_and_options() {
    let files = &[INNER, ("options.toml", "build.rustc-workspace-wrapper = 'o'\n")];
    check(files, &[], &[("CARGO_BUILD_RUSTC_WRAPPER", "v")], ("v", ""));
    check(files, &["build.rustc-wrapper='c'"], &[("CARGO_BUILD_RUSTC_WRAPPER", "v")], ("c", ""));
    check(
        files,
        &["build.rustc-wrapper='c'", "build.rustc-wrapper='x/d'", "net.offline=true"],
        &[],
        ("home/ws/inner/x/d", ""),
    );
    check(files, &["../../../options.toml"], &[], ("home/ws/inner/bin/inner", "o"));
    check(files, &["build.rustc-wrapper='c'"], &[("RUSTC_WRAPPER", "r")], ("r", ""));
    // None at all, in spite of the rest.
    check(files, &["build.rustc-wrapper='c'"], &[("RUSTC_WRAPPER", "")], ("", ""));
    check(files, &["build.rustc-wrapper=''"], &[], ("", ""));
    check(files, &["no option"], &[("RUSTC_WORKSPACE_WRAPPER", "/r/w")], ("home/ws/inner/bin/inner", "/r/w"));
}

/// A wrapper that notes what it is called with.
fn wrapper(pair: &Workspace, name: &str) -> (String, String) {
    let (script, log) = (pair.path().join(name), pair.path().join(format!("target/{name}.log")));
    fs::create_dir_all(pair.path().join("target")).expect("a directory");
    let _ = fs::remove_file(&log);
    fs::write(&script, format!("#!/bin/sh\necho \"$*\" >> '{}'\nexec \"$@\"\n", log.display())).expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let text = |path: PathBuf| path.to_str().expect("UTF-8").to_owned();
    (text(script), text(log))
}

/// By a variable, by a file, and on the command line.
#[test]
fn each_is_called() {
    let pair = Workspace::new("pair", "wrappers");
    for key in ["rustc-wrapper", "rustc-workspace-wrapper"] {
        let (script, log) = wrapper(&pair, key);
        let variable = key.replace('-', "_").to_uppercase();
        let setting = format!("build.{key} = {script:?}");
        for way in ["variable", "file", "option"] {
            let output = pair.output(&format!("{key} {way}"));
            // Touched, so that it is compiled.
            let source = fs::read_to_string(pair.path().join("two/src/main.rs")).expect("a source");
            pair.write("two/src/main.rs", &format!("{source}\n"));
            let mut command = match way {
                "option" => pair.instr(&["run", "-q", "-p", "two", "--config", &setting]),
                _ => pair.instr(&["run", "-q", "-p", "two"]),
            };
            match way {
                "variable" => drop(command.env(&variable, &script)),
                "file" => pair.write(".cargo/config.toml", &setting),
                _ => {}
            }
            let ended = succeed(command.env("INSTR_OUTPUT_DIR", &output));
            assert_eq!(String::from_utf8_lossy(&ended.stdout), "two false\n");
            let calls = fs::read_to_string(&log).expect("a log of calls");
            assert!(calls.lines().any(|call| call.contains("--crate-name two ")), "{key} by {way}: {calls}");
            assert!(!calls.contains("cargo-instr-workspace-wrapper"), "{key} by {way}: {calls}");
            assert!(functions(&output).iter().any(|(function, _)| function == "two::main"), "{key} by {way}");
            fs::remove_file(&log).expect("it is there");
            let file = pair.path().join(".cargo/config.toml");
            if Path::new(&file).exists() {
                fs::remove_file(file).expect("it is there");
            }
        }
    }
}
