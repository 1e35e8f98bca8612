//! Dies of a signal, or not. `argv`: the signal's name, how it comes (`fault`, `raise`, `kill`, `queue`, `timer`), and what the program
//! has prepared for it (`default`, `reset`, `handler`, `plain-handler`, `recovering`, `ignored`, `blocked`; and, once the
//! runtime has begun, `late-handler`, `late-plain-handler`, `late-ignored`). A number behind that: how often it is recovered.
//!
//! A handler says what it was given. `recovering` ones leave the next instruction to be carried out, and the program prints
//! how often.

#[path = "../timer.rs"]
mod timer;

use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use instr_runtime::instrument_source;

static RECOVERED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let [_, signal, way, prepared, recoveries @ ..] = arguments.as_slice() else { panic!("arguments are expected") };
    let signal = number(signal);
    let late = prepared.strip_prefix("late-");
    if late.is_none() {
        prepare(signal, prepared);
    }
    reach();
    if let Some(prepared) = late {
        prepare(signal, prepared);
    }
    if prepared == "recovering" {
        for _ in 0..recoveries.first().map_or(1_000, |count| count.parse().expect("a number")) {
            come(signal, way);
        }
        println!("recovered {}", RECOVERED.load(Relaxed));
    } else {
        come(signal, way);
        println!("survived");
    }
}

#[instrument_source]
fn reach() {
    black_box(1); // reached
}

#[instrument_source]
fn come(signal: c_int, way: &str) {
    match way {
        // SAFETY: what comes of it is the purpose.
        "fault" => unsafe { fault(signal) }, // guilty
        // SAFETY: the same.
        "raise" => _ = unsafe { libc::raise(signal) },
        // SAFETY: the same.
        "queue" => _ = unsafe { libc::sigqueue(libc::getpid(), signal, libc::sigval { sival_ptr: null_mut() }) },
        "kill" => wait_for(signal, || println!("ready")),
        "timer" => wait_for(signal, || timer::send(signal, 1, 0)),
        other => panic!("unknown way: {other}"),
    }
}

/// Waits for a signal that `comes` has sent, and that cannot come before.
fn wait_for(signal: c_int, comes: impl FnOnce()) {
    // SAFETY: sets that sigemptyset has made.
    unsafe {
        let mut set = zeroed();
        libc::sigemptyset(&mut set);
        let none = set;
        libc::sigaddset(&mut set, signal);
        libc::sigprocmask(libc::SIG_BLOCK, &set, null_mut());
        comes();
        let mut action: libc::sigaction = zeroed();
        libc::sigaction(signal, null(), &mut action);
        if action.sa_sigaction == libc::SIG_IGN {
            // For which nothing waits but a look at what is pending.
            let mut pending = none;
            while libc::sigismember(&pending, signal) == 0 {
                std::thread::yield_now();
                libc::sigpending(&mut pending);
            }
        } else {
            libc::sigsuspend(&none);
        }
        // It was let through for this call only.
        println!("went on");
        libc::sigprocmask(libc::SIG_UNBLOCK, &set, null_mut());
    }
}

fn number(name: &str) -> c_int {
    match name {
        "SIGSEGV" => libc::SIGSEGV,
        "SIGBUS" => libc::SIGBUS,
        "SIGILL" => libc::SIGILL,
        "SIGFPE" => libc::SIGFPE,
        "SIGABRT" => libc::SIGABRT,
        "SIGTRAP" => libc::SIGTRAP,
        "SIGSYS" => libc::SIGSYS,
        other => panic!("unknown signal: {other}"),
    }
}

/// Has this signal raised by the processor or by the kernel.
unsafe fn fault(signal: c_int) {
    // SAFETY: promised by the caller.
    unsafe {
        match signal {
            libc::SIGSEGV => std::arch::asm!("mov eax, dword ptr [{0}]", in(reg) 0x50_u64, out("eax") _),
            libc::SIGBUS => {
                let page = beyond_the_end();
                std::arch::asm!("mov eax, dword ptr [{0}]", in(reg) page, out("eax") _);
            }
            libc::SIGILL => std::arch::asm!("ud2"),
            libc::SIGFPE => {
                std::arch::asm!("div {0:e}", in(reg) 0, inout("eax") 1 => _, inout("edx") 0 => _);
            }
            libc::SIGABRT => libc::abort(),
            libc::SIGTRAP => std::arch::asm!("int3"),
            _ => refuse_a_system_call(),
        }
    }
}

/// A page of a file that is shorter.
fn beyond_the_end() -> *mut c_void {
    // SAFETY: a new file and a new mapping, which nothing refers to.
    unsafe {
        let file = libc::memfd_create(c"empty".as_ptr(), 0);
        libc::mmap(null_mut(), 4096, libc::PROT_READ, libc::MAP_SHARED, file, 0)
    }
}

/// Has the kernel raise SIGSYS for `getppid`.
fn refuse_a_system_call() {
    let load = libc::sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 };
    let is_it = libc::sock_filter { code: 0x15, jt: 0, jf: 1, k: libc::SYS_getppid as u32 };
    let trap = libc::sock_filter { code: 0x06, jt: 0, jf: 0, k: libc::SECCOMP_RET_TRAP };
    let allow = libc::sock_filter { code: 0x06, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW };
    let mut filter = [load, is_it, trap, allow];
    let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel reads the program.
    unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program);
        libc::syscall(libc::SYS_getppid);
    }
}

fn prepare(signal: c_int, how: &str) {
    // SAFETY: zeroed structures of C, filled in before use.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        match how {
            "default" => return,
            "reset" => action.sa_sigaction = libc::SIG_DFL,
            "ignored" => action.sa_sigaction = libc::SIG_IGN,
            "blocked" => {
                let mut set = zeroed();
                libc::sigemptyset(&mut set);
                libc::sigaddset(&mut set, signal);
                libc::sigprocmask(libc::SIG_BLOCK, &set, null_mut());
                return;
            }
            "handler" => {
                action.sa_sigaction = say as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO;
            }
            "plain-handler" => action.sa_sigaction = say_little as *const () as usize,
            "recovering" => {
                action.sa_sigaction = recover as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO;
            }
            other => panic!("not to be prepared: {other}"),
        }
        assert_eq!(libc::sigaction(signal, &action, null_mut()), 0);
    }
}

extern "C" fn say(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel passes a valid description.
    let info = unsafe { &*info };
    // The only address that is the same in two programs.
    // SAFETY: the kernel says one of this fault.
    let from = if info.si_code > 0 && signal == libc::SIGSEGV { unsafe { info.si_addr() }.addr() } else { 0 };
    println!("handler of {signal}: {} {} {from:#x}", info.si_signo, info.si_code);
    // SAFETY: gives way to the default, of which the process dies.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        if info.si_code <= 0 || signal == libc::SIGTRAP || signal == libc::SIGSYS {
            libc::raise(signal);
        }
    }
}

extern "C" fn say_little(signal: c_int) {
    println!("plain handler of {signal}");
    // SAFETY: ends the process.
    unsafe { libc::_exit(3) };
}

/// Goes on behind the instruction, all of which have two bytes here; for a system call that was refused, the kernel does.
extern "C" fn recover(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    RECOVERED.fetch_add(1, Relaxed);
    // SAFETY: the kernel passes valid descriptions.
    unsafe {
        if (*info).si_code > 0 && signal != libc::SIGSYS {
            let context = &mut *context.cast::<libc::ucontext_t>();
            context.uc_mcontext.gregs[libc::REG_RIP as usize] += 2;
        }
    }
}
