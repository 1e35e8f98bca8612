//! What is in a closure is said to be in it, and not in the function that made it.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;

use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Scene, run};
use serde_json::Value;

const SINKS: [&str; 2] = ["write", "ring"];

/// The functions of a run's records.
fn functions(scene: &Scene) -> BTreeSet<String> {
    let dump = analyzer::run(["dump", "--format=json", scene.output().to_str().expect("UTF-8")]);
    assert_eq!((dump.code, dump.stderr.as_str()), (0, ""));
    let records = dump.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let path = |record: Value| {
        let [module, function] = ["module", "function"].map(|key| record[key].as_str().expect("text").to_owned());
        assert_eq!(module, "closures::recorded");
        function
    };
    records.map(path).collect()
}

#[test]
fn closures_have_the_names_of_a_backtrace() {
    for sink in SINKS {
        let scene = Scene::new();
        let ended = run(scene.command(&program("closures", INSTRUMENTED)).env("INSTR_SINK", sink));
        assert_eq!(ended, run(&mut Scene::new().command(&program("closures", PLAIN))));
        let expected = [
            "Job::run",
            "Job::run::{{closure}}",
            "Job::run::{{closure}}::{{closure}}",
            "nested",
            "nested::{{closure}}",
            "nested::{{closure}}::inner",
            "nested::{{closure}}::{{closure}}",
        ];
        assert_eq!(functions(&scene), expected.map(str::to_owned).into(), "{sink}");
    }
}

#[test]
fn a_crash_in_a_closure_is_not_in_the_function_that_has_returned() {
    for sink in SINKS {
        let scene = Scene::new();
        let ended = run(scene.command(&program("closures", INSTRUMENTED)).arg("crash").env("INSTR_SINK", sink));
        assert_eq!(ended.status.signal(), Some(libc::SIGSEGV), "{sink}: {ended:?}");
        let report = scene.report();
        let last = &report.thread("main")["last"];
        let place = (&last["module"], &last["function"], &last["snippet"]);
        assert_eq!(place.0, "closures::recorded", "{sink}: {last:#}");
        assert_eq!(place.1, "watch::{{closure}}", "{sink}: {last:#}");
        assert_eq!(place.2, "place.read_volatile()", "{sink}: {last:#}");
        // The record of the statement has been found among the thread's.
        assert!(last["seq"].as_u64().is_some_and(|seq| seq > 1), "{sink}: {last:#}");
        let text = analyzer::run(["report", scene.output().to_str().expect("UTF-8")]).stdout;
        assert!(text.contains("closures::recorded::watch::{{closure}} at "), "{sink}: {text}");
        assert!(!text.contains("closures::recorded::watch at "), "{sink}: {text}");
    }
}
