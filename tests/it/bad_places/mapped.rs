//! Rings and counts where there is no room for them: a smaller ring where one fits, a count and an `errno` where none
//! does, and the program as without us.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use instr_format::files::STACK_SUFFIX;
use instr_format::last;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::limits::{limit, obey_memory_locks, refuse};
use instr_tests::program::{Scene, run};
use instr_tests::rings::{rings, slot};
use instr_tests::sandbox;
use instr_tests::skip::needing;
use instr_tests::sums::{Sums, errnos, sums};

use super::full_disk::run_in;
use super::{reached, steady};

/// Runs the program with this sink, and returns where that was and what it recorded.
fn run_with(sink: &str, configure: impl Fn(&mut Command)) -> (Scene, PathBuf, Sums) {
    let scene = Scene::new();
    let ended = steady(&scene, "3000", |command| {
        command.env("INSTR_SINK", sink);
        configure(command);
    });
    assert_eq!(ended.stderr, "");
    let run = scene.runs()[0].clone();
    let sums = sums(&run);
    (scene, run, sums)
}

fn sizes(run: &Path) -> Vec<u64> {
    rings(run).iter().map(|ring| ring.header.size).collect()
}

#[test]
fn row_36_a_limit_for_files_below_the_rings_size_makes_smaller_rings() {
    let (_scene, run, sums) = run_with("ring", |command| limit(command, libc::RLIMIT_FSIZE, 300_000));
    assert_eq!(sums, Sums { recorded: reached("3000"), dropped: 0 });
    assert_eq!(sizes(&run), [128 << 10; 3]);
}

#[test]
fn row_36_a_limit_for_files_below_the_smallest_ring_is_counted() {
    for sink in ["ring", "count"] {
        let (_scene, run, sums) = run_with(sink, |command| limit(command, libc::RLIMIT_FSIZE, 66_000));
        assert_eq!((sums, errnos(&run)), (Sums { recorded: 0, dropped: reached("3000") }, vec![libc::EFBIG]), "{sink}");
    }
}

#[test]
fn row_45_a_limit_for_memory_makes_smaller_rings() {
    let (_scene, run, sums) = run_with("ring", |command| {
        limit(command, libc::RLIMIT_AS, 256 << 20);
        command.env("INSTR_RING_BYTES", "256M");
    });
    assert_eq!(sums, Sums { recorded: reached("3000"), dropped: 0 });
    let sizes = sizes(&run);
    assert!(sizes.len() == 3 && sizes.iter().all(|size| *size < 256 << 20), "{sizes:?}");
    for entry in fs::read_dir(&run).expect("a directory") {
        let len = entry.expect("an entry").metadata().expect("a file").len();
        assert!(len < 256 << 20, "what could not be mapped is not kept from others");
    }
}

#[test]
fn row_41_few_descriptors_are_enough_for_all_threads() {
    for sink in ["ring", "count"] {
        let (_scene, _, sums) = run_with(sink, |command| limit(command, libc::RLIMIT_NOFILE, 6));
        assert_eq!(sums, Sums { recorded: reached("3000"), dropped: 0 }, "{sink}");
    }
}

#[test]
fn row_38_without_fallocate_zeros_are_written() {
    for (sink, errno) in [("ring", libc::EOPNOTSUPP), ("count", libc::EOPNOTSUPP), ("ring", libc::ENOSYS)] {
        let (_scene, run, sums) = run_with(sink, |command| refuse(command, libc::SYS_fallocate, errno));
        assert_eq!(sums, Sums { recorded: reached("3000"), dropped: 0 }, "{sink}");
        for entry in fs::read_dir(&run).expect("a directory").map(|entry| entry.expect("an entry")) {
            // Of stacks, what is deeper than most calls: where storing to it fails, there is memory in its place.
            let is_stack = entry.file_name().to_string_lossy().ends_with(STACK_SUFFIX);
            let (file, filled) = (entry.metadata().expect("a file"), if is_stack { 64 << 10 } else { u64::MAX });
            assert!(file.blocks() * 512 >= file.len().min(filled), "a hole, to which storing could fail");
        }
    }
}

