//! `instr-analyze report`: what each thread was doing, from slots and from logs.

use expect_test::expect;
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, header, last_file, record};
use instr_tests::report::without_age;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Three threads, killed: main waits inside its statement, the worker is inside the statement that called the newest
/// one, and a third thread has ended.
fn killed() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let ended = FakeSlot { ended: true, left: true, filtered: 4, ..FakeSlot::inside(PID + 2, b"pump", 3) };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1), ended]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0]), record(PID, 2, 2, &DEMO[2])]);
    run.log(
        "2.log",
        &[header(PID + 1, 1, 0, b"w"), record(PID + 1, 1, 12, &DEMO[1]), record(PID + 1, 2, 14, &DEMO[2])],
    );
    run.log("3.log", &[header(PID + 2, 1, 0, b"pump"), record(PID + 2, 1, 3, &DEMO[3])]);
    (output, run)
}

fn text(output: &TempDir) -> String {
    let report = analyzer::run([output.path()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    without_age(&report.stdout).replace(output.path().to_str().unwrap(), "OUTPUT")
}

fn json(output: &TempDir, more: &[&str]) -> Value {
    let mut arguments = vec!["report", "--format", "json", output.path().to_str().unwrap()];
    arguments.extend(more);
    let report = analyzer::run(arguments);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    serde_json::from_str(&report.stdout).unwrap()
}

#[test]
fn a_killed_run_shows_each_thread_in_its_innermost_statement() {
    let (output, run) = killed();
    run.json(PID, START_NS, "/nowhere/else".as_ref(), &["INSTR_SINK=\u{1b}x is not a sink"]);
    expect![[r#"
        demo did not exit normally; the cause is unknown; last active: worker at src/work.rs:7: step(self.n)?;
          process 4500000, started … ago (2026-11-22T14:00:00Z), ran for at least 14.0 ms
          files in OUTPUT/demo-1
          note: INSTR_SINK=\x1bx is not a sink
          the thread that was active last is the first

        thread worker (4500001): inside demo::work::Job::run at src/work.rs:7:9
          source not found; recorded: step(self.n)?;
          2 records; active last
          its last steps, the newest last:
            src/work.rs:7:9  demo::work::Job::run  step(self.n)?;
              src/work.rs:12:5  demo::work::step  n / (n - 3)

        thread main (4500000): inside demo::main at src/main.rs:2:5
          source not found; recorded: let total = work(3);
          2 records; last active 12.0 ms before the last record of the run

        thread pump (4500002): ended, last in demo::io::pump at src/io.rs:3:5; 1 record, 4 filtered out
    "#]]
    .assert_eq(&text(&output));
}

/// The newest record of those that are shown need not be the newest of the run.
#[test]
fn of_threads_that_were_asked_for_it_is_not_said_how_old_their_records_are() {
    let (output, _) = killed();
    for thread in ["main", "worker"] {
        let report = analyzer::run(["report", output.path().to_str().unwrap(), "--thread", thread]);
        assert!(report.stdout.contains("\n  2 records\n"), "{}", report.stdout);
    }
}

#[test]
fn json_has_the_shape_of_the_contract() {
    let (output, run) = killed();
    let last = |site: usize, snippet: &str, seq: Option<u64>, ms: u64| {
        let site = DEMO[site];
        json!({
            "file": site.file, "line": site.line, "column": site.col, "module": site.module, "function": site.name,
            "macro": "none", "snippet": snippet, "seq": seq, "unix_ns": START_NS + ms * 1_000_000,
        })
    };
    let activity = |name: &str| {
        let (kind, reason) = match name {
            "pump" => ("ended", "the thread had ended"),
            _ => ("unknown", "its open statements were not kept"),
        };
        json!({"kind": kind, "reason": reason, "for_ns": null, "loop": null})
    };
    let thread = |tid: u64, name: &str, records: u64, filtered: u64, last: Value| {
        json!({
            "tid": tid, "name": name, "crashing": false, "last": last, "records": records, "filtered": filtered,
            "dropped": 0, "overwritten": 0, "damage": [], "activity": activity(name),
        })
    };
    let end = json!({
        "kind": "unknown", "signal": null, "code": null, "fault_address": null, "tid": null, "message": null,
    });
    let expected = json!({"schema_version": 1, "runs": [{
        "dir": run.dir, "pid": PID, "exe": "/nowhere/bin/demo", "start_unix_ns": START_NS, "end": end,
        "threads": [
            thread(PID, "main", 2, 0, last(0, "let total = work(3);", Some(1), 1)),
            thread(PID + 1, "worker", 2, 0, last(1, "step(self.n)?;", Some(1), 12)),
            thread(PID + 2, "pump", 1, 4, last(3, "read(&mut buffer);", Some(1), 3)),
        ],
    }]});
    assert_eq!(json(&output, &[]), expected);
}

#[test]
fn a_filtered_last_statement_has_no_record_and_is_named_all_the_same() {
    let output = tempfile::tempdir().unwrap();
    FakeRun::new(output.path(), "demo-1").last(None, &[FakeSlot { filtered: 3, ..FakeSlot::inside(PID, b"demo", 2) }]);
    let report = json(&output, &[]);
    let thread = &report["runs"][0]["threads"][0];
    assert_eq!((&thread["last"]["function"], &thread["last"]["seq"]), (&json!("step"), &Value::Null));
    assert_eq!((&thread["records"], &thread["filtered"]), (&json!(0), &json!(3)));
}

#[test]
fn a_panic_of_main_names_the_statement_and_the_thread() {
    let (output, run) = killed();
    let main = FakeSlot { panicked: Some(2), left: true, ..FakeSlot::inside(PID, b"demo", 0) };
    run.last(Some(101), &[FakeSlot::inside(PID + 1, b"worker", 1), main]);
    let report = json(&output, &[]);
    let run = &report["runs"][0];
    assert_eq!(
        (&run["end"]["kind"], &run["end"]["code"], &run["end"]["tid"]),
        (&json!("panic"), &json!("101"), &json!(PID))
    );
    assert_eq!(run["threads"][0]["last"]["function"], "step");
    assert_eq!([&run["threads"][0]["crashing"], &run["threads"][1]["crashing"]], [&json!(true), &json!(false)]);
    let text = text(&output);
    let (panicked, worker) =
        (text.find("main (4500000): panicked in demo::work::step").unwrap(), text.find("worker (").unwrap());
    assert!(panicked < worker, "{text}");
}

#[test]
fn status_101_without_a_panic_is_an_exit() {
    let (output, run) = killed();
    let panicked_elsewhere = FakeSlot { panicked: Some(1), left: true, ..FakeSlot::inside(PID + 1, b"worker", 1) };
    run.last(Some(101), &[FakeSlot::inside(PID, b"demo", 0), panicked_elsewhere]);
    let report = json(&output, &[]);
    let end = &report["runs"][0]["end"];
    assert_eq!((&end["kind"], &end["code"], &end["tid"]), (&json!("exit"), &json!("101"), &Value::Null));
}

#[test]
fn an_orderly_exit_has_its_status() {
    let (output, run) = killed();
    run.last(Some(7), &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }]);
    assert_eq!(json(&output, &[])["runs"][0]["end"]["code"], "7");
    assert!(text(&output).starts_with("demo exited with status 7\n"), "{}", text(&output));
}

#[test]
fn reused_thread_ids_are_separate_threads() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let second = FakeSlot { reuse: 2, ..FakeSlot::inside(PID + 1, b"second", 2) };
    run.last(None, &[FakeSlot::inside(PID + 1, b"first", 1), second]);
    run.log("9.log", &[header(PID + 1, 1, 0, b"first"), record(PID + 1, 1, 1, &DEMO[1])]);
    run.log("9.2.log", &[header(PID + 1, 2, 0, b"second"), record(PID + 1, 1, 2, &DEMO[2])]);
    let report = json(&output, &[]);
    let threads = report["runs"][0]["threads"].as_array().unwrap();
    let of =
        |index: usize| (threads[index]["name"].as_str().unwrap(), threads[index]["last"]["function"].as_str().unwrap());
    assert_eq!((of(0), of(1), threads.len()), (("first", "Job::run"), ("second", "step"), 2));
}

#[test]
fn segments_are_ordered_by_their_first_lines_and_seq_beats_file_order() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 2)]);
    let newer = [header(PID, 1, 1, b"demo"), record(PID, 5, 5, &DEMO[2]), record(PID, 4, 4, &DEMO[2])];
    run.log("1.log", &newer);
    run.log("1.1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0]), record(PID, 2, 2, &DEMO[2])]);
    let thread = &json(&output, &[])["runs"][0]["threads"][0];
    assert_eq!((&thread["records"], &thread["last"]["seq"]), (&json!(4), &json!(5)));
}

