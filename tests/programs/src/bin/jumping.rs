//! Leaves signal handlers by `siglongjmp`, again and again at any instant of the statements that they interrupt.
//!
//! Prints how often it did so, goes on in peace, and dies of SIGKILL in a marked statement.

#[path = "../handler.rs"]
mod handler;
#[path = "../timer.rs"]
mod timer;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use instr_runtime::{instrument_source, signal_handler};

const JUMPS: u32 = 2000;
const CALM: u32 = 1000;

/// Whether there is a place to jump to.
static ARMED: AtomicBool = AtomicBool::new(false);

fn main() {
    handler::put(libc::SIGUSR1, handle, libc::SA_RESTART);
    timer::send(libc::SIGUSR1, 31_000, 31_000);
    let mut jumps = 0;
    while jumps < JUMPS {
        call_until_jump(statements);
        jumps += 1;
        landed(jumps);
    }
    // SAFETY: touches no memory.
    unsafe { libc::signal(libc::SIGUSR1, libc::SIG_IGN) };
    println!("{jumps} {CALM}");
    (0..CALM).for_each(calm);
    end();
}

/// Reaches statements until a signal takes it away. The locals of what is left by a jump must not need to be dropped.
extern "C" fn statements() {
    ARMED.store(true, Relaxed);
    loop {
        interrupted();
    }
}

static TURNS: AtomicU32 = AtomicU32::new(0);

#[instrument_source]
fn interrupted() {
    TURNS.fetch_add(1, Relaxed);
}

#[instrument_source]
fn landed(jump: u32) {
    std::hint::black_box(jump); // landed
}

#[instrument_source]
fn calm(turn: u32) {
    std::hint::black_box(turn); // calm
}

#[instrument_source]
fn end() {
    die(); // end
}

fn die() {
    // SAFETY: touches no memory.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

#[signal_handler(deny)]
extern "C" fn handle(_: i32) {
    if ARMED.swap(false, Relaxed) {
        leave();
    }
}

#[instrument_source]
fn leave() {
    jump(); // leave
}

/// What `sigsetjmp` remembers, the signal mask included: 200 bytes.
#[cfg(target_arch = "x86_64")]
static mut PLACE: [u128; 16] = [0; 16];

// As a C compiler would make it: a function that may return twice cannot be called from Rust.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
extern "C" fn call_until_jump(body: extern "C" fn()) {
    core::arch::naked_asm!(
        "push rbx",
        "mov rbx, rdi",
        "lea rdi, [rip + {place}]",
        "mov esi, 1",
        "call {sigsetjmp}",
        "test eax, eax",
        "jnz 2f",
        "call rbx",
        "2:",
        "pop rbx",
        "ret",
        place = sym PLACE,
        sigsetjmp = sym sigsetjmp,
    )
}

#[cfg(target_arch = "x86_64")]
fn jump() -> ! {
    // SAFETY: ARMED says that `call_until_jump` has not returned.
    unsafe { siglongjmp((&raw mut PLACE).cast(), 1) }
}

#[cfg(target_arch = "x86_64")]
unsafe extern "C" {
    #[link_name = "__sigsetjmp"]
    fn sigsetjmp(place: *mut libc::c_void, saves_mask: i32) -> i32;
    fn siglongjmp(place: *mut libc::c_void, value: i32) -> !;
}

#[cfg(not(target_arch = "x86_64"))]
extern "C" fn call_until_jump(_: extern "C" fn()) {
    unimplemented!("there is no assembly for this machine");
}

#[cfg(not(target_arch = "x86_64"))]
fn jump() -> ! {
    unimplemented!("there is no assembly for this machine");
}