#[test]
fn row_41_a_program_that_has_no_descriptor_for_a_while_is_recorded_afterwards() {
    for sink in ["ring", "count"] {
        let scene = Scene::new();
        let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
            let mut command = scene.command(&program("exhausting", build));
            limit(command.arg("descriptors").env("INSTR_SINK", sink), libc::RLIMIT_NOFILE, 64);
            run(&mut command)
        });
        assert_eq!(instrumented, plain);
        let run = &scene.runs()[0];
        let Sums { recorded, dropped } = sums(run);
        assert_eq!(recorded + dropped, 2500, "{sink}");
        assert_eq!(
            (slot(run, "late").errno as i32, recorded > 1000, dropped >= 500),
            (libc::EMFILE, true, true),
            "{sink}"
        );
    }
}

#[test]
fn row_45_where_all_new_memory_would_be_locked_statements_are_counted() {
    for sink in ["ring", "count"] {
        let scene = Scene::new();
        let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
            let mut command = scene.command(&program("exhausting", build));
            limit(command.arg("locked").env("INSTR_SINK", sink), libc::RLIMIT_MEMLOCK, 64 << 10);
            obey_memory_locks(&mut command);
            run(&mut command)
        });
        assert_eq!(instrumented, plain);
        let slots = fs::read(scene.runs()[0].join("last")).expect("slots");
        let (header, _) = last::decode(&slots).expect("a last file");
        assert_eq!(header.unattributed, 100, "{sink}");
    }
}

#[test]
fn row_45_where_no_mapping_more_is_to_be_had_statements_are_counted_and_later_ones_recorded() {
    for sink in ["ring", "count", "write"] {
        let scene = Scene::new();
        let [plain, instrumented] = [PLAIN, INSTRUMENTED].map(|build| {
            let mut command = scene.command(&program("exhausting", build));
            run(command.arg("mappings").env("INSTR_SINK", sink))
        });
        assert_eq!(instrumented, plain);
        assert!(plain.status.success(), "{plain:?}");
        let report = scene.report();
        let reached = report.sum("records") + report.sum("dropped");
        assert_eq!((reached, report.sum("dropped")), (200, 100), "{sink}");
    }
}

#[test]
fn row_32_37_a_full_disk_gets_smaller_rings_or_a_count() {
    needing("row_32_37_a_full_disk_gets_smaller_rings_or_a_count", sandbox::missing, fill_the_disk);
}

fn fill_the_disk() {
    for (sink, options, filler, expected) in [
        ("ring", "size=1m", "600k", true),
        ("ring", "size=1m", "900k", false),
        ("count", "size=1m", "800k", false),
        ("ring", "size=64k", "8k", false),
        ("count", "size=64k", "8k", false),
        ("ring", "size=9m,nr_inodes=6", "8k", false),
        ("count", "size=9m,nr_inodes=6", "8k", false),
    ] {
        let variables = format!("INSTR_SINK={sink}");
        let (_scene, run) = run_in(options, filler, &variables, "3000");
        if options.contains("64k") {
            // There is no file of slots to say anything in.
            continue;
        }
        let Sums { recorded, dropped } = sums(&run);
        assert_eq!(recorded + dropped, reached_twice(), "{sink} {options} {filler}");
        assert!(dropped == 0 || errnos(&run) == [libc::ENOSPC], "{sink} {options}: {:?}", errnos(&run));
        // Where one more file can be made, it is a thread's stack.
        assert_eq!(recorded > 0, !options.contains("inodes"), "{sink} {options} {filler}");
        if let Ok(counts) = fs::metadata(run.join("counts")) {
            assert!(counts.len() < 10 * (64 << 10), "what fails takes no place");
        }
        assert!(!expected || sizes(&run).iter().any(|size| *size < 1 << 20), "{:?}", sizes(&run));
    }
}

/// With a file to remove between the first time and the second.
fn reached_twice() -> u64 {
    let scene = Scene::new();
    fs::write(scene.path().join("filler"), "").expect("a file");
    let mut command = scene.command(&program("steady", INSTRUMENTED));
    assert_eq!(run(command.args(["3000", "filler"]).env("INSTR_SINK", "count")).status.code(), Some(5));
    sums(&scene.runs()[0]).recorded
}
