//! The kernel's OOM killer: named where its log says so, and otherwise not guessed.

use std::fs;
use std::path::PathBuf;

use instr_analyze::model::oom::{Victim, names};
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::limits::join;
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};
use instr_tests::skip::skip;

/// A control group of memory, removed when dropped.
struct Group(PathBuf);

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// One with room for this many bytes. `Err`: why there is none to be had.
fn group(bytes: u64) -> Result<Group, String> {
    for (root, limit) in [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")] {
        let path = PathBuf::from(format!("{root}/instr-test-{}", std::process::id()));
        if fs::create_dir(&path).is_err() {
            continue;
        }
        let group = Group(path);
        if group.0.join(limit).exists() && fs::write(group.0.join(limit), bytes.to_string()).is_ok() {
            return Ok(group);
        }
    }
    Err("no control group for memory may be made here".to_owned())
}

#[test]
fn who_is_killed_for_want_of_memory_is_found_where_he_was() {
    let group = match group(64 << 20) {
        Ok(group) => group,
        Err(reason) => return skip("who_is_killed_for_want_of_memory_is_found_where_he_was", &reason),
    };
    if fs::File::open("/dev/kmsg").is_err() {
        return skip("who_is_killed_for_want_of_memory_is_found_where_he_was", "the kernel's log may not be read here");
    }
    let scene = Scene::new();
    let mut command = scene.command(&program("exhausting", INSTRUMENTED));
    command.arg("memory");
    join(&mut command, &group.0);
    let ended = run(&mut command);
    let killed = format!("{:?}", ended.status);
    assert!(killed.contains("(9)"), "{killed}");
    let report = scene.report();
    assert_eq!((report.end().0, report.signal()), ("killed", Some("SIGKILL")));
    let place = Place::marked("tests/programs/src/bin/exhausting.rs", "memory");
    assert_eq!(Place::last_of(report.thread("main")), place);
    let text = analyzer::run(["report", scene.output().to_str().expect("UTF-8")]).stdout;
    assert!(text.starts_with("exhausting was killed by the kernel's OOM killer; main turns in a loop at "), "{text}");
}

#[test]
fn only_the_kernels_own_words_on_the_same_process_count() {
    let victim = Victim {
        pid: 12,
        program: b"a-program-with-a-long-name",
        start_unix_ns: 0,
        start_monotonic_ns: 65_000_000_000,
    };
    let message = |head: &str, text: &str| names(format!("{head};{text}\n").as_bytes(), &victim);
    let killed = "Memory cgroup out of memory: Killed process 12 (a-program-with-) total-vm:1kB";
    assert!(message("3,1,9000000,-", killed));
    assert!(message("3,1,9000000,-", "Out of memory: Killed process 12 (a-program-with-) total-vm:1kB"));
    assert!(message(
        "3,1,9000000,-",
        "Out of memory (oom_kill_allocating_task): Killed process 12 (a-program-with-) total"
    ));
    // Written by a program; before the run; and on others.
    assert!(!message("12,1,9000000,-", killed));
    assert!(!message("3,1,2000000,-", killed));
    assert!(!message("3,1,9000000,-", &killed.replace("12", "13")));
    assert!(!message("3,1,9000000,-", &killed.replace("with-", "with")));
    for cut in 0..killed.len() - " total-vm:1kB".len() {
        assert!(!message("3,1,9000000,-", &killed[..cut]), "{cut}");
    }
    assert!(!message("3,1", killed) && !message("", killed));
}
