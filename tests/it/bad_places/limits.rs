//! Limits of the process.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use instr_tests::limits::{limit, umask};
use instr_tests::program::Scene;
use instr_tests::records::logs;

use super::{assert_private, errnos, reached, steady};

#[test]
fn row_35_a_small_limit_for_files_cuts_the_logs_and_does_not_kill() {
    let scene = Scene::new();
    steady(&scene, "1000", |command| limit(command, libc::RLIMIT_FSIZE, 100_000));
    let report = scene.report();
    assert_eq!(report.sum("records") + report.sum("dropped"), reached("1000"));
    assert_eq!(errnos(&report), ["EFBIG"; 3]);
}

#[test]
fn row_35_a_limit_below_the_shared_file_leaves_whole_lines_up_to_the_limit() {
    let scene = Scene::new();
    steady(&scene, "1000", |command| limit(command, libc::RLIMIT_FSIZE, 8192));
    let records: Vec<_> = logs(&scene.runs()[0]).iter().map(|log| log.seqs.len()).collect();
    assert!(records.len() == 3 && records.iter().all(|count| *count > 20), "{records:?}");
}

#[test]
fn row_41_without_descriptors_for_all_logs_the_others_are_counted() {
    let scene = Scene::new();
    steady(&scene, "100", |command| limit(command, libc::RLIMIT_NOFILE, 6));
    let report = scene.report();
    assert_eq!(report.sum("records") + report.sum("dropped"), reached("100"));
    assert_eq!(errnos(&report), ["EMFILE", "EMFILE"]);
}

#[test]
fn row_48_no_umask_takes_a_mode_away_or_adds_one() {
    for mask in [0o000, 0o777] {
        let scene = Scene::new();
        steady(&scene, "10", |command| umask(command, mask));
        assert_eq!(fs::metadata(scene.output()).expect("a directory").permissions().mode() & 0o7777, 0o700);
        assert_private(&scene.runs()[0]);
        assert_eq!(scene.report().sum("records"), reached("10"));
    }
}
