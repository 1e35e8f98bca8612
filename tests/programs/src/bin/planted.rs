//! Plants what its argument names where the files of its next threads are expected.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() {
    let kind = std::env::args().nth(1).expect("a kind of file");
    if let Ok(entries) = fs::read_dir("instr-logs") {
        let mut paths = entries.map(|entry| entry.expect("an entry").path());
        let run = paths.find(|path| path.is_dir()).expect("a run");
        for tid in (std::process::id()..).take(100) {
            for suffix in ["log", "ring"] {
                plant(&kind, &run.join(format!("{tid}.{suffix}")));
            }
        }
    }
    let worker = thread::Builder::new().name("worker".into()).spawn(work);
    println!("{}", worker.expect("threads can be had").join().expect("no panic"));
}

#[instrument_source]
fn work() -> u32 {
    7 // work
}

/// The main thread's file is there already.
fn plant(kind: &str, path: &Path) {
    let _ = match kind {
        "link" => symlink("../../victim", path),
        "hard link" => fs::hard_link("victim", path),
        "directory" => fs::create_dir(path),
        "pipe" => {
            let path = CString::new(path.as_os_str().as_bytes()).expect("no NUL");
            // SAFETY: the path ends in NUL.
            unsafe { libc::mkfifo(path.as_ptr(), 0o600) };
            Ok(())
        }
        other => panic!("unknown kind: {other}"),
    };
}
