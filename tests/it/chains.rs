//! The open statements of programs that died of SIGKILL: all of them are in the files, whatever takes the records.

use std::os::unix::process::ExitStatusExt as _;

use instr_tests::build::{Build, INSTRUMENTED, program};
use instr_tests::marks::Place;
use instr_tests::package::{Feature, Package, runtime};
use instr_tests::program::{Scene, run};
use instr_tests::records::run_json;
use instr_tests::{analyzer, workspace};
use serde_json::Value;

const SOURCE: &str = "tests/programs/src/bin/deep.rs";
const SINKS: [&str; 4] = ["write", "ring", "stack", "count"];
const RELEASE: Build = Build { profile: "release", ..INSTRUMENTED };

/// The main thread of a program that was told how to die.
fn main_thread(scene: &Scene, build: Build, sink: &str, arguments: &[&str]) -> Value {
    let ended = run(scene.command(&program("deep", build)).args(arguments).env("INSTR_SINK", sink));
    assert!(ended.status.code().is_none(), "{ended:?}");
    scene.report().thread("main").clone()
}

/// Function and line of each open statement, innermost first, and how often it repeats.
fn open(thread: &Value) -> Vec<(&str, u64, u64)> {
    let stack = thread["stack"].as_array().expect("a stack");
    let entry = |entry: &'_ Value| {
        let number = |key: &str| entry[key].as_u64().expect("a number");
        (number("line"), number("repeats"))
    };
    let names = stack.iter().map(|entry| entry["function"].as_str().expect("a name"));
    names.zip(stack.iter().map(entry)).map(|(name, (line, repeats))| (name, line, repeats)).collect()
}

#[test]
fn a_kill_ten_thousand_calls_deep_leaves_every_call() {
    let next = Place::marked(SOURCE, "next").line;
    for build in [INSTRUMENTED, RELEASE] {
        for sink in SINKS {
            let scene = Scene::new();
            let thread = main_thread(&scene, build, sink, &["calls", "10000"]);
            assert_eq!(thread["depth"], 10_001, "{build:?} {sink}");
            let open = open(&thread);
            let calls: u64 = open.iter().filter(|(name, ..)| *name == "descend").map(|(.., repeats)| repeats).sum();
            let folded = open.iter().find(|(.., repeats)| *repeats > 9_000).expect("recursion");
            assert_eq!((calls, folded.0, folded.1), (10_000, "descend", next), "{build:?} {sink}: {open:?}");
            assert_eq!(open.last().expect("a statement").0, "main", "{build:?} {sink}");
            let text = analyzer::run(["report", scene.output().to_str().expect("UTF-8")]).stdout;
            assert!(text.contains("10,001 open statements, outermost first:") && text.contains("x9,99"), "{text}");
        }
    }
}

#[test]
fn what_c_calls_back_stands_behind_what_has_called_c() {
    let [sort, compare] = ["sort", "compare"].map(|mark| Place::marked(SOURCE, mark).line);
    for sink in SINKS {
        let scene = Scene::new();
        let thread = main_thread(&scene, INSTRUMENTED, sink, &["callback"]);
        let open: Vec<_> = open(&thread).into_iter().map(|(name, line, _)| (name, line)).collect();
        assert_eq!(open[..2], [("compare", compare), ("sort", sort)], "{sink}");
        assert_eq!((open[2].0, &thread["depth"]), ("main", &3.into()), "{sink}");
    }
}

#[test]
fn panics_that_were_caught_leave_nothing_open() {
    let caught = Place::marked(SOURCE, "caught").line;
    for build in [INSTRUMENTED, RELEASE] {
        let scene = Scene::new();
        let thread = main_thread(&scene, build, "stack", &["caught", "1000"]);
        let open: Vec<_> = open(&thread).into_iter().map(|(name, line, _)| (name, line)).collect();
        assert_eq!((open[0], open[1].0, open.len()), (("catch", caught), "main", 2), "{build:?}");
    }
}

#[test]
fn built_for_the_stack_alone_a_program_has_no_other_sink() {
    let package = Package::new("deep");
    package.copy(&workspace().join(SOURCE), "src/main.rs");
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"deep\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ninstr-runtime = {}\nlibc = \"0.2\"\n",
            runtime(Feature::Stack),
        ),
    );
    let (programs, _) = package.build(&["build", "--release"]);
    for sink in ["", "stack", "ring"] {
        let scene = Scene::new();
        let ended = run(scene.command(&programs["deep"]).args(["calls", "10000"]).env("INSTR_SINK", sink));
        assert_eq!(ended.status.signal(), Some(libc::SIGKILL), "{ended:?}");
        let (report, run) = (scene.report(), &scene.runs()[0]);
        let thread = report.thread("main");
        assert_eq!((&thread["depth"], &thread["records"]), (&10_001.into(), &0.into()), "{sink}");
        let notes = run_json(run)["notes"].to_string();
        let refused = "INSTR_SINK=ring is ignored: built with the feature `stack`, this program has no other sink";
        assert_eq!(notes.contains(refused), sink == "ring", "{sink}: {notes}");
        let files = std::fs::read_dir(run).expect("a run").map(|file| file.expect("a file").file_name());
        let kinds: Vec<_> = files.filter(|name| !name.to_string_lossy().ends_with(".stack")).collect();
        assert_eq!(kinds.len(), 3, "run.json, sites and last: {kinds:?}");
    }
}

#[test]
fn a_threads_first_function_leaves_vector_registers_alone() {
    let scene = Scene::new();
    // Without AVX-512, whose registers nobody else uses, libc copies memory by way of the ones that are looked at.
    let libc = ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512VL,-AVX512F,-ERMS,-FSRM");
    let sums = |build| run(scene.command(&program("vectors", build)).env("INSTR_SINK", "stack").envs([libc])).stdout;
    let expected = format!("{:?}\n", [(120.0_f32, 21_u64); 8]);
    for build in [INSTRUMENTED, RELEASE] {
        let said = sums(build);
        assert!(said == expected || said == "no avx\n", "{build:?}: {said}");
    }
}
