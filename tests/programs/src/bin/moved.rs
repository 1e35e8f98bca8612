//! Goes elsewhere in the way that its argument names, then goes on in a thread that has begun and in a new one.

use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    begin();
    let directory = std::env::temp_dir().join("elsewhere");
    std::fs::create_dir(&directory).expect("a new directory");
    match std::env::args().nth(1).as_deref() {
        Some("chdir") => std::env::set_current_dir(&directory).expect("it is there"),
        Some("chroot") => std::os::unix::fs::chroot(&directory).expect("it may"),
        // SAFETY: touches no memory.
        Some("unshare") => assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNS | libc::CLONE_FS) }, 0),
        // SAFETY: touches no memory.
        Some("setuid") => assert_eq!(unsafe { libc::setuid(65534) }, 0),
        other => panic!("unknown way: {other:?}"),
    }
    (0..100).for_each(go_on);
    let new = thread::Builder::new().name("new".into()).spawn(|| (0..100).for_each(go_on));
    new.expect("threads can be had").join().expect("no panic");
    println!("done");
}

#[instrument_source]
fn begin() {
    std::hint::black_box(0);
}

#[instrument_source]
fn go_on(turn: u64) {
    std::hint::black_box(turn); // goes on
}
