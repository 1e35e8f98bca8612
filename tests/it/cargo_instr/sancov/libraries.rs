//! Libraries for programs of C, which tell of their edges too.

use std::fs;

use instr_analyze::model::edges::Range;
use instr_tests::cargo_instr::Workspace;
use instr_tests::program::{Scene, run};

use super::super::hosts::compile_source;
use super::{build, edges, functions_of, innermost, is_reached};

/// Loads the library that its first argument names, and then the second one, where the first one's symbols come first.
const HOST: &str = r#"
#include <dlfcn.h>
#include <stdlib.h>
int main(int count, char **arguments) {
    unsigned char there = 42;
    for (int at = 1; at < count; at++) {
        void *library = dlopen(arguments[at], RTLD_NOW | RTLD_GLOBAL);
        if (!library) return 2;
        unsigned char (*peek)(const unsigned char *) = (unsigned char (*)(const unsigned char *))dlsym(library, "peek");
        if (at == 1 && peek(&there) != 42) return 3;
        if (at == 2 && peek(0) != 0) return 4;
    }
    if (count == 2) return *(volatile unsigned char *)0x40;
    _Exit(7);
}
"#;

#[test]
fn a_library_in_a_program_of_c_tells_of_its_edges() {
    let test = "a_library_in_a_program_of_c_tells_of_its_edges";
    let app = Workspace::new("edges", "edges library");
    for options in [&[][..], &["--profile=fat"]] {
        let library = build(&app, &[options, &["-p", "plugin"]].concat());
        let scene = Scene::new();
        let Some(program) = compile_source(test, &scene, HOST, &[]) else { return };
        let ended = run(scene.command(&program).arg(&library));
        let report = scene.report();
        assert_eq!((report.end().0, report.signal()), ("signal", Some("SIGSEGV")), "{ended:?} {:#}", report.run());
        assert_eq!(innermost(report.thread("main")).0, "peek", "{:#}", report.run());
        let [range] = edges(&scene.runs()[0]).ranges.try_into().expect("one range");
        assert_eq!(range.path.as_deref(), library.to_str());
        let functions = functions_of(&range, &library);
        assert_eq!((functions.get("peek"), is_reached(&functions, "nothing")), (Some(&true), false));
    }
}

#[test]
fn a_library_that_comes_later_has_a_range_in_the_same_run() {
    let test = "a_library_that_comes_later_has_a_range_in_the_same_run";
    let app = Workspace::new("edges", "edges libraries");
    let library = build(&app, &["-p", "plugin"]);
    let scene = Scene::new();
    let Some(program) = compile_source(test, &scene, HOST, &[]) else { return };
    let second = scene.path().join("second.so");
    fs::copy(&library, &second).expect("a copy");
    let ended = run(scene.command(&program).args([&library, &second]));
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    let [one] = scene.runs().try_into().expect("one run");
    let ranges = edges(&one).ranges;
    let paths: Vec<_> = ranges.iter().map(|range| range.path.as_deref()).collect();
    assert_eq!(paths, [library.to_str(), second.to_str()]);
    let reached = |range: &Range| is_reached(&functions_of(range, &library), "nothing");
    assert_eq!(ranges.iter().map(reached).collect::<Vec<_>>(), [false, true]);
    assert_eq!(innermost(scene.report().thread("main")).0, "peek", "which has gone on since");
}
