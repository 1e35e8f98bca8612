//! Takes descriptors away that it has not opened, in the way that its argument names, and goes on.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, RawFd};
use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("all") => close_all(),
        Some("daemon") => become_daemon(),
        Some("double") => close_twice(),
        Some("over") => put_a_file_over_all(),
        other => panic!("unknown way: {other:?}"),
    }
    let mut files = Vec::new();
    for n in 0..3 {
        files.push(File::create(format!("mine-{n}")).expect("a file"));
    }
    thread::spawn(work).join().expect("no panic");
    for file in &mut files {
        writeln!(file, "mine").expect("room");
        work();
    }
    println!("{files:?}");
}

#[instrument_source]
fn work() {
    for n in 0..100 {
        std::hint::black_box(n); // turn
    }
}

#[instrument_source]
fn close_all() {
    // SAFETY: nothing in this program has opened any of these.
    assert_eq!(unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) }, 0);
}

/// As daemons do; but stdout stays, for the test.
#[instrument_source]
fn become_daemon() {
    // SAFETY: this is the only thread.
    assert_eq!(unsafe { libc::daemon(1, 1) }, 0);
    for number in 3..1024 {
        // SAFETY: nothing in this program has opened any of these.
        unsafe { libc::close(number) };
    }
}

/// Closes a descriptor once more, when it may be another's.
#[instrument_source]
fn close_twice() {
    let number = File::open("/dev/null").expect("a device").into_raw_fd();
    for _ in 0..2 {
        // SAFETY: the second time, nothing of this program has this number.
        unsafe { libc::close(number) };
        thread::spawn(work).join().expect("no panic");
    }
}

/// Puts a file under every number that is taken.
#[instrument_source]
fn put_a_file_over_all() {
    let mut file = File::create("over").expect("a file");
    writeln!(file, "mine").expect("room");
    let copies: Vec<File> = (3..1024).filter(|n| *n != file.as_raw_fd()).filter_map(|n| copy(&file, n)).collect();
    work();
    writeln!(file, "mine").expect("room");
    drop(copies);
}

fn copy(file: &File, number: RawFd) -> Option<File> {
    // SAFETY: the number is nothing of this program's, and the copy has it afterwards.
    unsafe {
        let is_taken = libc::fcntl(number, libc::F_GETFD) != -1;
        is_taken.then(|| File::from_raw_fd(libc::dup2(file.as_raw_fd(), number)))
    }
}
