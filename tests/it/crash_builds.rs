//! Which builds of the program and its libraries had crashed: others are not taken for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use instr_analyze::run::symbols::{FRAMES_MAX, backtrace};
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::{Scene, copy_program, run};
use serde_json::Value;

fn json(run: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(run.join(name)).expect("a file")).expect("JSON")
}

/// The build of each file that `crash.json` knows one of, by its path.
fn builds(crash: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let maps = text(&crash["maps"]);
    let path_at = |address: &str| {
        let line = maps.lines().find(|line| line.starts_with(&format!("{}-", &address[2..])));
        line.and_then(|line| line.split_once('/')).map(|(_, path)| format!("/{path}"))
    };
    let all = crash["builds"].as_array().expect("a list").iter();
    all.map(|build| (path_at(&text(&build["address"])).expect("mapped"), text(&build["id"]))).collect()
}

/// What the loader says at the beginning is found in memory at the end, and what has been loaded since.
#[test]
fn the_record_names_the_build_of_everything_that_is_loaded() {
    let scene = Scene::new();
    run(&mut scene.command(&program("late_library", INSTRUMENTED)));
    let run = &scene.runs()[0];
    let (begun, crash) = (json(run, "run.json"), json(run, "crash.json"));
    let found = builds(&crash);
    let mut known = 0;
    for object in begun["load_bases"].as_array().expect("a list") {
        let (name, id) = (object["name"].as_str().expect("a path"), object["build_id"].as_str());
        // The kernel's own has no file.
        let Ok(path) = Path::new(name).canonicalize() else { continue };
        assert_eq!(found.get(path.to_str().expect("UTF-8")).map(String::as_str), id, "{name}: {found:#?}");
        known += u32::from(id.is_some());
    }
    assert!(known >= 2, "{begun:#}");
    let late: Vec<_> = found.keys().filter(|path| path.contains("/libutil.so")).collect();
    assert_eq!(late.len(), 1, "{found:#?}");
    assert!(!begun["load_bases"].to_string().contains("libutil"), "{begun:#}");
}

/// A file that has been damaged since, whose sections lie at the end of all addresses.
#[test]
fn sections_that_cannot_be_are_survived() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut elf = fs::read(analyzer::path()).expect("a program");
    let number =
        |at: usize, len: usize| elf[at..at + len].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (table, size, count) = (number(0x28, 8), number(0x3a, 2), number(0x3c, 2));
    for header in (0..count).map(|section| table + section * size) {
        elf[header + 0x10..header + 0x18].fill(0xff);
    }
    let path = directory.path().join("damaged");
    fs::write(&path, elf).expect("room");
    let maps = format!("400000-500000 r-xp 00000000 00:00 1 {}\n", path.display());
    let crash = serde_json::json!({
        "tid": 1, "signal_number": 11, "code_number": 1, "maps": maps, "stack_address": "0x7000", "stack": "00",
        "registers": {"rip": "0x401000", "rsp": "0x7000", "rbp": "0x7000"},
    });
    let frames = backtrace(&serde_json::from_value(crash).expect("a crash"), true, FRAMES_MAX);
    assert_eq!((frames[0].address.as_str(), frames[0].module.as_deref()), ("0x401000", path.to_str()));
}

/// The names and lines of another program's functions would be worse than none.
#[test]
fn a_program_that_has_been_replaced_is_not_taken_for_the_one_that_crashed() {
    let scene = Scene::new();
    let copy = scene.path().join("crasher");
    copy_program(program("crasher", INSTRUMENTED), &copy);
    run(scene.command(&copy).args(["ffi-segfault", "worker"]));
    let asked = |format: &str| {
        let mut command = analyzer::command(["crash", format]);
        analyzer::outcome(command.current_dir(scene.path()).output().expect("it runs")).stdout
    };
    assert!(asked("--format=text").contains("crasher::deaths::ffi_segfault at "), "{}", asked("--format=text"));

    fs::remove_file(&copy).expect("it is there");
    copy_program(program("signalled", INSTRUMENTED), &copy);
    let crash: Value = serde_json::from_str(&asked("--format=json")).expect("JSON");
    let frames = crash["crashes"][0]["frames"].as_array().expect("a list");
    let of_program: Vec<_> = frames.iter().filter(|frame| frame["module"] == copy.to_str().expect("UTF-8")).collect();
    assert!(!of_program.is_empty(), "{frames:#?}");
    for frame in of_program {
        assert_eq!((&frame["functions"], &frame["replaced"]), (&Value::Array(Vec::new()), &true.into()), "{frame:#}");
    }
    let text = asked("--format=text");
    assert!(text.contains("/crasher, which has been replaced since"), "{text}");
    assert!(!text.contains("signalled::") && text.contains("libc::strlen(no_text());"), "{text}");
}
