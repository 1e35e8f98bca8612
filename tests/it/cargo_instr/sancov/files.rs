//! The files of such a run: as JSON, truncated, and where there are none.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use instr_tests::cargo_instr::Workspace;
use instr_tests::program::{Scene, finish, run, start};
use instr_tests::records::run_json;

use super::{build, play};

/// What a process has taken of the processors, in hundredths of a second.
fn processor_time(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is there");
    let behind = stat.rsplit(')').next().expect("its name");
    behind.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

#[test]
fn nothing_is_recorded_where_it_is_turned_off() {
    let app = Workspace::new("edges", "edges off");
    let program = build(&app, &["-p", "app"]);
    for what in ["threads", "fork"] {
        let scene = Scene::new();
        let ended = run(scene.command(&program).arg(what).env("INSTR_ENABLE", "0"));
        assert_eq!(ended.stdout, if what == "fork" { "7\n" } else { "" }, "{ended:?}");
        assert!(scene.runs().is_empty(), "{what}");
    }
}

/// Where another process shortens a file that is mapped, memory takes its place.
#[test]
fn a_program_survives_that_its_files_are_truncated() {
    let app = Workspace::new("edges", "edges truncated");
    let program = build(&app, &["-p", "app"]);
    let scene = Scene::new();
    let mut child = start(scene.command(&program).arg("loop"));
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("UTF-8");
    let [run] = scene.runs().try_into().expect("one run");
    for name in ["edges", "last"] {
        fs::File::create(run.join(name)).expect("it is there");
    }
    // It goes on, in the thread whose slot is gone too.
    let before = processor_time(child.id());
    let deadline = Instant::now() + Duration::from_secs(120);
    while processor_time(child.id()) < before + 5 {
        assert_eq!(child.try_wait().expect("a child"), None);
        assert!(Instant::now() < deadline, "it stands still");
        std::thread::yield_now();
    }
    child.kill().expect("it is there");
    let ended = finish(child);
    assert_eq!(ended.status.signal(), Some(libc::SIGKILL), "{ended:?}");
}

#[test]
fn what_the_report_prints_as_json_is_as_its_schema_says() {
    let app = Workspace::new("edges", "edges schema");
    let program = build(&app, &["-p", "app"]);
    let scene = Scene::new();
    play(&scene, &program, "segv");
    let printed = crate::schemas::check_all(&scene.output());
    assert!(printed["report"][0]["runs"][0]["threads"][0]["last_edge"].is_object(), "{printed:?}");
}

#[test]
fn variables_that_are_for_statements_are_noted() {
    let app = Workspace::new("edges", "edges variables");
    let program = build(&app, &["-p", "app"]);
    let scene = Scene::new();
    let ended = run(scene.command(&program).env("INSTR_SINK", "ring").env("INSTR_EXCLUDE", "main.rs"));
    let sink =
        "INSTR_SINK=ring is ignored: built with the feature `sancov`, this program records edges and has no sink";
    assert_eq!(ended.stderr, format!("instr: {sink}\ninstr: filters have no effect on edges\n"));
    let notes = run_json(&scene.runs()[0])["notes"].clone();
    assert_eq!(notes, serde_json::json!([sink, "filters have no effect on edges"]));
}
