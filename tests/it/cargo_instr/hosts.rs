//! Libraries that programs load whose `main` is not Rust's: nobody there can ask for a crash handler.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use instr_format::last;
use instr_format::names::{CRASH, OUTPUT_DIR, SINK};
use instr_tests::cargo_instr::{Workspace, runs};
use instr_tests::package::{Package, succeed};
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::run_json;
use instr_tests::report::Report;
use instr_tests::rings::rings;
use instr_tests::skip;
use serde_json::Value;

/// Two would wait for each other anyway.
static TURN: Mutex<()> = Mutex::new(());

/// Has a second thread read at 0x40, of the library that its first argument names, or that it was linked with.
const HOST: &str = r#"
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef LINKED
unsigned char peek(const unsigned char *);
#else
static unsigned char (*peek)(const unsigned char *);
#endif
static void handler(int number) { write(1, "handled\n", 8); _exit(7); }
static void *work(void *none) { printf("%d\n", peek((const unsigned char *)0x40)); return none; }
int main(int count, char **arguments) {
    const char *when = count > 2 ? arguments[2] : "";
    if (!strcmp(when, "before")) signal(SIGSEGV, handler);
#ifndef LINKED
    void *library = dlopen(arguments[1], RTLD_NOW);
    if (!library) return 2;
    peek = (unsigned char (*)(const unsigned char *))dlsym(library, "peek");
#endif
    unsigned char there = 42;
    if (peek(&there) != 42) return 3;
    if (!strcmp(when, "after")) signal(SIGSEGV, handler);
    if (!strcmp(when, "none")) return 5;
    if (!strcmp(when, "itself")) return *(volatile unsigned char *)0x40;
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    pthread_join(thread, 0);
    return 4;
}
"#;

/// The library, as `cargo instr` builds it.
fn hosted() -> (Workspace, PathBuf) {
    let hosted = Workspace::new("hosted", "hosted");
    succeed(&mut hosted.instr(&["build", "-q"]));
    let library = hosted.path().join("target/instr/debug/libhosted.so");
    (hosted, library)
}

/// Compiles the program, or says why not.
fn compile(test: &str, scene: &Scene, arguments: &[&str]) -> Option<PathBuf> {
    compile_source(test, scene, HOST, arguments)
}

/// The same of another one.
pub(super) fn compile_source(test: &str, scene: &Scene, source: &str, arguments: &[&str]) -> Option<PathBuf> {
    let (file, program) = (scene.path().join("host.c"), scene.path().join("host"));
    fs::write(&file, source).expect("a file");
    let mut compiler = Command::new("gcc");
    compiler.arg("-pthread").arg("-o").args([&program, &file]).args(arguments).arg("-ldl").arg("-lm");
    match compiler.output() {
        Err(error) => skip::skip(test, &format!("no gcc: {error}")),
        Ok(output) if !output.status.success() => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Ok(_) => return Some(program),
    }
    None
}

/// The only run, with the crash that is to be in it.
fn crashed(output: &Path) -> Report {
    let [run] = runs(output).try_into().expect("one run");
    let report = Report::of(&run);
    assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")), "{:#}", report.run());
    let crashing: Vec<_> = report.threads().iter().filter(|thread| thread["crashing"] == true).collect();
    assert_eq!(crashing.len(), 1, "{:#}", report.run());
    assert_ne!(crashing[0]["tid"], report.run()["pid"], "in the second thread");
    assert_eq!(crashing[0]["last"]["function"], "peek", "{:#}", report.run());
    assert_eq!(crashing[0]["last"]["snippet"], "address.read_volatile()");
    report
}

#[test]
fn a_crash_of_a_library_that_a_program_of_c_loads_is_recorded() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let test = "a_crash_of_a_library_that_a_program_of_c_loads_is_recorded";
    let (_hosted, library) = hosted();
    for sink in ["ring", "write", "count"] {
        let scene = Scene::new();
        let Some(program) = compile(test, &scene, &[]) else { return };
        let ended = run(scene.command(&program).arg(&library).env(SINK, sink));
        assert_eq!((ended.status.signal(), ended.stderr.as_str()), (Some(libc::SIGSEGV), ""), "{ended:?}");
        crashed(&scene.output());
    }
    // What the program wants comes after ours, or instead of it.
    for (when, recorded) in [("before", true), ("after", false)] {
        let scene = Scene::new();
        let program = compile(test, &scene, &[]).expect("it was there");
        let ended = run(scene.command(&program).arg(&library).arg(when));
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(7), "handled\n"), "{when} {ended:?}");
        let [run] = runs(&scene.output()).try_into().expect("one run");
        assert_eq!(run.join("crash.json").exists(), recorded, "{when}");
    }
    let scene = Scene::new();
    let program = compile(test, &scene, &[]).expect("it was there");
    let ended = run(scene.command(&program).arg(&library).arg("none"));
    assert_eq!(ended.status.code(), Some(5), "{ended:?}");
}

