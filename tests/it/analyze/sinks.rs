//! Real programs under each sink: the same statements, however they were recorded.

use std::path::Path;

use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::{Scene, run};
use serde_json::Value;

const SINKS: [&str; 3] = ["write", "ring", "count"];

fn threads(output: &Path) -> Vec<Value> {
    let report = analyzer::run(["report", "--format", "json", output.to_str().unwrap()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    report["runs"][0]["threads"].as_array().unwrap().clone()
}

#[test]
fn every_sink_accounts_for_the_same_statements() {
    let reached = |sink: &str| {
        let scene = Scene::new();
        let ended = run(scene
            .command(&program("short_threads", INSTRUMENTED))
            .env("INSTR_SINK", sink)
            .env("INSTR_RING_BYTES", "64K")
            .arg("800"));
        assert!(ended.status.success(), "{ended:?}");
        let threads = threads(&scene.output());
        let sum = |what: &str| threads.iter().map(|thread| thread[what].as_u64().unwrap()).sum::<u64>();
        assert!(threads.iter().all(|thread| thread["damage"].as_array().unwrap().is_empty()), "{sink}");
        // The rings of most threads have been given to later ones.
        assert_eq!(sum("overwritten") > 0, sink == "ring");
        (threads.len(), sum("records") + sum("overwritten"), sum("dropped") + sum("filtered"))
    };
    let outcomes = SINKS.map(reached);
    assert_eq!(outcomes[0].0, 801);
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
}

#[test]
fn every_sink_names_the_last_statement_of_each_thread() {
    let last = |sink: &str| {
        let scene = Scene::new();
        let _killed = run(scene.command(&program("worker-pool", INSTRUMENTED)).env("INSTR_SINK", sink));
        let worker = threads(&scene.output())
            .into_iter()
            .find(|thread| thread["last"]["snippet"].as_str().is_some_and(|snippet| snippet.contains("strlen")));
        let worker = worker.expect("the thread that died");
        (
            worker["last"]["line"].clone(),
            worker["last"]["column"].clone(),
            worker["last"]["seq"].is_u64() || sink == "count",
        )
    };
    let places = SINKS.map(last);
    assert!(places.iter().all(|place| *place == places[0] && place.2), "{places:?}");
}

#[test]
fn the_same_records_are_dumped_from_a_ring_as_from_a_log() {
    let dump = |sink: &str| {
        let scene = Scene::new();
        let ended = run(scene.command(&program("steady", INSTRUMENTED)).env("INSTR_SINK", sink).arg("50"));
        assert_eq!(ended.status.code(), Some(5));
        let output = scene.output();
        let dump = |more: &[&str]| {
            let shown = analyzer::run([&["dump", output.to_str().unwrap(), "--thread", "one"], more].concat());
            assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
            shown.stdout
        };
        let without_times = |line: &str| {
            let (head, rest) = line.split_once(" seq=").unwrap();
            let (seq, rest) = rest.split_once(" ts=").unwrap();
            assert!(head.starts_with("pid="));
            format!("{seq} {}", rest.split_once(" file=").unwrap().1)
        };
        let raw: Vec<String> = dump(&["--format", "raw"]).lines().map(without_times).collect();
        (raw, dump(&["--fold"]).lines().count())
    };
    let (of_log, of_ring) = (dump("write"), dump("ring"));
    assert_eq!(of_log.0, of_ring.0);
    assert_eq!(of_log.1, of_ring.1);
    assert!(of_log.0.len() > 150 && of_log.1 < 12, "{of_log:?}");
}
