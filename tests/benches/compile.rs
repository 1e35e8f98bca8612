//! What instrumentation costs at compile time, and in the size of the code, against the same crate plain, in one run.
//!
//! `cargo bench -p instr-tests --bench compile`. Builds from scratch alternate, with the dependencies there already; the
//! figures are medians of the processor time that the cargo and its children took.

#![allow(unsafe_code)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use instr_tests::package::{Package, download, runtime_dependency, succeed};
use instr_tests::rust_files;

const ROUNDS: usize = 3;

/// A kind of build, and how many times as long as plain it may take.
const KINDS: [(&str, &[&str], Option<f64>); 3] = [
    ("cargo check", &["check"], Some(1.3)),
    ("cargo build", &["build"], Some(1.5)),
    ("cargo build --release", &["build", "--release"], None),
];
const TEXT_TARGET: f64 = 2.5;

fn main() {
    // Cargo passes `--bench`; a name picks one of the parts.
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if wanted("generated") {
        compare("generated", "2024", generate);
    }
    if wanted("regex-syntax") {
        let source = download("regex-syntax", "0.8.12");
        compare("regex-syntax", "2021", |package| copy(&source.join("src"), package));
    }
    if wanted("long") {
        long_functions();
    }
}

/// 20,000 lines: 50 copies of a module, each with another number in it.
fn generate(package: &Package) {
    let mut root = String::new();
    for number in 1..=50 {
        let module = include_str!("compile/module.rs").replace("SEED", &number.to_string());
        package.write(&format!("src/m{number}.rs"), &module);
        let _ = writeln!(root, "pub mod m{number};");
    }
    package.write("src/lib.rs", &root);
}

fn copy(source: &Path, package: &Package) {
    for file in rust_files(source) {
        let path = file.strip_prefix(source).expect("a path below it");
        package.copy(&file, &format!("src/{}", path.display()));
    }
}

fn compare(name: &str, edition: &str, write: impl Fn(&Package)) {
    let packages = [false, true].map(|instrumented| {
        let package = package(name, edition, instrumented);
        write(&package);
        if instrumented {
            package.annotate("src", edition);
        }
        package
    });
    println!("{name}, {} lines:", lines(packages[0].path()));
    for (kind, command, target) in KINDS {
        let [plain, instrumented] = times(&packages, command);
        let (plain, instrumented) = (median(plain), median(instrumented));
        report(kind, "s", plain, instrumented, target);
    }
    for (kind, profile) in [("text, debug", "debug"), ("text, release", "release")] {
        let [plain, instrumented] = [0, 1].map(|which| text_size(&packages[which], profile));
        report(kind, "KiB", plain, instrumented, Some(TEXT_TARGET));
    }
}

/// A function four times as long should take four times as long.
fn long_functions() {
    let counts = [0, 2_500, 10_000];
    let packages = counts.map(|count| {
        [false, true].map(|instrumented| {
            let package = package(&format!("long-{count}"), "2024", instrumented);
            let mut body = String::new();
            for number in 0..count {
                let _ = writeln!(body, "    x = step(x, {number});");
            }
            // Not `x >> 3`: the compiler's own time for operators that can panic grows with the square of their number.
            let step = "fn step(x: u64, y: u64) -> u64 {\n    x ^ y\n}\n";
            package.write("src/lib.rs", &format!("{step}pub fn long(mut x: u64) -> u64 {{\n{body}    x\n}}\n"));
            if instrumented {
                package.annotate("src", "2024");
            }
            package
        })
    });
    for (kind, command, _) in &KINDS[..2] {
        let [empty, short, long] = packages.each_ref().map(|both| times(both, command).map(median));
        for (which, name) in [(0, "plain"), (1, "instrumented")] {
            let (short, long) = (short[which] - empty[which], long[which] - empty[which]);
            println!(
                "{kind}, one function, {name}: 2,500 statements {short:.2} s, 10,000 {long:.2} s: {:.1} times as long",
                long / short
            );
        }
    }
}

fn package(name: &str, edition: &str, instrumented: bool) -> Package {
    let full = format!("{name}-{}", if instrumented { "instrumented" } else { "plain" });
    let package = Package::new(&full);
    let mut manifest = format!(
        "[package]\nname = \"{full}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[workspace]\n\n\
         [features]\nstd = []\ndefault = [\"std\"]\n\n\
         [lints.rust]\nunexpected_cfgs = \"allow\"\n\n"
    );
    if instrumented {
        let _ = writeln!(manifest, "[dependencies]\ninstr-runtime = {}", runtime_dependency());
    }
    package.write("Cargo.toml", &manifest);
    package
}

/// Seconds that the packages took, each of them in each round.
fn times(packages: &[Package; 2], command: &[&str]) -> [Vec<f64>; 2] {
    let mut times = [Vec::new(), Vec::new()];
    // The first round builds the dependencies.
    for round in 0..=ROUNDS {
        for (package, times) in packages.iter().zip(&mut times) {
            let name = package.path().file_name().and_then(|name| name.to_str()).expect("a name");
            succeed(package.cargo(&["clean", "--package", name]).args(&command[1..]));
            let start = children_seconds();
            succeed(&mut package.cargo(command));
            if round > 0 {
                times.push(children_seconds() - start);
            }
        }
    }
    times
}

/// What all processes that this one has waited for have taken of the processors.
fn children_seconds() -> f64 {
    // SAFETY: zeros are a structure for the call to fill.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: fills the structure.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage) }, 0);
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn report(kind: &str, unit: &str, plain: f64, instrumented: f64, target: Option<f64>) {
    let target = target.map_or(String::new(), |target| format!(", target {target}"));
    let ratio = instrumented / plain;
    println!("  {kind:22} plain {plain:8.2} {unit}, instrumented {instrumented:8.2} {unit}, ratio {ratio:.2}{target}");
}

/// KiB of code in the library, generic functions left out: the linker's libraries are the same for both.
fn text_size(package: &Package, profile: &str) -> f64 {
    let name = package.path().file_name().and_then(|name| name.to_str()).expect("a name").replace('-', "_");
    let output = succeed(&mut package.cargo(&["metadata", "--no-deps", "--format-version", "1"]));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let target = Path::new(metadata["target_directory"].as_str().expect("a path"));
    let library = target.join(profile).join(format!("lib{name}.rlib"));
    let output = succeed(Command::new("size").arg("-A").arg(library));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let sections = text.lines().filter(|line| line.starts_with(".text"));
    let sizes = sections.filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    sizes.sum::<f64>() / 1024.0
}

fn lines(directory: &Path) -> usize {
    let files = rust_files(&directory.join("src"));
    files.iter().map(|file| fs::read_to_string(file).expect("a text").lines().count()).sum()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