#[test]
fn file_filters_fall_back_to_the_newest_matching_record() {
    let (output, _run) = killed();
    let report = json(&output, &["--include", "*/work.rs"]);
    let threads = report["runs"][0]["threads"].as_array().unwrap();
    let functions: Vec<&str> = threads.iter().map(|thread| thread["last"]["function"].as_str().unwrap()).collect();
    assert_eq!(functions, ["step", "Job::run"]);
    assert_eq!(threads[0]["damage"], json!([]));
    let report = json(&output, &["--exclude", "work.rs,main.rs"]);
    assert_eq!(report["runs"][0]["threads"].as_array().unwrap().len(), 1);
}

#[test]
fn threads_are_chosen_by_id_or_name() {
    let (output, _run) = killed();
    let names = |list: &[&str]| -> Vec<String> {
        let report = json(&output, list);
        let threads = report["runs"][0]["threads"].as_array().unwrap();
        threads.iter().map(|thread| thread["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["--thread", "worker,main"]), ["main", "worker"]);
    assert_eq!(names(&["--thread", "4500002", "--thread", "main"]), ["main", "pump"]);
}

#[test]
fn unattributed_statements_count_as_dropped_by_main() {
    let (output, run) = killed();
    run.write(
        "last",
        last_file(None, 6, &[FakeSlot::inside(PID + 1, b"worker", 1), FakeSlot::inside(PID, b"demo", 0)]),
    );
    let report = json(&output, &["--thread", "main"]);
    let main = &report["runs"][0]["threads"][0];
    assert_eq!(main["dropped"], 6);
    assert_eq!((&main["damage"][0]["kind"], &main["damage"][0]["count"]), (&json!("unattributed"), &json!(6)));
}

#[test]
fn drops_name_their_errno() {
    let (output, run) = killed();
    let full = FakeSlot { dropped: 2, errno: libc::ENOSPC.cast_unsigned(), ..FakeSlot::inside(PID, b"demo", 0) };
    run.last(None, &[full]);
    let damage = &json(&output, &[])["runs"][0]["threads"][0]["damage"][0];
    assert_eq!(
        (&damage["kind"], &damage["count"], &damage["errno"]),
        (&json!("write-failed"), &json!(2), &json!("ENOSPC"))
    );
    assert!(text(&output).contains("2 records could not be written: ENOSPC"), "{}", text(&output));
}

#[test]
fn a_thread_that_panicked_and_ended_stands_behind_those_inside_a_statement() {
    let (output, run) = killed();
    let panicked = |tid, name, ended| FakeSlot { panicked: Some(2), ended, ..FakeSlot::inside(tid, name, 0) };
    let left = FakeSlot { left: true, ..FakeSlot::inside(PID + 2, b"pump", 3) };
    let slots = [
        FakeSlot { ended: true, ..FakeSlot { tid: PID + 3, name: b"done", ..left } },
        left,
        panicked(PID + 4, b"dead", true),
        FakeSlot::inside(PID, b"demo", 0),
        FakeSlot::inside(PID + 1, b"worker", 1),
        panicked(PID + 5, b"unwinding", false),
    ];
    run.last(None, &slots);
    let text = text(&output);
    let title = |line: &str| Some(line.strip_prefix("thread ")?.split_once(" (")?.0.to_owned());
    let names: Vec<String> = text.lines().filter_map(title).collect();
    assert_eq!(names, ["unwinding", "worker", "main", "dead", "pump", "done"]);
    let place = "in demo::work::step at src/work.rs:12:5\n  source not found";
    assert!(text.contains(&format!("dead (4500004): panicked and ended, last {place}")), "{text}");
    assert!(text.contains(&format!("unwinding (4500005): panicking {place}")), "{text}");
}

#[test]
fn a_thread_that_ended_cannot_have_ended_the_run() {
    let (output, run) = killed();
    let dead = FakeSlot { panicked: Some(2), ended: true, ..FakeSlot::inside(PID + 2, b"pump", 0) };
    let left = FakeSlot { left: true, ..FakeSlot::inside(PID + 1, b"worker", 1) };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), left, dead]);
    assert!(!text(&output).contains("active last"), "{}", text(&output));
}

