//! Threads that have begun are confined by seccomp in the way that the argument names, and go on.

use std::os::fd::{AsRawFd, IntoRawFd};
use std::sync::Barrier;
use std::thread;

use instr_runtime::instrument_source;

const TURNS: u64 = 10_000;

#[instrument_source]
fn main() {
    let way = match std::env::args().nth(1).as_deref() {
        Some("strict") => strict,
        Some("filter") => filter,
        other => panic!("unknown way: {other:?}"),
    };
    static BEGUN: Barrier = Barrier::new(2);
    let (reader, writer) = std::io::pipe().expect("two descriptors");
    let writer = writer.into_raw_fd();
    let confined = move || {
        go_on(0);
        BEGUN.wait();
        way();
        (1..TURNS).for_each(go_on);
        // No other calls than these are left to it.
        // SAFETY: a byte of a static, and a thread that has nothing to leave behind.
        unsafe {
            libc::write(writer, b"x".as_ptr().cast(), 1);
            libc::syscall(libc::SYS_exit, 0);
        }
    };
    thread::Builder::new().name("inmate".into()).spawn(confined).expect("threads can be had");
    BEGUN.wait();
    // A thread that is killed for what it calls leaves the others alone.
    let mut awaited = libc::pollfd { fd: reader.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: the structure is one, and valid.
    let lives = unsafe { libc::poll(&mut awaited, 1, 10_000) } == 1;
    println!("{}", if lives { "done" } else { "killed" });
}

#[instrument_source]
fn go_on(turn: u64) {
    std::hint::black_box(turn); // goes on
}

fn strict() {
    // SAFETY: touches no memory.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT) }, 0);
}

/// Calls that begin threads, open files or map memory kill.
fn filter() {
    let step = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    let jump = |call, to_kill| step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, to_kill, 0, call as u32);
    let mut steps = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        jump(libc::SYS_openat, 3),
        jump(libc::SYS_gettid, 2),
        jump(libc::SYS_mmap, 1),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
    ];
    let program = libc::sock_fprog { len: steps.len() as u16, filter: steps.as_mut_ptr() };
    // SAFETY: the kernel copies the filter.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}
