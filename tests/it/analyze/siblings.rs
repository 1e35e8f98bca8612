//! The report says how a thread has parted from those that began like it.

use expect_test::{Expect, expect};
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use instr_tests::program::{Scene, run};

/// The report on `parting` with these arguments.
fn report(arguments: &[&str], sink: &str) -> String {
    let scene = Scene::new();
    run(scene.command(&program("parting", INSTRUMENTED)).args(arguments).env("INSTR_SINK", sink));
    let report = analyzer::run([scene.output()]);
    assert_eq!(report.code, 0, "{}", report.stderr);
    report.stdout.replace("tests/programs/src/bin/", "")
}

fn check(report: &str, expected: Expect) {
    let at = report.find(" beside the ").unwrap_or_else(|| panic!("{report}"));
    let start = report[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let block: Vec<&str> = report[start..].split_inclusive('\n').take_while(|line| line.trim() != "").collect();
    expected.assert_eq(&block.concat());
}

#[test]
fn a_crash_among_workers_is_told_beside_the_one_that_did_the_same_for_longest() {
    let report = report(&["worker-1=abp", "worker-2=aabp", "worker-3=aab!"], "ring");
    check(
        &report,
        expect![[r#"
        worker-3 beside the 2 other threads that began in parting::work:
          none of the others has gone on from parting.rs:44: std::process::abort()
          it did the same as worker-2 for 21 statements, then parting.rs:44: std::process::abort()
          where worker-2 went on to parting.rs:43: park()
    "#]],
    );
}

#[test]
fn how_many_others_have_survived_the_statement_is_told_and_who_stopped_first() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let of_threads = [vec![1, 2, 3], vec![1, 2, 1, 2], vec![1, 2, 3, 1], vec![1, 2, 3, 2]];
    let slots: Vec<FakeSlot> = (1..)
        .zip(&of_threads)
        .map(|(tid, sites)| FakeSlot::inside(PID + tid, b"worker", *sites.last().unwrap()))
        .collect();
    run.last(None, &slots);
    for (tid, sites) in (1..).zip(&of_threads) {
        let records = (1..).zip(sites).map(|(seq, site)| record(PID + tid, seq, 10 * seq + tid, &DEMO[*site as usize]));
        run.log(&format!("{tid}.log"), &[vec![header(PID + tid, 1, 0, b"worker")], records.collect()].concat());
    }
    run.crash(PID + 2, 2);
    let report = analyzer::run([output.path()]);
    check(
        &report.stdout,
        expect![[r#"
            worker (4500002) beside the 3 other threads that began in demo::work::Job::run:
              3 of the others have gone on from src/work.rs:12: n / (n - 3)
              it did the same as worker (4500001) for 2 statements, then src/work.rs:7: step(self.n)?;
              where worker (4500001) went on to src/io.rs:3: read(&mut buffer);
              of these threads, worker (4500001) stopped first and worker (4500004) last
        "#]],
    );
}

#[test]
fn workers_that_are_all_alike_are_not_compared() {
    for arguments in [&["one=ab", "two=ab", "three=ab"][..], &["one=abp", "two=ab!"]] {
        let report = report(arguments, "stack");
        assert!(!report.contains(" beside the "), "{report}");
    }
}
