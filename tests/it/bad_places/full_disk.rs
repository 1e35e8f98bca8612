//! File systems without room, made for a test.

use std::fs;
use std::path::PathBuf;

use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::report::Report;
use instr_tests::sandbox;
use instr_tests::skip::{counted, needing};

use super::errnos;

/// How far the program counts, three times before it removes a file and three times after.
const TURNS: &str = "300";

/// Runs the program on a file system of `size`, of which a file takes `filler` until the program removes it.
fn run_on(size: &str, filler: &str) -> Report {
    let (_scene, run) = run_in(&format!("size={size}"), filler, "INSTR_SINK=write", TURNS);
    Report::of(&run)
}

/// The same with these options, this variable and so many turns. What is left is copied to where it outlives that file
/// system: the path of the run there.
pub(super) fn run_in(options: &str, filler: &str, variable: &str, turns: &str) -> (Scene, PathBuf) {
    run_program_in("steady", options, filler, variable, turns)
}

fn run_program_in(name: &str, options: &str, filler: &str, variable: &str, turns: &str) -> (Scene, PathBuf) {
    let script = format!(
        "mkdir instr-logs kept; mount -t tmpfs -o {options} tmpfs instr-logs
         head -c {filler} /dev/zero >instr-logs/filler
         status=0; {variable} \"$0\" {turns} instr-logs/filler || status=$?
         cp -R instr-logs/. kept; exit $status"
    );
    let run = |build| {
        let scene = Scene::new();
        let ended = run(&mut sandbox::command(&scene, &script, &program(name, build)));
        (scene, ended)
    };
    let ((_, plain), (scene, instrumented)) = (run(PLAIN), run(INSTRUMENTED));
    assert_eq!(instrumented, plain);
    assert_eq!(plain.status.code(), Some(5));
    let kept = only_entry(scene.path().join("kept"));
    (scene, kept)
}

fn only_entry(directory: PathBuf) -> PathBuf {
    let entries: Vec<_> =
        fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("one").path()).collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].clone()
}

/// How many statements the program reaches where there is room.
fn reached() -> u64 {
    let scene = Scene::new();
    fs::write(scene.path().join("filler"), "").expect("a file");
    run(scene.command(&program("steady", INSTRUMENTED)).args([TURNS, "filler"]));
    scene.report().sum("records")
}

#[test]
fn row_32_what_cannot_be_written_is_counted_and_writing_goes_on_when_there_is_room() {
    const NAME: &str = "row_32_what_cannot_be_written_is_counted_and_writing_goes_on_when_there_is_room";
    needing(NAME, sandbox::missing, write_on_when_there_is_room);
}

fn write_on_when_there_is_room() {
    let report = run_on("1m", "800k");
    assert_eq!(report.sum("records") + report.sum("dropped"), reached());
    assert_eq!(errnos(&report), ["ENOSPC"; 3]);
    let main = report.thread("main");
    assert!(main["dropped"].as_u64() > Some(0), "{main:#}");
    assert_eq!(Place::last_of(main), Place::marked("tests/programs/src/bin/steady/main.rs", "end"));
    assert!(main["last"]["seq"].is_u64(), "its record is there: {main:#}");
}

#[test]
fn row_33_a_line_that_is_cut_ends_where_the_next_one_begins() {
    needing("row_33_a_line_that_is_cut_ends_where_the_next_one_begins", sandbox::missing, cut_lines);
}

fn cut_lines() {
    let (mut whole, mut cut) = (0, 0);
    // So that lines are cut at many places, among them within the snippet, where they look like whole ones.
    for filler in (760..840).step_by(4) {
        let (_scene, run) = run_program_in("long_lines", "size=1m", &format!("{filler}k"), "INSTR_SINK=write", "1000");
        let report = Report::of(&run);
        let sum = |counter| report.sum(counter);
        assert_eq!(sum("records") + sum("dropped"), 2000, "{filler}k");
        let damage = report.threads()[0]["damage"].as_array().expect("a list");
        let lines = damage.iter().filter(|damage| damage["kind"] == "damaged").count();
        assert!(lines <= 1 && sum("dropped") > 0, "{filler}k: {damage:?}");
        (whole, cut) = (whole + sum("records"), cut + lines);
    }
    assert!(cut > 0, "no line was cut");
    counted(&format!("{whole} whole lines, {cut} cut"));
}

#[test]
fn row_32_without_room_for_the_shared_file_the_logs_take_what_there_is() {
    const NAME: &str = "row_32_without_room_for_the_shared_file_the_logs_take_what_there_is";
    needing(NAME, sandbox::missing, || assert!(run_on("64k", "8k").sum("records") > 50));
}
