//! Stacks that lie, are cut or endless: no panic, nothing is made up, memory stays small, and what is wrong is said.

use std::fs::OpenOptions;
use std::mem::offset_of;
use std::os::unix::fs::symlink;
use std::process::Command;

use instr_analyze::model::chain::Chain;
use instr_analyze::model::chain::functions::Functions;
use instr_analyze::model::chain::stack::{Stack, head};
use instr_analyze::model::sites::Sites;
use instr_format::stack::{Head, SLOTS_AT};
use instr_tests::analyzer::{self, Outcome};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, sites_file};
use instr_tests::fake_stack::FakeStack;
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

/// The chain of a file that can be read as a stack.
fn chain(file: &[u8]) -> Option<Chain> {
    let (sites, _) = Sites::read("sites", sites_file(&DEMO));
    let head = head("1.stack", file).ok()??;
    Some(Stack::read(&head, file, &mut Functions::new(&sites)).chain)
}

/// A thread's stack, unwinding or not.
fn stack(unwinding: bool) -> Vec<u8> {
    let stack = FakeStack::new(PID, [0, 1, 2, 1, 2, 3]);
    if unwinding { stack.unwound_to(2).file() } else { stack.file() }
}

fn ids(chain: &Chain) -> Vec<u32> {
    chain.calls().filter_map(|call| call.statement()).collect()
}

fn run(file: &[u8]) -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    run.write("1.stack", file);
    (output, run)
}

/// The report, made in 128 MB of address space.
fn limited(run: &FakeRun, verb: &[&str]) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 131072 && exec \"$0\" \"$@\""]).arg(analyzer::path()).args(verb).arg(&run.dir);
    analyzer::outcome(command.output().unwrap())
}

#[test]
fn row_73_every_flipped_bit_of_the_head_is_survived() {
    for unwinding in [false, true] {
        let whole = stack(unwinding);
        let right = ids(&chain(&whole).unwrap());
        for bit in 0..size_of::<Head>() * 8 {
            let mut file = whole.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            let Some(chain) = chain(&file) else { continue };
            // Where the calls and the sites begin, and how many there are, is what the head says.
            let decides = [
                offset_of!(Head, top),
                offset_of!(Head, slots),
                offset_of!(Head, first_site),
                offset_of!(Head, site_count),
                offset_of!(Head, panic_depth),
            ];
            let is_decided = decides.iter().any(|at| (*at..at + 8).contains(&(bit / 8)));
            assert!(is_decided || ids(&chain) == right, "bit {bit}: {chain:?}");
            let told: u64 = chain.parts.iter().map(|part| part.calls()).fold(0, u64::saturating_add);
            assert_eq!(told, chain.depth, "bit {bit}");
        }
    }
}

#[test]
fn row_72_every_truncation_keeps_the_calls_before_it_and_counts_the_others() {
    let whole = stack(false);
    for len in 0..whole.len() {
        let Some(chain) = chain(&whole[..len]) else {
            assert!(len < size_of::<Head>(), "{len}");
            continue;
        };
        let kept = len.saturating_sub(SLOTS_AT + 4) / 4;
        let expected: Vec<u32> = [0, 1, 2, 1, 2, 3].into_iter().take(kept).rev().collect();
        assert_eq!(chain.innermost, expected.into_iter().map(Some).collect::<Vec<_>>(), "{len}");
        assert_eq!(chain.depth, 6, "{len}");
    }
}

#[test]
fn what_is_no_stack_is_damage_and_the_slot_stands() {
    let mut other = stack(false);
    other[offset_of!(Head, version)] += 1;
    for (file, what) in
        [(b"stack".repeat(1000), "not a stack"), (other, "version 3, but this instr-analyze reads version 2")]
    {
        let (_output, run) = run(&file);
        let report = analyzer::run([&run.dir]);
        assert!(report.stdout.contains("inside demo::main at src/main.rs:2:5"), "{report:?}");
        assert!(format!("{}{}", report.stdout, report.stderr).contains(what), "{report:?}");
    }
}

