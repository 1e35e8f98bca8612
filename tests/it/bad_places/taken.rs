//! Files that are taken away while the program runs.

use std::fs::{self, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::faults::times;
use instr_tests::kills::{counts, wait_for};
use instr_tests::program::{Scene, finish, start};
use instr_tests::report::Report;
use instr_tests::skip::counted;

/// Lets four threads reach statements, does something to their run, and lets them go on for more than a lap of their rings.
/// Returns where that was, and how many each thread had acknowledged.
fn take_away(variables: &[(&str, &str)], enough: u64, act: impl Fn(&Path)) -> (Scene, [u64; 4]) {
    let scene = Scene::new();
    let page = scene.path().join("acknowledged");
    fs::write(&page, [0; 4096]).expect("a file");
    let mut command = scene.command(&program("acknowledging", INSTRUMENTED));
    let mut child = start(command.arg(&page).envs(variables.iter().copied()));
    wait_for(&page, enough, &mut child);
    act(&scene.runs()[0]);
    let before: u64 = counts(&page).iter().sum();
    let lap = if variables[0].1 == "write" { 1_000 } else { 4 * 20_000 };
    wait_for(&page, before + 4 * lap, &mut child);
    child.kill().expect("it is there");
    let ended = finish(child);
    assert_eq!((ended.status.signal(), ended.stderr.as_str()), (Some(libc::SIGKILL), ""));
    (scene, counts(&page))
}

const WAYS: [&[(&str, &str)]; 4] = [
    &[("INSTR_SINK", "write")],
    &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")],
    &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")],
    &[("INSTR_SINK", "count")],
];

#[test]
fn row_39_a_program_whose_files_are_truncated_goes_on() {
    // Soon, when some threads are still about to make their files, and later.
    for (variables, enough) in
        WAYS.into_iter().flat_map(|variables| [1, 1_000, 20_000].map(|enough| (variables, enough)))
    {
        take_away(variables, enough, |run| assert_ne!(truncate_all(run), 0));
    }
}

#[test]
fn row_39_threads_whose_files_are_truncated_while_they_are_made_go_on() {
    let threads = times(400, 8_000).to_string();
    for variables in &WAYS[1..] {
        let scene = Scene::new();
        let mut command = scene.command(&program("short_threads", INSTRUMENTED));
        let mut child = start(command.arg(&threads).envs(variables.iter().copied()));
        let mut truncated = 0;
        while child.try_wait().expect("it is ours").is_none() {
            truncated += scene.runs().first().map_or(0, |run| truncate_all(run));
        }
        let ended = finish(child);
        assert!(ended.status.success() && ended.stderr.is_empty(), "{variables:?}: {ended:?}");
        counted(&format!("{threads} threads, {truncated} truncations"));
    }
}

/// Truncates every file of a run; how many those were.
fn truncate_all(run: &Path) -> usize {
    let paths = fs::read_dir(run).expect("a directory").map(|entry| entry.expect("an entry").path());
    // Of threads that have ended, rings are removed.
    paths.filter(|path| OpenOptions::new().write(true).truncate(true).open(path).is_ok()).count()
}

#[test]
fn row_40_a_program_whose_directory_is_removed_goes_on() {
    for variables in WAYS {
        take_away(variables, 1_000, |run| {
            // Segments can come between.
            while run.exists() {
                let _ = fs::remove_dir_all(run);
            }
        });
    }
}

#[test]
fn row_40_a_run_that_is_renamed_is_recorded_on() {
    for variables in WAYS {
        let renamed = |run: &Path| run.with_file_name("renamed");
        let (scene, acknowledged) =
            take_away(variables, 1_000, |run| fs::rename(run, renamed(run)).expect("the same file system"));
        let report = Report::of(&scene.output().join("renamed"));
        for (number, acknowledged) in (1..).zip(acknowledged).filter(|(_, acknowledged)| *acknowledged != 0) {
            let thread = report.thread(&format!("acknowledging-{number}"));
            let reached: u64 = ["records", "overwritten"].iter().filter_map(|key| thread[key].as_u64()).sum();
            assert!((acknowledged..=acknowledged + 1).contains(&reached), "{acknowledged} acknowledged: {thread:#}");
        }
    }
}

#[test]
fn row_40_a_program_whose_files_are_unlinked_goes_on() {
    for variables in WAYS {
        take_away(variables, 1_000, |run| {
            for entry in fs::read_dir(run).expect("a directory") {
                fs::remove_file(entry.expect("an entry").path()).expect("a file");
            }
        });
    }
}
