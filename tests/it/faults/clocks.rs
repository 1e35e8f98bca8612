//! Rows 31 and 68: clocks that cannot be read, and clocks that jump.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Scene, run};
use instr_tests::records::{Log, logs};
use instr_tests::report::Report;
use instr_tests::sums::{Sums, sums};
use serde_json::Value;

use super::held_locks::compile;

/// Of the sinks that do not ask the clock, see Known limits in docs/architecture.md.
#[test]
fn row_31_without_a_clock_a_program_goes_on_where_none_is_asked() {
    for sink in ["ring", "count"] {
        let scene = Scene::new();
        let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
            let mut command = scene.command(&program("without_clock", build));
            run(command.envs([("INSTR_SINK", sink), ("INSTR_CLOCK", "off")]))
        });
        assert_eq!(instrumented, plain, "{sink}");
        assert!(plain.status.success(), "{plain:?}");
        assert_eq!(sums(&scene.runs()[0]), Sums { recorded: 2001, dropped: 0 }, "{sink}");
    }
}

/// Goes back a second each time but every tenth, when it leaps.
const CLOCK: &str = "
#include <time.h>
#include <stdatomic.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static atomic_long calls;
    long call = atomic_fetch_add(&calls, 1);
    time->tv_sec = 1800000000 - call % 10 * 1 + call / 10 * (call % 3 ? 7 : -100);
    time->tv_nsec = clock;
    return 0;
}
";

#[test]
fn row_68_records_are_in_order_whatever_the_clock_says() {
    let scene = Scene::new();
    let [source, library] = ["clock.c", "clock.so"].map(|name| scene.path().join(name));
    fs::write(&source, CLOCK).expect("a file");
    compile(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]));
    for (sink, clock) in [("write", "full"), ("ring", "full"), ("ring", "coarse")] {
        let scene = Scene::new();
        let variables = [("INSTR_SINK", sink), ("INSTR_CLOCK", clock)];
        // A clock that is read once in a chunk has to be read some times.
        let turns = if clock == "coarse" { "20000" } else { "1000" };
        let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
            let mut command = scene.command(&program("steady", build));
            run(command.arg(turns).envs(variables).env("LD_PRELOAD", &library))
        });
        assert_eq!(instrumented, plain, "{sink}");
        logs(&scene.runs()[0]).iter().for_each(Log::assert_whole);
        // As the analyzer gives them, too: each thread's in the order of their numbers.
        let outcome = analyzer::run(["dump".as_ref(), "--format=json".as_ref(), scene.output().as_os_str()]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{sink}");
        let mut newest = BTreeMap::new();
        let mut went_back = 0;
        for line in outcome.stdout.lines() {
            let record: Value = serde_json::from_str(line).expect("JSON");
            let [tid, seq, time] = ["tid", "seq", "unix_ns"].map(|key| record[key].as_u64().expect("a number"));
            if let Some((before, earlier)) = newest.insert(tid, (seq, time)) {
                assert_eq!(seq, before + 1, "{sink}");
                went_back += u64::from(time < earlier);
            }
        }
        assert!(went_back > 0 && newest.len() == 3, "{sink}: the clock did not go back");
        // And it is said. A block's beginning is a rare moment, at which another thread's call can have leapt.
        let report = scene.report();
        let said =
            |thread: &&Value| Report::of_clocks(thread).any(|said| said["message"].to_string().contains("went back"));
        let threads = report.threads().iter().filter(said).count();
        assert!(threads == 3 || clock == "coarse" && threads > 0, "{sink} {clock}: {:#}", report.run());
    }
}
