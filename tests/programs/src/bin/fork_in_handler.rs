//! Forks in a signal handler, in the way that its argument names, again and again at any instant of its statements. Each
//! child returns from the handler, goes on for ten statements, and ends. The parent waits for it, and says how many
//! statements it has reached itself.

#[path = "../handler.rs"]
mod handler;
#[path = "../timer.rs"]
mod timer;

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::Relaxed};

use instr_runtime::instrument_source;

const FORKS: u32 = 40;

static WAY: AtomicI32 = AtomicI32::new(0);
static FORKED: AtomicU32 = AtomicU32::new(0);
static IS_CHILD: AtomicBool = AtomicBool::new(false);

fn main() {
    let ways = ["fork", "_Fork", "clone"];
    let way = std::env::args().nth(1).and_then(|way| ways.into_iter().position(|known| known == way));
    WAY.store(way.expect("a way") as i32, Relaxed);
    handler::put(libc::SIGUSR1, handle, libc::SA_RESTART);
    timer::send(libc::SIGUSR1, 333_333, 333_333);
    let mut turns = 0_u64;
    while FORKED.load(Relaxed) < FORKS && !IS_CHILD.load(Relaxed) {
        reach(turns);
        turns += 1;
    }
    if IS_CHILD.load(Relaxed) {
        (0..10).for_each(reach);
        // SAFETY: touches no memory.
        unsafe { libc::_exit(0) };
    }
    println!("{turns}");
}

#[instrument_source]
fn reach(turn: u64) {
    std::hint::black_box(turn); // reached
}

/// Not instrumented.
extern "C" fn handle(_: i32) {
    if IS_CHILD.load(Relaxed) || FORKED.load(Relaxed) >= FORKS {
        return;
    }
    let child = fork();
    if child == 0 {
        return IS_CHILD.store(true, Relaxed);
    }
    let mut status = -1;
    // SAFETY: fills `status`.
    while unsafe { libc::waitpid(child, &mut status, 0) } == -1 {}
    if status != 0 {
        // SAFETY: touches no memory.
        unsafe { libc::_exit(1) };
    }
    FORKED.fetch_add(1, Relaxed);
}

fn fork() -> i32 {
    unsafe extern "C" {
        #[cfg(target_env = "gnu")]
        fn _Fork() -> i32;
    }
    // SAFETY: there is one thread, and the child does what it may in a handler.
    unsafe {
        match WAY.load(Relaxed) {
            0 => libc::fork(),
            #[cfg(target_env = "gnu")]
            1 => _Fork(),
            _ => libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) as i32,
        }
    }
}