#[test]
fn a_record_that_stands_in_for_the_last_statement_is_not_called_it() {
    let (output, run) = killed();
    let include = || analyzer::run(["--include", "work.rs", output.path().to_str().unwrap()]).stdout;
    let shown = include();
    let record = "newest matching record in demo::work::step at src/work.rs:12:5";
    assert!(shown.contains(&format!("thread main (4500000): {record}\n")), "{shown}");
    assert!(shown.contains("worker (4500001): inside demo::work::Job::run at src/work.rs:7:9\n"), "{shown}");

    let inside = FakeSlot::inside(PID, b"demo", 0);
    for (slot, what) in [
        (FakeSlot { panicked: Some(0), ..inside }, "panicking with the"),
        (FakeSlot { left: true, ..inside }, "outside instrumented code,"),
        (FakeSlot { ended: true, ..inside }, "ended,"),
    ] {
        run.last(None, &[slot]);
        assert!(include().contains(&format!("main (4500000): {what} {record}")), "{}", include());
    }
}

#[test]
fn without_the_site_table_nobody_is_said_to_be_inside_a_record() {
    let (output, run) = killed();
    std::fs::remove_file(run.dir.join("sites")).unwrap();
    assert!(text(&output).contains("main (4500000): newest record in demo::work::step at"), "{}", text(&output));
}

