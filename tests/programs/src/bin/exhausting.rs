//! Reaches statements while it has as little as possible: `descriptors` takes all of them for a while, `locked` has all of
//! its new memory locked, `mappings` makes as many as it may for a while, `threads` has so many of them at a time, and says
//! how many descriptors are left.

use std::fs::File;
use std::ptr::null_mut;
use std::sync::Barrier;
use std::thread;

use instr_runtime::instrument_source;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("descriptors") => {
            thread::Builder::new()
                .name("late".into())
                .spawn(without_descriptors)
                .expect("threads can be had")
                .join()
                .expect("no panic");
        }
        Some("locked") => {
            // SAFETY: touches no memory.
            assert_eq!(unsafe { libc::mlockall(libc::MCL_FUTURE) }, 0);
            (0..100).for_each(reach);
        }
        Some("mappings") => without_mappings(),
        Some("threads") => with_threads(std::env::args().nth(2).and_then(|n| n.parse().ok()).expect("a number")),
        other => panic!("unknown way: {other:?}"),
    }
    println!("done");
}

fn take_descriptors() -> Vec<File> {
    let mut files = Vec::new();
    files.extend(std::iter::from_fn(|| File::open("/dev/null").ok()));
    files
}

fn without_descriptors() {
    let files = take_descriptors();
    (0..500).for_each(reach);
    drop(files);
    (0..2000).for_each(reach);
}

fn without_mappings() {
    const PAGE: usize = 4096;
    let mut pages = Vec::with_capacity(1 << 22);
    // Neighbours with the same rights would be one mapping.
    for protection in [libc::PROT_NONE, libc::PROT_READ].into_iter().cycle() {
        // SAFETY: a new mapping, which nobody uses.
        let page = unsafe { libc::mmap(null_mut(), PAGE, protection, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
        if page == libc::MAP_FAILED {
            break;
        }
        pages.push(page);
    }
    (0..100).for_each(reach);
    for page in pages {
        // SAFETY: ours, and nobody uses it.
        assert_eq!(unsafe { libc::munmap(page, PAGE) }, 0);
    }
    (0..100).for_each(reach);
}

fn with_threads(count: usize) {
    let [begun, done] = [count + 1, count + 1].map(Barrier::new);
    thread::scope(|scope| {
        for _ in 0..count {
            let thread = thread::Builder::new().stack_size(64 << 10).spawn_scoped(scope, || {
                reach(0);
                begun.wait();
                done.wait();
            });
            drop(thread.expect("threads can be had"));
        }
        begun.wait();
        let left = take_descriptors().len();
        println!("{left}");
        done.wait();
    });
}

#[instrument_source]
fn reach(number: u32) {
    std::hint::black_box(number); // reached
}
