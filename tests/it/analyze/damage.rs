//! Missing, torn and damaged files: what is left of them is shown, and what is not is said.

use std::fs;

use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use serde_json::{Value, json};
use tempfile::TempDir;

fn threads(output: &TempDir) -> Vec<Value> {
    let report = analyzer::run(["--format", "json", output.path().to_str().unwrap()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    let mut report: Value = serde_json::from_str(&report.stdout).unwrap();
    serde_json::from_value(report["runs"][0]["threads"].take()).unwrap()
}

/// Main with three records of which the last one is the innermost statement.
fn one_thread() -> (TempDir, FakeRun, [Vec<u8>; 4]) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 2)]);
    let parts = [
        header(PID, 1, 0, b"demo"),
        record(PID, 1, 1, &DEMO[0]),
        record(PID, 2, 2, &DEMO[1]),
        record(PID, 3, 3, &DEMO[2]),
    ];
    run.log("1.log", &parts);
    (output, run, parts)
}

#[test]
fn a_torn_tail_is_flagged_with_its_bytes_and_hides_nothing() {
    let (output, run, mut parts) = one_thread();
    parts[3].truncate(40);
    run.log("1.log", &parts);
    let start: usize = parts[..3].iter().map(Vec::len).sum();
    let thread = &threads(&output)[0];
    assert_eq!((&thread["records"], &thread["last"]["function"]), (&json!(2), &json!("step")));
    let damage = json!([{
        "kind": "torn", "file": "1.log", "start": start, "end": start + 40, "count": null, "errno": null,
        "message": "the last line is incomplete",
    }]);
    assert_eq!(thread["damage"], damage);
}

/// As on a full disk. Only a crash makes that file.
#[test]
fn an_empty_crash_json_tells_of_a_crash() {
    let (output, run, _) = one_thread();
    run.write("crash.json", "");
    let report = analyzer::run([output.path()]);
    let head = "demo crashed, but crash.json cannot be read; main at src/work.rs:12: ";
    assert!(report.stdout.starts_with(head), "{}", report.stdout);
}

#[test]
fn a_damaged_middle_line_is_flagged_with_its_bytes() {
    let (output, run, mut parts) = one_thread();
    parts[2][0] = b'X';
    run.log("1.log", &parts);
    let thread = &threads(&output)[0];
    let start = parts[0].len() + parts[1].len();
    assert_eq!((&thread["records"], &thread["last"]["seq"]), (&json!(2), &json!(3)));
    let damage = &thread["damage"];
    assert_eq!((&damage[0]["kind"], &damage[0]["start"]), (&json!("damaged"), &json!(start)));
    assert_eq!((&damage[0]["end"], damage.as_array().unwrap().len()), (&json!(start + parts[2].len()), 1));
}

/// A forked child can leave them in its parent's log, see Known limits.
#[test]
fn row_51_zero_bytes_before_a_record_are_damage_and_the_record_is_none() {
    // More than one child can, at the same place.
    for zeros in [1, 137, 5000] {
        let (output, run, mut parts) = one_thread();
        let start = parts[0].len() + parts[1].len();
        parts[2] = [vec![0; zeros], parts[2].clone()].concat();
        run.log("1.log", &parts);
        let thread = &threads(&output)[0];
        assert_eq!((&thread["records"], &thread["dropped"], &thread["last"]["seq"]), (&json!(3), &json!(0), &json!(3)));
        let message = if zeros == 1 {
            "1 zero byte before a record".to_owned()
        } else {
            format!("{zeros} zero bytes before a record")
        };
        let damage = json!([{
            "kind": "damaged", "file": "1.log", "start": start, "end": start + zeros, "count": null, "errno": null,
            "message": message,
        }]);
        assert_eq!(thread["damage"], damage);
        let raw = analyzer::run(["dump", "--format", "raw", output.path().to_str().unwrap()]);
        assert_eq!(raw.stdout.as_bytes(), [&parts[1], &parts[2][zeros..], &parts[3]].concat());
        assert!(raw.stderr.contains(&message), "{}", raw.stderr);
    }
}