#[test]
fn row_75_only_regular_files_are_read() {
    let (_output, run) = run(&stack(false));
    std::fs::rename(run.dir.join("1.stack"), run.dir.join("elsewhere")).unwrap();
    symlink("elsewhere", run.dir.join("1.stack")).unwrap();
    std::fs::create_dir(run.dir.join("2.stack")).unwrap();
    make_fifo(&run);
    let report = analyzer::run([&run.dir]);
    assert!(report.stdout.contains("inside demo::main at src/main.rs:2:5"), "{report:?}");
    for name in ["1.stack", "2.stack", "3.stack"] {
        assert!(format!("{}{}", report.stdout, report.stderr).contains(name), "{name}: {report:?}");
    }
}

fn make_fifo(run: &FakeRun) {
    assert!(Command::new("mkfifo").arg(run.dir.join("3.stack")).status().unwrap().success());
}

/// The file is as large as the stack can become, whatever is in use.
#[test]
fn row_77_a_sparse_file_is_read_as_far_as_it_is_used() {
    let (_output, run) = run(&stack(false));
    OpenOptions::new().write(true).open(run.dir.join("1.stack")).unwrap().set_len(1 << 40).unwrap();
    let report = limited(&run, &["report"]);
    assert!(report.stdout.contains("inside demo::io::pump at src/io.rs:3:5"), "{report:?}");
    assert!(!report.stdout.contains("damage"), "{report:?}");
}

#[test]
fn row_74_a_head_that_claims_every_address_costs_what_the_file_holds() {
    for top in [u64::MAX, u64::MAX / 2, 1 << 47] {
        let mut file = stack(false);
        file[..8].copy_from_slice(&top.to_ne_bytes());
        let (_output, run) = run(&file);
        let report = limited(&run, &["report", "--format=json"]);
        assert_eq!(report.code, 0, "{report:?}");
        assert!(report.stdout.contains("were in memory that died with the process"), "{report:?}");
    }
}

#[test]
fn deep_recursion_needs_little_memory() {
    for cycle in [1, 2, 3, 64] {
        let calls = [0].into_iter().chain((0..300_000).map(|number| 1 + number % cycle)).chain([0]);
        let mut stack = FakeStack::new(PID, calls);
        // Statements that the table does not have are functions of their own.
        stack.sites = 100;
        let (_output, run) = run(&stack.file());
        let report = limited(&run, &["report", "--format=json"]);
        assert_eq!(report.code, 0, "{report:?}");
        let repeats = format!("\"repeats\": {}", 300_000 / cycle);
        let others = format!("\"repeats\": {}", 300_000 / cycle + 1);
        let told = report.stdout.matches(&repeats).count() + report.stdout.matches(&others).count();
        assert!(told >= cycle as usize, "{cycle}: {}", report.stdout);
    }
}

proptest! {
    #[test]
    fn row_79_any_bytes_behind_a_head_are_survived(unwinding: bool, slots in vec(any::<u8>(), 0..3000), at in 0_usize..128, byte: u8) {
        let mut file = [&stack(unwinding)[..128], &slots].concat();
        if at < 112 {
            file[at] = byte;
        }
        if let Some(chain) = chain(&file) {
            let told: u64 = chain.parts.iter().map(|part| part.calls()).fold(0, u64::saturating_add);
            prop_assert_eq!(told, chain.depth);
        }
    }

    #[test]
    fn what_was_open_is_told_in_its_order(calls in vec(0_u32..4, 1..400)) {
        let chain = chain(&FakeStack::new(PID, calls.iter().copied()).file()).unwrap();
        let innermost: Vec<u32> = chain.innermost.iter().rev().copied().map(Option::unwrap).collect();
        prop_assert_eq!(&innermost, &calls);
        prop_assert_eq!(ids(&chain).first().copied(), calls.last().copied());
        let told: u64 = chain.calls().map(|call| call.repeats).sum();
        prop_assert_eq!(told, calls.len() as u64);
    }
}
