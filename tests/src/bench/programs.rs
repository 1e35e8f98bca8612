//! The programs that are measured, whose sources are in `tests/benches`.

use std::fs;
use std::path::{Path, PathBuf};

use instr_format::files::is_thread_log;

use super::kinds::WRITE;
use super::subject::Subject;
use crate::package::{Feature, Package, runtime};
use crate::program::Scene;
use crate::workspace;

/// Options of Cargo to build with LLVM's coverage. Procedural macros get it too and write a profile into the compiler's working
/// directory, which is a source directory, unless they are told another place.
pub const COVERED_BY_LLVM: [&str; 6] = [
    "--config",
    "build.rustflags = ['-Cinstrument-coverage']",
    "--config",
    "env.LLVM_PROFILE_FILE.value = 'target/llvm.profraw'",
    "--config",
    "env.LLVM_PROFILE_FILE.relative = true",
];

/// How they are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    /// With this feature of the runtime.
    pub feature: Feature,
    /// Optimized.
    pub release: bool,
}

/// The functions of `work.rs`, measured by the thread that runs them.
///
/// # Panics
/// When it does not build.
pub fn statements(built: Built) -> PathBuf {
    build("statements", built, |package| write_twice(package, "statements/program.rs"))
}

/// The same as LLVM's coverage has them, without the attribute, optimized.
///
/// # Panics
/// When it does not build.
pub fn statements_covered_by_llvm() -> PathBuf {
    let built = Built { feature: Feature::Off, release: true };
    build_with("statements-llvm", built, &COVERED_BY_LLVM, |package| write_twice(package, "statements/program.rs"))
}

/// The same functions in one thread and in two.
///
/// # Panics
/// When it does not build.
pub fn threads(built: Built) -> PathBuf {
    build("threads", built, |package| {
        write_twice(package, "threads/program.rs");
        package.copy(&workspace().join("tests/src/processors.rs"), "src/processors.rs");
    })
}

/// `tight` in as many threads as its arguments say.
///
/// # Panics
/// When it does not build.
pub fn stress(built: Built) -> PathBuf {
    build("stress", built, |package| {
        package.copy(&benches().join("stress/program.rs"), "src/main.rs");
        package.copy(&benches().join("statements/work.rs"), "src/instrumented.rs");
        package.annotate("src/instrumented.rs", "2024");
    })
}

fn write_twice(package: &Package, program: &str) {
    package.copy(&benches().join(program), "src/main.rs");
    for copy in ["plain", "instrumented"] {
        package.copy(&benches().join("statements/work.rs"), &format!("src/{copy}.rs"));
    }
    package.annotate("src/instrumented.rs", "2024");
}

/// One statement, and so many modules of other functions.
///
/// # Panics
/// When it does not build.
pub fn first(built: Built, modules: usize) -> PathBuf {
    build(&format!("first-{modules}"), built, |package| {
        let names = generate_modules(package, modules);
        let program = fs::read_to_string(benches().join("first/program.rs")).expect("a source");
        let declared: String = names.iter().map(|name| format!("#[allow(dead_code)]\nmod {name};\n")).collect();
        let calls: String = names.iter().map(|name| format!("    drop({name}::run(text));\n")).collect();
        let others = format!("fn others(text: &str) {{\n    println!(\"{{text}}\");\n{calls}}}\n");
        package.write("src/main.rs", &format!("{}\n{others}", program.replace("// MODULES\n", &declared)));
        package.copy(&benches().join("first/work.rs"), "src/work.rs");
        for file in names.iter().map(String::as_str).chain(["work"]) {
            package.annotate(&format!("src/{file}.rs"), "2024");
        }
    })
}

/// Copies of a module of ordinary code, each with another number in it: 50 of them have 20,000 lines.
///
/// # Panics
/// When they cannot be written.
pub fn generate_modules(package: &Package, count: usize) -> Vec<String> {
    let module = fs::read_to_string(benches().join("compile/module.rs")).expect("a source");
    let write = |number: usize| {
        package.write(&format!("src/m{number}.rs"), &module.replace("SEED", &number.to_string()));
        format!("m{number}")
    };
    (1..=count).map(write).collect()
}

fn benches() -> PathBuf {
    workspace().join("tests/benches")
}

fn build(name: &str, built: Built, write: impl FnOnce(&Package)) -> PathBuf {
    build_with(name, built, &[], write)
}

fn build_with(name: &str, built: Built, options: &[&str], write: impl FnOnce(&Package)) -> PathBuf {
    // A name for each, so that tests that run at the same time do not write the same package.
    let profile = if built.release { "release" } else { "debug" };
    let feature = match built.feature {
        Feature::Off => "off",
        Feature::Stack => "stack",
        Feature::Enabled => "on",
    };
    let name = format!("bench-{name}-{feature}-{profile}");
    let package = Package::new(&name);
    write(&package);
    let runtime = runtime(built.feature);
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ninstr-runtime = {runtime}\nlibc = \"0.2\"\n"
        ),
    );
    let command = if built.release { &["build", "--release"][..] } else { &["build"] };
    package.build(&[command, options].concat()).0.remove(&name).expect("a program")
}

/// How many records a turn of one of its functions makes.
///
/// # Panics
/// When there are none.
pub fn records_per_turn(program: &Path, function: &str) -> f64 {
    let lines = |turns: &str| {
        let scene = Scene::new();
        WRITE.of(&Subject::new(program, &["instrumented", function, turns])).run_at(&scene);
        let [run] = &scene.runs()[..] else { panic!("not one run") };
        lines(run)
    };
    let records = lines("20") - lines("10");
    assert!(records > 0, "{function} makes no records");
    records as f64 / 10.0
}

fn lines(run: &Path) -> usize {
    let entries = fs::read_dir(run).expect("a run directory").map(|entry| entry.expect("an entry"));
    let logs = entries.filter(|entry| is_thread_log(&entry.file_name().to_string_lossy()));
    logs.map(|log| fs::read(log.path()).expect("a log").iter().filter(|byte| **byte == b'\n').count()).sum()
}
