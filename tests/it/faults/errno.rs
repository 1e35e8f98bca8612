//! Row 25: `errno` is the program's own, whichever system call of ours fails, and why.

use std::collections::BTreeMap;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::faults::times;
use instr_tests::program::{Ended, Scene, run};
use instr_tests::skip::counted;

/// What the way of a record asks of the kernel, a thread's beginning, a run's, and a segment's included.
const CALLS: [libc::c_long; 24] = [
    libc::SYS_write,
    libc::SYS_openat,
    libc::SYS_fchmod,
    libc::SYS_fcntl,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_fallocate,
    libc::SYS_pwrite64,
    libc::SYS_ftruncate,
    libc::SYS_unlinkat,
    libc::SYS_mkdirat,
    libc::SYS_fchmodat,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_prlimit64,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
];

const ERRNOS: [i32; 9] = [
    libc::ENOSPC,
    libc::EIO,
    libc::EFBIG,
    libc::EMFILE,
    libc::EAGAIN,
    libc::EDQUOT,
    libc::ENOMEM,
    libc::EBADF,
    libc::EACCES,
];

/// When the call begins to fail.
const WHEN: [&str; 3] = ["first", "later", "child"];

const SINKS: [&[(&str, &str)]; 4] = [
    &[("INSTR_SINK", "write")],
    &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")],
    &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_CLOCK", "full")],
    &[("INSTR_SINK", "count")],
];

fn refused(build: Build, call: libc::c_long, errno: i32, when: &str, variables: &[(&str, &str)]) -> Ended {
    let scene = Scene::new();
    let mut command = scene.command(&program("refused", build));
    run(command.args([call.to_string(), errno.to_string(), when.to_owned()]).envs(variables.iter().copied()))
}

#[test]
fn row_25_errno_stays_whatever_call_fails() {
    let mut plain = BTreeMap::new();
    let cases: Vec<_> = WHEN.iter().flat_map(|when| ERRNOS.map(|errno| (*when, errno))).collect();
    let every = times(cases.len() as u64, 1) as usize;
    let mut runs = 0;
    for (at, call) in CALLS.into_iter().enumerate() {
        for (sink, variables) in SINKS.into_iter().enumerate() {
            // Each call with each sink, and over all of them each case.
            for (when, errno) in cases.iter().skip((at * SINKS.len() + sink) % every).step_by(every) {
                let twin = plain.entry((call, when)).or_insert_with(|| refused(PLAIN, call, *errno, when, &[]));
                let ended = refused(INSTRUMENTED, call, *errno, when, variables);
                assert_eq!(&ended, twin, "call {call} fails with {errno}, {when}, {variables:?}");
                assert!(ended.status.success(), "{ended:?}");
                runs += 1;
            }
        }
    }
    counted(&format!("{runs} failures of {} calls", CALLS.len()));
}
