//! Input that somebody has made to do harm: whatever the files of a run are and hold, every verb ends soon, in little memory, with
//! a code that the help names, reads nothing else and writes nothing that a terminal obeys.

mod bounds;
mod compressed;
mod controlled;
mod mutants;
mod numbers;
mod places;
mod texts;

use std::ffi::OsStr;
use std::path::Path;

use instr_tests::analyzer::{self, Outcome};
use instr_tests::limits::limit;
use instr_tests::program::Scene;

/// What a verb may have of the address space, its own program included.
const MEMORY: u64 = 64 << 20;

/// Has a verb read a run in so much of the address space. One that never ends is ended by SIGALRM.
///
/// # Panics
/// When it ends otherwise than it says that it does.
fn within(memory: u64, words: &[&str], run: &Path) -> Outcome {
    let scene = Scene::new();
    // Few descriptors, as users have them, who may have more.
    let mut command = scene.command(Path::new("/bin/sh"));
    command.args(["-c", "ulimit -Sn 256 && exec \"$0\" \"$@\""]).arg(analyzer::path());
    // glibc would map 64 MiB more for each thread.
    command.args(words).arg::<&OsStr>(run.as_ref()).env("MALLOC_ARENA_MAX", "1");
    limit(&mut command, libc::RLIMIT_AS, memory);
    let output = command.output().expect("it starts");
    assert!(output.status.code().is_some(), "{words:?}: {:?}", output.status);
    let outcome = analyzer::outcome(output);
    assert!((0..=2).contains(&outcome.code), "{words:?}: {outcome:?}");
    outcome
}
