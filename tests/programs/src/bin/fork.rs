//! Makes other processes in the way that its argument names.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("tree") => while_eight_threads_work(|| tree(0)),
        Some("threads") => threads_of_a_child(),
        Some("returns") => fork_below(),
        Some("descriptors") => while_eight_threads_work(child_shows_descriptors),
        Some("daemon") => become_daemon(),
        Some("commands") => commands_show_descriptors(),
        other => panic!("unknown way: {other:?}"),
    }
}

static STARTED: AtomicU32 = AtomicU32::new(0);
static STOP: AtomicBool = AtomicBool::new(false);

#[instrument_source]
fn while_eight_threads_work(act: fn()) {
    let spawn = |n| thread::Builder::new().name(format!("worker-{n}")).spawn(worker).expect("threads can be had");
    let workers: Vec<_> = (0..8).map(spawn).collect();
    while STARTED.load(Relaxed) < 8 {
        thread::yield_now();
    }
    act();
    STOP.store(true, Relaxed);
    for worker in workers {
        let name = worker.thread().name().unwrap_or_default().to_owned();
        eprintln!("{name} {}", worker.join().expect("no panic"));
    }
}

/// How many turns it made.
#[instrument_source]
fn worker() -> u64 {
    let mut turns = 0;
    while !STOP.load(Relaxed) {
        turns += 1; // turn
        if turns == 100 {
            STARTED.fetch_add(1, Relaxed);
        }
    }
    turns
}

/// A process, its child and its grandchild.
#[instrument_source]
fn tree(generation: i32) {
    eprintln!("generation-{generation} {}", std::process::id()); // generation
    if generation < 2 {
        let child = fork();
        if child == 0 {
            tree(generation + 1);
            std::process::exit(generation + 1);
        }
        assert_eq!(status_of(child), generation + 1);
    }
}

/// Standard output stays, for a test to wait for its end.
#[instrument_source]
fn become_daemon() {
    // SAFETY: there is one thread.
    assert_eq!(unsafe { libc::daemon(0, 1) }, 0);
    println!("{}", std::env::current_dir().expect("a directory").display()); // daemon
}

#[instrument_source]
fn fork_below() {
    child_returns_alone(); // fork
}

/// Not instrumented. The child returns, up to the end of `main`, while the parent stays within its caller's statement.
fn child_returns_alone() {
    let child = fork();
    if child != 0 {
        let status = status_of(child);
        // SAFETY: touches no memory.
        unsafe { libc::_exit(40 + status) };
    }
}

#[instrument_source]
fn child_shows_descriptors() {
    let child = fork();
    if child == 0 {
        show_descriptors();
        std::process::exit(0);
    }
    assert_eq!(status_of(child), 0);
}

/// Not instrumented, so that a child's records begin only where they are meant to.
fn fork() -> libc::pid_t {
    // SAFETY: no other thread of this program allocates or locks.
    unsafe { libc::fork() }
}

fn status_of(child: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: fills `status`.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(libc::WIFEXITED(status), "{status:#x}");
    libc::WEXITSTATUS(status)
}

#[instrument_source]
fn show_descriptors() {
    for entry in std::fs::read_dir("/proc/self/fd").expect("a directory") {
        let entry = entry.expect("an entry");
        let target = std::fs::read_link(entry.path()).expect("a link");
        println!("{} {}", entry.file_name().display(), target.display());
    }
}

/// The standard library spawns the first by `posix_spawn`, the second by `fork` and `exec`.
#[instrument_source]
fn commands_show_descriptors() {
    let mut list = Command::new("/bin/ls");
    list.arg("/proc/self/fd");
    assert!(list.status().expect("it runs").success());
    // SAFETY: the closure allocates nothing.
    unsafe { list.pre_exec(before_exec) };
    assert!(list.status().expect("it runs").success());
}

#[instrument_source]
fn before_exec() -> std::io::Result<()> {
    Ok(()) // before exec
}

/// The first statements of four threads of a child, at the same time, which none of them leaves.
fn threads_of_a_child() {
    static READY: AtomicU32 = AtomicU32::new(0);
    let child = fork();
    if child != 0 {
        return assert_eq!(status_of(child), 0);
    }
    for n in 0..4 {
        let start = move || {
            READY.fetch_add(1, Relaxed);
            while READY.load(Relaxed) < 4 {
                thread::yield_now();
            }
            blocked();
        };
        thread::Builder::new().name(format!("blocked-{n}")).spawn(start).expect("threads can be had");
    }
    while BLOCKED.load(Relaxed) < 4 {
        thread::yield_now();
    }
    // SAFETY: touches no memory.
    unsafe { libc::_exit(0) };
}

static BLOCKED: AtomicU32 = AtomicU32::new(0);

#[instrument_source]
fn blocked() {
    block(); // blocked
}

/// Not instrumented, so that the caller's statement has begun when the thread counts.
fn block() {
    BLOCKED.fetch_add(1, Relaxed);
    loop {
        thread::park();
    }
}