#[test]
fn a_crash_of_the_program_itself_is_not_blamed_on_the_library() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let test = "a_crash_of_the_program_itself_is_not_blamed_on_the_library";
    let (_hosted, library) = hosted();
    let scene = Scene::new();
    let Some(program) = compile(test, &scene, &[]) else { return };
    let ended = run(scene.command(&program).arg(&library).arg("itself"));
    assert_eq!(ended.status.signal(), Some(libc::SIGSEGV), "{ended:?}");
    let report = instr_tests::analyzer::run([&scene.output()]).stdout;
    let first =
        "host died of SIGSEGV in main, outside instrumented code; last at src/lib.rs:7: address.read_volatile()";
    assert_eq!(report.lines().next(), Some(first));
    assert!(
        report.contains("): crashed outside instrumented code, last in hosted::peek at src/lib.rs:7:14"),
        "{report}"
    );
}

/// One that is replaced by nothing: it is off.
#[test]
fn what_would_record_a_crash_is_said_where_it_was_switched_off() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let test = "what_would_record_a_crash_is_said_where_it_was_switched_off";
    let (_hosted, library) = hosted();
    let scene = Scene::new();
    let Some(program) = compile(test, &scene, &[]) else { return };
    let ended = run(scene.command(&program).arg(&library).env(CRASH, "off"));
    assert_eq!(ended.status.signal(), Some(libc::SIGSEGV), "{ended:?}");
    let report = instr_tests::analyzer::run([&scene.output()]).stdout;
    assert!(report.contains("\n  a crash could not be recorded: INSTR_CRASH is off\n"), "{report}");
    let json = Report::of(&runs(&scene.output())[0]);
    assert_eq!(json.run()["no_crash_handler"], "off", "{:#}", json.run());
}

#[test]
fn a_crash_of_a_library_that_a_program_of_c_is_linked_with_is_recorded() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let test = "a_crash_of_a_library_that_a_program_of_c_is_linked_with_is_recorded";
    let (_hosted, library) = hosted();
    let directory = library.parent().expect("a directory").display().to_string();
    let archive = library.with_extension("a").display().to_string();
    let dynamic = ["-DLINKED", &format!("-L{directory}"), &format!("-Wl,-rpath,{directory}"), "-lhosted"];
    for arguments in [&["-DLINKED", archive.as_str()][..], &dynamic] {
        let scene = Scene::new();
        let Some(program) = compile(test, &scene, arguments) else { return };
        let ended = run(&mut scene.command(&program));
        assert_eq!((ended.status.signal(), ended.stderr.as_str()), (Some(libc::SIGSEGV), ""), "{ended:?}");
        crashed(&scene.output());
        // Whoever starts it.
        let run = &scene.runs()[0];
        assert_eq!((run_json(run)["built_by"].as_str(), rings(run).len()), (Some("cargo instr"), 2));
    }
}

