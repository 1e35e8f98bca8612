//! Ids of threads as other systems have them.

use instr_format::ring::Clock;
use instr_tests::analyzer;
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use serde_json::{Value, json};

#[test]
fn row_70_thread_ids_may_be_as_large_as_numbers_are() {
    for tid in [(1 << 31) + 7, (1 << 32) + 7, u64::MAX] {
        for sink in ["log", "ring"] {
            let output = tempfile::tempdir().unwrap();
            let run = FakeRun::new(output.path(), "demo-1");
            run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(tid, b"worker", 1)]);
            if sink == "log" {
                run.log(&format!("{tid}.log"), &[header(tid, 1, 0, b"worker"), record(tid, 1, 1, &DEMO[1])]);
            } else {
                let mut ring = FakeRing::new(tid, b"worker", Clock::Full, 8);
                ring.put(1, 1_000_000);
                run.write(&format!("{tid}.ring"), ring.file());
            }
            let report = analyzer::run(["report", "--format=json", output.path().to_str().unwrap()]);
            let report: Value = serde_json::from_str(&report.stdout).unwrap();
            let thread = &report["runs"][0]["threads"][1];
            assert_eq!((thread["tid"].as_u64(), &thread["records"]), (Some(tid), &json!(1)), "{sink}: {thread:#}");
            assert_eq!(thread["last"]["seq"], 1, "{sink}");
            let dump = analyzer::run(["dump", "--format=json", output.path().to_str().unwrap()]);
            assert!(dump.stdout.contains(&format!("\"tid\":{tid},")), "{dump:?}");
        }
    }
}