#[test]
fn zero_bytes_before_something_else_are_one_piece_of_damage_with_it() {
    let (output, run, mut parts) = one_thread();
    parts[2] = b"\0\0\0 snippet=step;\n".to_vec();
    parts[3].splice(..0, [0; 9]);
    parts[3].truncate(60);
    run.log("1.log", &parts);
    let thread = &threads(&output)[0];
    let damage: Vec<_> = thread["damage"].as_array().unwrap().iter().map(|damage| &damage["message"]).collect();
    assert_eq!(
        (&thread["records"], damage),
        (&json!(1), vec![&json!("not a record"), &json!("the last line is incomplete")])
    );
}

#[test]
fn lines_that_are_gone_are_missed_beside_those_that_could_not_be_written() {
    let (output, run, parts) = one_thread();
    let slot = FakeSlot { dropped: 2, errno: 28, ..FakeSlot::inside(PID, b"demo", 0) };
    run.last(None, &[slot]);
    run.log("1.log", &[parts[0].clone(), record(PID, 1, 1, &DEMO[1]), record(PID, 7, 7, &DEMO[0])]);
    let thread = &threads(&output)[0];
    assert_eq!((&thread["records"], &thread["dropped"]), (&json!(2), &json!(5)));
    let damage = thread["damage"].as_array().unwrap();
    let counts: Vec<_> = damage.iter().map(|damage| (damage["kind"].as_str().unwrap(), &damage["count"])).collect();
    assert_eq!(counts, [("write-failed", &json!(2)), ("gap", &json!(3))]);
}

#[test]
fn a_line_longer_than_any_record_is_damage() {
    let (output, run, mut parts) = one_thread();
    parts[2] = [vec![b'x'; 1 << 20], b"\n".to_vec()].concat();
    run.log("1.log", &parts);
    let thread = &threads(&output)[0];
    assert_eq!(
        (&thread["records"], &thread["damage"][0]["message"]),
        (&json!(2), &json!("a line longer than any record"))
    );
}

#[test]
fn records_of_another_thread_are_damage() {
    let (output, run, mut parts) = one_thread();
    parts[1] = record(PID + 7, 1, 1, &DEMO[3]);
    run.log("1.log", &parts);
    let thread = &threads(&output)[0];
    assert_eq!(thread["records"], 2);
    assert_eq!(thread["damage"][0]["message"], "a record of another process or thread");
}

#[test]
fn much_damage_is_counted_instead_of_listed() {
    let (output, run, mut parts) = one_thread();
    parts[2] = b"x\n".repeat(250);
    run.log("1.log", &parts);
    let damage = threads(&output)[0]["damage"].clone();
    assert_eq!(damage.as_array().unwrap().len(), 101);
    assert_eq!((&damage[100]["kind"], &damage[100]["count"]), (&json!("more"), &json!(150)));
}

