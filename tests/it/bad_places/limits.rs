//! Limits of the process.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::limits::{limit, umask};
use instr_tests::program::{Scene, run};
use instr_tests::records::logs;
use instr_tests::skip::counted;

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
fn row_35_the_signal_of_the_limit_is_the_programs_own() {
    for action in ["default", "ignored", "handled"] {
        let scene = Scene::new();
        let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
            let mut command = scene.command(&program("file_limit", build));
            limit(command.arg(action), libc::RLIMIT_FSIZE, 8192);
            run(&mut command)
        });
        assert_eq!(instrumented, plain, "{action}");
        assert!(plain.stdout.contains("handled 0, the same action: true"), "{plain:?}");
        assert_eq!(plain.status.signal(), (action == "default").then_some(libc::SIGXFSZ));
        assert!(logs(&scene.runs()[0])[0].seqs.len() > 20);
    }
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

/// Half of the numbers below 1,024 at most, and with mapped files only that of the run directory.
#[test]
fn row_41_42_a_program_can_open_as_many_files_as_without_us_but_for_what_the_docs_say() {
    for (limit_of_numbers, threads) in [(8, 1), (64, 8), (1024, 1000)] {
        let left = |build: Build, sink: &str| -> u64 {
            let scene = Scene::new();
            let mut command = scene.command(&program("exhausting", build));
            limit(
                command.args(["threads", &threads.to_string()]).env("INSTR_SINK", sink),
                libc::RLIMIT_NOFILE,
                limit_of_numbers,
            );
            let ended = run(&mut command);
            assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
            let left = ended.stdout.lines().next().and_then(|line| line.parse().ok()).expect("a number");
            if build == INSTRUMENTED && sink == "write" {
                let report = scene.report();
                assert_eq!(report.sum("records") + report.sum("dropped"), threads);
            }
            left
        };
        let plain = left(PLAIN, "");
        for (sink, most) in [("write", limit_of_numbers / 2), ("ring", 1), ("count", 1)] {
            let fewer = plain - left(INSTRUMENTED, sink);
            assert!(fewer <= most, "{sink}: {fewer} of {limit_of_numbers} descriptors");
            counted(&format!("{sink}: {fewer} fewer of {limit_of_numbers}"));
        }
    }
}
