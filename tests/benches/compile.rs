//! What instrumentation costs at compile time, and in the size of the code, against the same crate plain, in one run.
//!
//! `cargo bench -p instr-tests --bench compile`. Builds from scratch alternate, with the dependencies there already; counted is
//! the processor time that cargo and its children took.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use instr_tests::bench::figure::Figure;
use instr_tests::bench::programs::generate_modules;
use instr_tests::bench::results::Results;
use instr_tests::bench::tables::{AFTER, BEFORE, COMPILE, RATIO, SIZE, STACK, STACK_RATIO};
use instr_tests::package::{Feature, Package, download, runtime, succeed};
use instr_tests::processor_time::children_seconds;
use instr_tests::rust_files;

/// Kinds of builds, and how many rounds count. An optimized build has no target, and takes most of the time.
const KINDS: [(&str, &[&str], usize); 3] = [
    ("cargo check", &["check"], 3),
    ("cargo build", &["build"], 3),
    ("cargo build --release", &["build", "--release"], 1),
];

/// What the crates are built with.
const FEATURES: [Feature; 3] = [Feature::Off, Feature::Stack, Feature::Enabled];

fn main() {
    let (mut compile, mut size) = (Results::new(&COMPILE), Results::new(&SIZE));
    compare("generated", "2024", generate, &mut compile, &mut size);
    let source = download("regex-syntax", "0.8.12");
    compare("regex-syntax", "2021", |package| copy(&source.join("src"), package), &mut compile, &mut size);
    long_functions(&mut compile);
    compile.finish();
    size.finish();
}

fn generate(package: &Package) {
    let names = generate_modules(package, 50);
    package.write("src/lib.rs", &names.iter().map(|name| format!("pub mod {name};\n")).collect::<String>());
}

fn copy(source: &Path, package: &Package) {
    for file in rust_files(source) {
        let path = file.strip_prefix(source).expect("a path below it");
        package.copy(&file, &format!("src/{}", path.display()));
    }
}

fn compare(name: &str, edition: &str, write: impl Fn(&Package), compile: &mut Results, size: &mut Results) {
    let packages = FEATURES.map(|feature| {
        let package = package(name, edition, feature);
        write(&package);
        if feature != Feature::Off {
            package.annotate("src", edition);
        }
        package
    });
    println!("{name}: {} lines", lines(packages[0].path()));
    for (kind, command, rounds) in KINDS {
        set(compile, &format!("{name}, {kind}"), times(&packages, command, rounds));
    }
    for profile in ["debug", "release"] {
        let sizes = packages.each_ref().map(|package| vec![text_size(package, profile)]);
        set(size, &format!("{name}, {profile}"), sizes);
    }
}

/// What the rounds have found with each of [`FEATURES`].
fn set(results: &mut Results, row: &str, [plain, stack, all]: [Vec<f64>; 3]) {
    for (rounds, column, ratio) in [(stack, STACK, STACK_RATIO), (all, AFTER, RATIO)] {
        let ratios = plain.iter().zip(&rounds).map(|(plain, instrumented)| instrumented / plain);
        results.set(row, ratio, Figure::of(ratios.collect()));
        results.set(row, column, Figure::of(rounds));
    }
    results.set(row, BEFORE, Figure::of(plain));
}

/// A function four times as long should take four times as long.
fn long_functions(compile: &mut Results) {
    let counts = [0, 2_500, 10_000];
    let packages = counts.map(|count| {
        FEATURES.map(|feature| {
            let package = package(&format!("long-{count}"), "2024", feature);
            let mut body = String::new();
            for number in 0..count {
                let _ = writeln!(body, "    x = step(x, {number});");
            }
            // Not `x >> 3`: the compiler's own time for operators that can panic grows with the square of their number.
            let step = "fn step(x: u64, y: u64) -> u64 {\n    x ^ y\n}\n";
            package.write("src/lib.rs", &format!("{step}pub fn long(mut x: u64) -> u64 {{\n{body}    x\n}}\n"));
            if feature != Feature::Off {
                package.annotate("src", "2024");
            }
            package
        })
    });
    for (kind, command, rounds) in &KINDS[..2] {
        let [empty, short, long] = packages.each_ref().map(|each| times(each, command, *rounds));
        let growth = [0, 1, 2].map(|which| {
            let rounds = empty[which].iter().zip(&short[which]).zip(&long[which]);
            rounds.map(|((empty, short), long)| (long - empty) / (short - empty)).collect()
        });
        set(compile, &format!("10,000 statements over 2,500, {kind}"), growth);
    }
}

fn package(name: &str, edition: &str, feature: Feature) -> Package {
    let full = format!("{name}-{feature:?}").to_lowercase();
    let package = Package::new(&full);
    let mut manifest = format!(
        "[package]\nname = \"{full}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[workspace]\n\n\
         [features]\nstd = []\ndefault = [\"std\"]\n\n\
         [lints.rust]\nunexpected_cfgs = \"allow\"\n\n"
    );
    if feature != Feature::Off {
        let _ = writeln!(manifest, "[dependencies]\ninstr-runtime = {}", runtime(feature));
    }
    package.write("Cargo.toml", &manifest);
    package
}

/// Seconds that the packages took, each of them in each round.
fn times(packages: &[Package; 3], command: &[&str], rounds: usize) -> [Vec<f64>; 3] {
    let mut times = [const { Vec::new() }; 3];
    // The first round builds the dependencies.
    for round in 0..=rounds {
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
