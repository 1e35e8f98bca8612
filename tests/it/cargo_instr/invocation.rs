//! The compiler's command line, as cargo writes it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_instr::invocation::Invocation;

fn split(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

const OF_CARGO: &str = "--crate-name two --edition=2021 src/main.rs --error-format=json \
     --json=diagnostic-rendered-ansi,artifacts,future-incompat --crate-type bin --emit=dep-info,link -C embed-bitcode=no \
     -C debuginfo=2 --check-cfg cfg(docsrs,test) -C metadata=1d77 -C extra-filename=-af07 --out-dir /t/debug/deps \
     -C incremental=/t/debug/incremental -L dependency=/t/debug/deps --extern one=/t/debug/deps/libone-1.rlib";

#[test]
fn what_cargo_asks_for() {
    let invocation = Invocation::parse(&split(OF_CARGO)).expect("a crate");
    let expected = Invocation {
        input: 3,
        crate_name: "two".to_owned(),
        crate_types: vec!["bin".to_owned()],
        out_dir: PathBuf::from("/t/debug/deps"),
        extra_filename: "-af07".to_owned(),
        is_2015: false,
        target: None,
        has_runtime: false,
        is_enabled: false,
        is_test: false,
    };
    assert_eq!(invocation, expected);
    assert!(invocation.is_program());
    assert_eq!(invocation.dep_info(), Path::new("/t/debug/deps/two-af07.d"));
}

#[test]
fn what_matters_besides() {
    let parse =
        |line: &str| Invocation::parse(&split(&format!("--crate-name a a.rs --out-dir=o {line}"))).expect("a crate");
    assert!(parse("").is_2015 && parse("--edition 2015").is_2015 && !parse("--edition=2024").is_2015);
    assert_eq!(parse("--target x86_64-unknown-none").target.as_deref(), Some("x86_64-unknown-none"));
    assert_eq!(parse("-Cextra-filename=-1").extra_filename, "-1");
    assert_eq!(parse("--codegen extra-filename=-1").input, 2);
    assert!(parse("--extern instr_runtime=libinstr_runtime.rlib").has_runtime);
    assert!(parse("--extern instr_runtime").has_runtime && !parse("--extern instr_runtime_2=a").has_runtime);
    assert!(parse("--cfg feature=\"stack\"").is_enabled && !parse("--cfg stack").is_enabled);
    assert!(parse("--crate-type lib").is_library() && !parse("--crate-type lib --test").is_library());
    assert!(!parse("--crate-type proc-macro").is_program());
    assert!(!parse("--crate-type lib --crate-type=dylib").is_program());
    assert!(parse("--crate-type cdylib --crate-type rlib").is_program());
}

#[test]
fn what_is_not_a_crate_to_a_directory() {
    let lines = [
        "-vV",
        "- --crate-name ___ --print=file-names",
        "a.rs --crate-name a",
        "--crate-name a --out-dir o",
        "a.rs --out-dir o",
        "@arguments",
    ];
    for line in lines {
        assert_eq!(Invocation::parse(&split(line)), None, "{line}");
    }
    let script = "--crate-name build_script_build build.rs --crate-type bin --out-dir o";
    assert!(!Invocation::parse(&split(script)).expect("a crate").is_program());
}

#[test]
fn a_check_makes_nothing_elsewhere() {
    let arguments = split(OF_CARGO);
    let invocation = Invocation::parse(&arguments).expect("a crate");
    let check = invocation.to_check(&arguments, Path::new("/scratch"));
    let expected = OF_CARGO
        .replace("--emit=dep-info,link", "--emit=metadata")
        .replace("--out-dir /t/debug/deps", "--out-dir /scratch")
        .replace("incremental=/t/debug/incremental", "incremental=/scratch");
    assert_eq!(check, split(&expected));
}
