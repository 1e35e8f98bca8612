//! The place where the program dies when its turn has come. Not instrumented itself.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

static REACHED: AtomicU32 = AtomicU32::new(0);
/// Which crash point is the last one, from 1; 0 for none.
static FATAL: AtomicU32 = AtomicU32::new(0);

/// The process will die at this crash point.
pub fn die_at(nth: u32) {
    FATAL.store(nth, Relaxed);
}

/// How many crash points have been reached since the last call.
pub fn reached() -> u32 {
    REACHED.swap(0, Relaxed)
}

/// Here the program can die, in the statement that begins at `line`.
pub fn crash(line: u32) -> u32 {
    if REACHED.fetch_add(1, Relaxed) + 1 == FATAL.load(Relaxed) {
        println!("{line}");
        die(line);
    }
    1
}

/// In one of three ways, of which none gives the program another word.
fn die(line: u32) -> ! {
    unsafe extern "C" {
        fn kill(pid: u32, signal: i32) -> i32;
    }
    const SIGKILL: i32 = 9;
    match line % 3 {
        // SAFETY: nothing is mapped at the first page, so nothing is overwritten.
        0 => unsafe { std::ptr::without_provenance_mut::<u32>(8).write_volatile(1) },
        // SAFETY: sends a signal to this very process.
        1 => _ = unsafe { kill(std::process::id(), SIGKILL) },
        _ => {}
    }
    std::process::abort()
}

/// An operator that can die.
pub struct Operand(pub u32);

impl std::ops::Add<Operand> for u32 {
    type Output = u32;

    fn add(self, operand: Operand) -> u32 {
        crash(operand.0)
    }
}

impl std::ops::Neg for Operand {
    type Output = u32;

    fn neg(self) -> u32 {
        crash(self.0)
    }
}

/// A destructor that can die.
pub struct Bomb(pub u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        crash(self.0);
    }
}
