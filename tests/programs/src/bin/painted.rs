//! Crashes where it can be seen how much of a thread's stack for signal handlers that has taken. `argv`: a signal's name, and
//! `default` or `handler`, which stays.
//!
//! It prints where that stack begins, how large it is, and where a handler's own part of it ends. What no handler has used
//! is [`PAINT`]; with a `handler`, how much that is is printed too.

use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::ptr::{null, null_mut, with_exposed_provenance};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::thread;

use instr_runtime::instrument_source;

const PAINT: u8 = 0xa5;

/// Where the kernel's part of the stack ends, once it has been seen.
static ENTRY: AtomicUsize = AtomicUsize::new(0);
static BUSY: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let [_, signal, how] = arguments.as_slice() else { panic!("two arguments are expected") };
    let signal = match &**signal {
        "SIGSEGV" => libc::SIGSEGV,
        "SIGBUS" => libc::SIGBUS,
        "SIGILL" => libc::SIGILL,
        other => panic!("unknown signal: {other}"),
    };
    handle(libc::SIGUSR1, look);
    if how == "handler" {
        handle(signal, stay);
    }
    let (painted, is_painted) = channel();
    let crashing = thread::spawn(move || {
        reach();
        // SAFETY: a structure of C's that sigaltstack fills, and a signal that is handled.
        let stack = unsafe {
            let mut stack: libc::stack_t = zeroed();
            libc::sigaltstack(null(), &mut stack);
            libc::raise(libc::SIGUSR1);
            stack
        };
        println!("{} {} {}", stack.ss_sp.expose_provenance(), stack.ss_size, ENTRY.load(Relaxed));
        // SAFETY: nothing runs on that stack now.
        unsafe { stack.ss_sp.cast::<u8>().write_bytes(PAINT, stack.ss_size) };
        painted.send((stack.ss_sp.expose_provenance(), stack.ss_size)).expect("the main thread waits");
        crash(signal);
    });
    let (start, size) = is_painted.recv().expect("it sends");
    if how == "default" {
        crashing.join().expect("it dies");
    }
    while BUSY.load(Relaxed) == 0 {
        thread::yield_now();
    }
    // SAFETY: that stack is there as long as its thread, which stays in its handler.
    let unused =
        (0..size).take_while(|at| unsafe { with_exposed_provenance::<u8>(start + at).read_volatile() } == PAINT);
    println!("{}", unused.count());
}

#[instrument_source]
fn reach() {
    std::hint::black_box(1);
}

fn handle(signal: c_int, handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void)) {
    // SAFETY: a handler that is async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(signal, &action, null_mut());
    }
}

/// The kernel puts two descriptions on the stack, and the address to return to below them.
extern "C" fn look(_: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    ENTRY.store(info.addr().min(context.addr()) - size_of::<usize>(), Relaxed);
}

extern "C" fn stay(_: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {
    BUSY.store(1, Relaxed);
    loop {
        // SAFETY: touches no memory.
        unsafe { libc::pause() };
    }
}

/// With all that the processor has to save in use.
fn crash(signal: c_int) {
    // SAFETY: a new file and a new mapping, which nothing refers to.
    let beyond_the_end = unsafe {
        let file = libc::memfd_create(c"empty".as_ptr(), 0);
        libc::mmap(null_mut(), 4096, libc::PROT_READ, libc::MAP_SHARED, file, 0)
    };
    // SAFETY: none; this is to die.
    unsafe {
        if is_x86_feature_detected!("avx512f") {
            std::arch::asm!("vpternlogd zmm0, zmm0, zmm0, 255", "vmovdqa64 zmm31, zmm0", "kxnorw k1, k1, k1");
        } else if is_x86_feature_detected!("avx") {
            std::arch::asm!("vxorps ymm0, ymm0, ymm0", "vcmpps ymm0, ymm0, ymm0, 15");
        }
        match signal {
            libc::SIGILL => std::arch::asm!("ud2"),
            libc::SIGBUS => std::arch::asm!("mov eax, dword ptr [{0}]", in(reg) beyond_the_end, out("eax") _),
            _ => std::arch::asm!("mov eax, dword ptr [{0}]", in(reg) 0x50_u64, out("eax") _),
        }
    }
}
