//! Reaches statements in a thread that the kernel refuses a system call, always with the same `errno`, and fails when its
//! own `errno` changes under its feet.
//!
//! Arguments: the call's number, the `errno`, and when the call is refused: before the thread's `first` statement, before
//! `later` ones, or in a `child` that has reached none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

/// More than half of a small ring has room for.
const STATEMENTS: u64 = 10_000;

static REACHED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [call, errno, when] = arguments.as_slice() else { panic!("three arguments are expected") };
    let (call, errno) = (call.parse().expect("a number"), errno.parse().expect("a number"));
    let work: fn(u32, u32) = match when.as_str() {
        "first" => work,
        "later" => |call, errno| {
            reach(0);
            work(call, errno);
        },
        "child" => in_a_child,
        other => panic!("unknown time: {other}"),
    };
    let late = thread::Builder::new().name("late".into()).spawn(move || work(call, errno));
    late.expect("threads can be had").join().expect("no panic");
    println!("{}", REACHED.load(Relaxed));
}

fn work(call: u32, errno: u32) {
    refuse(call, errno);
    set_errno();
    for number in 0..STATEMENTS {
        reach(number);
        assert_errno();
    }
}

fn in_a_child(call: u32, errno: u32) {
    // SAFETY: the child does what it may.
    let child = unsafe { libc::fork() };
    if child == 0 {
        work(call, errno);
        // SAFETY: touches no memory.
        unsafe { libc::_exit(6) };
    }
    let mut status = 0;
    // SAFETY: fills `status`.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 6, "{status:#x}");
}

#[instrument_source]
fn reach(number: u64) {
    REACHED.fetch_max(number, Relaxed); // reached
}

/// Has the kernel refuse the call to the calling thread.
fn refuse(call: u32, errno: u32) {
    let step = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    let mut filter = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, call),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | errno),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel copies the filter.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

/// No system call says it.
const ERRNO: i32 = 4321;

fn set_errno() {
    // SAFETY: libc promises a valid address for the calling thread.
    unsafe { *libc::__errno_location() = ERRNO };
}

fn assert_errno() {
    // SAFETY: as above.
    let found = unsafe { *libc::__errno_location() };
    if found != ERRNO {
        // Nothing else may be possible here.
        // SAFETY: ends the process.
        unsafe { libc::_exit(7) };
    }
}
