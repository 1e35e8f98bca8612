//! What the compiler calls in code that `cargo instr --sancov` builds: at each edge, and before `main`, or when a library is loaded,
//! with its tables. Names and meaning are those of LLVM's SanitizerCoverage.
//!
//! An edge is a byte that says it was reached, and its address in the slot of the thread: both are in mapped files. Nothing here is
//! instrumented itself, as the runtime is compiled apart.

#![allow(unsafe_code)]

#[cfg(not(target_arch = "x86_64"))]
compile_error!("the feature `sancov` is for x86_64 alone");

use core::arch::naked_asm;
use core::sync::atomic::AtomicU8;
use core::sync::atomic::Ordering::Relaxed;

use crate::edges::{self, CompilersPlace, REACHED};
use crate::tls::edge_words;
use crate::{life, process, sys};

/// An edge with this number is reached. Async-signal-safe: a signal handler may come between any two instructions.
///
/// A byte is stored only once, as all threads share its cache line.
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc_guard(_: *const u32) {
    naked_asm!(
        concat!("mov rcx, qword ptr [rip + ", edge_words!(), "@GOTTPOFF]"),
        "mov rcx, qword ptr fs:[rcx]",
        "test rcx, rcx",
        "jz 3f",
        "mov eax, dword ptr [rdi]",
        "mov rdx, qword ptr [rip + {reached}]",
        "cmp byte ptr [rdx + rax], 0",
        "je 2f",
        "4:",
        "mov rax, qword ptr [rsp]",
        "mov qword ptr [rcx], rax",
        "ret",
        "2:",
        "mov byte ptr [rdx + rax], 1",
        "jmp 4b",
        "3:",
        "mov rsi, qword ptr [rsp]",
        "jmp {ask}",
        reached = sym REACHED,
        ask = sym ask,
    )
}

/// An edge of a thread that has no place for its address, or not yet. Async-signal-safe: takes no lock, allocates nothing, and leaves
/// `errno` as it was.
#[cold]
extern "C" fn ask(number: &u32, address: u64) {
    sys::with_errno(|| {
        let _blocked = sys::SignalsBlocked::new();
        // The edge may be a handler's, on a stack of its own with next to no room.
        sys::on_spare_stack(|| life::begin_edges(address));
    });
    // SAFETY: numbers are given only where there are bytes for them, and 0 has one.
    unsafe { AtomicU8::from_ptr(REACHED.load(Relaxed).add(*number as usize)).store(1, Relaxed) };
}

/// Gives numbers to the edges of the program or a library. Called before anything else that is instrumented, maybe twice.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc_guard_init(start: *mut u32, stop: *mut u32) {
    // SAFETY: the compiler's array, which it passes whole.
    unsafe { edges::number(start, stop) };
}

/// Says where the edges are that have got numbers last. Maybe called twice.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_pcs_init(start: *const CompilersPlace, stop: *const CompilersPlace) {
    // SAFETY: the compiler's table, which it passes whole.
    let is_new = unsafe { edges::add(start, stop) };
    if is_new && let Some(process) = process::begun() {
        sys::with_errno(|| process.add_edges());
    }
}