#[test]
fn names_are_compared_as_far_as_the_kernel_keeps_them() {
    let (output, run) = killed();
    let split = "ääääääää";
    let kept: &'static [u8] = &split.as_bytes()[..15];
    run.last(None, &[FakeSlot::inside(PID + 3, b"connection-work", 1), FakeSlot::inside(PID + 4, kept, 1)]);
    let tids = |list: &str| -> Vec<u64> {
        let report = json(&output, &["--thread", list]);
        let threads = report["runs"][0]["threads"].as_array().unwrap();
        threads.iter().map(|thread| thread["tid"].as_u64().unwrap()).collect()
    };
    assert_eq!(tids("connection-worker-7"), [PID + 3]);
    assert_eq!(tids(split), [PID + 4]);
    assert_eq!(tids("main,connection-wor"), [PID]);
}

#[test]
fn a_run_that_may_go_on_is_not_said_to_be_dead() {
    let (output, run) = killed();
    std::fs::remove_file(run.dir.join("last")).unwrap();
    assert!(text(&output).contains("demo did not exit normally; the cause is unknown; "), "{}", text(&output));
    // This process has the run's id, and whether it is the run's cannot be told without `last`.
    run.json(std::process::id().into(), START_NS, "/nowhere/else".as_ref(), &[]);
    let text = text(&output);
    assert!(text.starts_with("demo has not exited, as far as is known") && !text.contains("is the first"), "{text}");
}

#[test]
fn many_threads_that_went_alike_share_a_line() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let ended = |tid, site| FakeSlot { ended: true, left: true, ..FakeSlot::inside(PID + tid, b"pump", site) };
    let left = |tid| FakeSlot { ended: false, filtered: 2, ..ended(tid, 1) };
    let mut slots = vec![FakeSlot::inside(PID, b"demo", 0)];
    slots.extend((1..=5).map(|tid| ended(tid, 3)));
    slots.extend((6..=8).map(|tid| ended(tid, 2)));
    slots.extend((9..=12).map(left));
    slots.push(FakeSlot { dropped: 1, ..ended(13, 3) });
    run.last(None, &slots);
    for tid in 1..=5 {
        run.log(&format!("{tid}.log"), &[header(PID + tid, 1, 0, b"pump"), record(PID + tid, 1, 30 - tid, &DEMO[3])]);
    }
    let text = text(&output);
    expect![[r#"
        4 threads (pump): outside instrumented code, last in demo::work::Job::run at src/work.rs:7:9; 0 records, 8 filtered out
        5 threads (pump, …): ended, last in demo::io::pump at src/io.rs:3:5; 5 records
        3 threads (pump): ended, last in demo::work::step at src/work.rs:12:5; 0 records
        thread pump (4500013): ended, last in demo::io::pump at src/io.rs:3:5; 0 records, 1 dropped
          damage: 1 records could not be written
    "#]]
    .assert_eq(text.rsplit_once("\n\n").unwrap().1);
}

#[test]
fn an_expanded_statement_says_where_its_macro_was_invoked() {
    let (output, run) = killed();
    let table = "# instr-sites v2 count=2\n@0 1\ndemo main src/main.rs 40 3 src/in\\sput.rs\n2 5 e $a;\n\
                 @1 1\ndemo main src/main.rs 41 3 src/main.rs\n2 5 e $a;\n";
    run.write("sites", table);
    let report = text(&output);
    assert!(
        report.contains("main (4500000): inside demo::main at src/main.rs:2:5 (expanded from src/in put.rs:40:3)\n"),
        "{report}"
    );
    assert!(
        report.contains("worker (4500001): inside demo::main at src/main.rs:2:5 (expanded from src/main.rs:41:3)\n"),
        "{report}"
    );
}