#[test]
fn without_last_the_newest_record_stands_in_and_gaps_are_drops() {
    let (output, run, parts) = one_thread();
    fs::remove_file(run.dir.join("last")).unwrap();
    run.log("1.log", &[parts[0].clone(), record(PID, 4, 4, &DEMO[1]), record(PID, 2, 2, &DEMO[0])]);
    let thread = &threads(&output)[0];
    assert_eq!((&thread["last"]["function"], &thread["last"]["module"]), (&json!("Job::run"), &json!("demo::work")));
    assert_eq!((&thread["last"]["seq"], &thread["dropped"]), (&json!(4), &json!(2)));
    let damage = thread["damage"].as_array().unwrap();
    let kinds: Vec<&str> = damage.iter().map(|damage| damage["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["no-last", "gap", "missing"]);
}

#[test]
fn without_sites_the_newest_record_stands_in_and_paths_are_split_at_their_last_part() {
    let (output, run, parts) = one_thread();
    fs::remove_file(run.dir.join("sites")).unwrap();
    run.log("1.log", &parts[..3]);
    let thread = &threads(&output)[0];
    assert_eq!((&thread["last"]["module"], &thread["last"]["function"]), (&json!("demo::work::Job"), &json!("run")));
    assert_eq!((&thread["damage"][0]["kind"], &thread["damage"][1]["kind"]), (&json!("no-last"), &json!("missing")));
}

#[test]
fn a_cut_site_table_keeps_what_stands_before_the_cut() {
    let (output, run, _parts) = one_thread();
    let table = fs::read(run.dir.join("sites")).unwrap();
    run.write("sites", &table[..table.len() - 3]);
    let thread = &threads(&output)[0];
    assert_eq!(thread["last"]["function"], "step");
    assert_eq!((&thread["damage"][0]["kind"], &thread["damage"][0]["file"]), (&json!("damaged"), &json!("sites")));
}

#[test]
fn without_run_json_the_logs_say_whose_run_it_is() {
    for cut in [None, Some(30)] {
        let (output, run, _parts) = one_thread();
        let json = fs::read(run.dir.join("run.json")).unwrap();
        match cut {
            Some(len) => run.write("run.json", &json[..len]),
            None => fs::remove_file(run.dir.join("run.json")).unwrap(),
        }
        let report = analyzer::run(["--format", "json", output.path().to_str().unwrap()]);
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        let run = &report["runs"][0];
        assert_eq!((&run["pid"], &run["exe"], &run["start_unix_ns"]), (&json!(PID), &Value::Null, &Value::Null));
        assert_eq!(run["threads"][0]["name"], "main");
        assert_eq!(run["threads"][0]["damage"][0]["file"], "run.json");
    }
}

#[test]
fn empty_files_are_a_run_that_died_at_once() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    ["run.json", "sites", "last", "1.log"].into_iter().for_each(|name| run.write(name, b""));
    let report = analyzer::run([output.path()]);
    assert_eq!(report.code, 2, "{}", report.stderr);
    assert!(report.stdout.contains("no thread reached an instrumented statement"), "{}", report.stdout);
}

#[test]
fn a_log_with_a_damaged_first_line_belongs_to_the_thread_of_its_records() {
    let (output, run, mut parts) = one_thread();
    parts[0][0] = b'!';
    run.log("1.log", &parts);
    let threads = threads(&output);
    assert_eq!((threads.len(), &threads[0]["records"]), (1, &json!(3)));
    assert_eq!(
        (&threads[0]["damage"][0]["start"], &threads[0]["damage"][0]["end"]),
        (&json!(0), &json!(parts[0].len()))
    );
}

#[test]
fn damage_of_a_run_without_threads_is_said_on_stderr() {
    for format in ["text", "json"] {
        let output = tempfile::tempdir().unwrap();
        let run = FakeRun::new(output.path(), "demo-1");
        let report =
            |more: &[&str]| analyzer::run([&["--format", format, output.path().to_str().unwrap()], more].concat());
        let line = |damage| format!("instr-analyze: {}: {damage}\n", run.dir.display());
        assert_eq!((report(&[]).code, report(&[]).stderr), (0, line("last: missing")));
        let filtered = report(&["--thread", "main"]);
        assert!(filtered.code == 1 && filtered.stderr.starts_with(&line("last: missing")), "{filtered:?}");

        fs::remove_file(run.dir.join("sites")).unwrap();
        run.write("run.json", b"");
        for unreadable in [report(&[]), report(&["--thread", "main"])] {
            assert_eq!(unreadable.code, 2, "{unreadable:?}");
            let expected =
                [&line("last: missing"), &line("sites: missing"), "instr-analyze: no file of the run could be read\n"];
            assert!(unreadable.stderr.ends_with(&expected.concat()), "{unreadable:?}");
            assert_eq!(unreadable.stderr.lines().count(), 4, "{unreadable:?}");
        }
    }
}