#[test]
fn a_crash_of_a_library_that_python_loads_is_recorded() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let test = "a_crash_of_a_library_that_python_loads_is_recorded";
    let python = Command::new("python3").args(["-c", "import ctypes, sys; print(sys.executable)"]).output();
    let python = match python.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()) {
        Ok(path) if !path.is_empty() => PathBuf::from(path),
        other => return skip::skip(test, &format!("no python3 with ctypes: {other:?}")),
    };
    let (_hosted, library) = hosted();
    let script = "import ctypes, sys, threading\n\
                  if sys.argv[2] == 'before':\n    import faulthandler; faulthandler.enable()\n\
                  library = ctypes.CDLL(sys.argv[1])\n\
                  library.peek.restype = ctypes.c_ubyte\n\
                  there = ctypes.c_ubyte(42)\n\
                  assert library.peek(ctypes.byref(there)) == 42\n\
                  if sys.argv[2] == 'after':\n    import faulthandler; faulthandler.enable()\n\
                  thread = threading.Thread(target=lambda: library.peek(ctypes.c_void_p(0x40)))\n\
                  thread.start()\n\
                  thread.join()\n";
    for when in ["never", "before", "after"] {
        let scene = Scene::new();
        let ended: Ended = run(scene.command(&python).args(["-c", script]).arg(&library).arg(when));
        assert_eq!(ended.status.signal(), Some(libc::SIGSEGV), "{when} {ended:?}");
        assert_eq!(ended.stderr.contains("Fatal Python error: Segmentation fault"), when != "never", "{ended:?}");
        crashed(&scene.output());
    }
}

/// Its author has put the attribute there, and may have put `install_crash_handler` there too.
#[test]
fn other_libraries_wait_until_they_are_asked_and_say_so() {
    let test = "other_libraries_wait_until_they_are_asked_and_say_so";
    let package = Package::new("asking-library");
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"asking\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[lib]\n\
             crate-type = [\"cdylib\"]\n\n[features]\nasks = []\n\n[dependencies]\ninstr-runtime = {}\n",
            instr_tests::package::runtime_dependency()
        ),
    );
    package.write(
        "src/lib.rs",
        "#[unsafe(no_mangle)]\n#[instr_runtime::instrument_source]\n\
         pub unsafe extern \"C\" fn peek(address: *const u8) -> u8 {\n    \
         #[cfg(feature = \"asks\")]\n    instr_runtime::install_crash_handler();\n    \
         unsafe { address.read_volatile() }\n}\n",
    );
    for (features, variable, asks) in [("", "", false), ("asks", "", true), ("", "on", true), ("asks", "off", false)] {
        let output = succeed(&mut package.cargo(&["build", "--message-format=json", "--features", features]));
        let library = instr_tests::package::json_lines(&output)
            .filter_map(|line| line["filenames"][0].as_str().filter(|name| name.contains("asking")).map(PathBuf::from))
            .last()
            .expect("a library");
        let scene = Scene::new();
        let Some(program) = compile(test, &scene, &[]) else { return };
        let ended = run(scene.command(&program).arg(&library).env(OUTPUT_DIR, scene.output()).env(CRASH, variable));
        assert_eq!(ended.status.signal(), Some(libc::SIGSEGV), "{ended:?}");
        let [run] = runs(&scene.output()).try_into().expect("one run");
        let last = fs::read(run.join("last")).expect("a file");
        let (header, _) = last::decode(&last).expect("a header");
        let waits = !asks && variable.is_empty();
        assert_eq!((run.join("crash.json").exists(), header.foreign_main), (asks, waits), "{features} {variable}");
        assert_eq!((run_json(&run)["built_by"].as_str(), rings(&run).len()), (None, 0));
        let report = instr_tests::analyzer::run([&run]).stdout;
        let says_why = report.contains("a crash could not be recorded, as the program's main is not Rust's: set ");
        assert_eq!((report.contains("died of SIGSEGV"), says_why), (asks, waits), "{report}");
        let says_off = report.contains("a crash could not be recorded: INSTR_CRASH is off");
        assert_eq!(says_off, variable == "off", "{report}");
        let expected = if waits {
            "foreign-main".into()
        } else if asks {
            Value::Null
        } else {
            "off".into()
        };
        assert_eq!(Report::of(&run).run()["no_crash_handler"], expected, "{report}");
    }
}
