//! The names of signals and of their codes, as the manual has them.

use instr_format::names::CRASH_SIGNALS;

use crate::sys::CRASHES;

/// A signal's name.
pub(super) fn signal(number: i32) -> Option<&'static str> {
    CRASHES.into_iter().zip(CRASH_SIGNALS).find(|(known, _)| *known == number).map(|(_, name)| name)
}

/// The name of a signal's code. Codes up to 0 tell who has sent it, others what the kernel has found.
pub(super) fn code(signal: i32, code: i32) -> Option<&'static str> {
    Some(match (signal, code) {
        (_, libc::SI_USER) => "SI_USER",
        (_, libc::SI_TKILL) => "SI_TKILL",
        (_, libc::SI_QUEUE) => "SI_QUEUE",
        (_, libc::SI_TIMER) => "SI_TIMER",
        (_, libc::SI_MESGQ) => "SI_MESGQ",
        (_, libc::SI_ASYNCIO) => "SI_ASYNCIO",
        (_, libc::SI_SIGIO) => "SI_SIGIO",
        (_, libc::SI_KERNEL) => "SI_KERNEL",
        (libc::SIGSEGV, 1) => "SEGV_MAPERR",
        (libc::SIGSEGV, 2) => "SEGV_ACCERR",
        (libc::SIGSEGV, 3) => "SEGV_BNDERR",
        (libc::SIGSEGV, 4) => "SEGV_PKUERR",
        (libc::SIGBUS, 1) => "BUS_ADRALN",
        (libc::SIGBUS, 2) => "BUS_ADRERR",
        (libc::SIGBUS, 3) => "BUS_OBJERR",
        (libc::SIGBUS, 4) => "BUS_MCEERR_AR",
        (libc::SIGBUS, 5) => "BUS_MCEERR_AO",
        (libc::SIGILL, 1) => "ILL_ILLOPC",
        (libc::SIGILL, 2) => "ILL_ILLOPN",
        (libc::SIGILL, 3) => "ILL_ILLADR",
        (libc::SIGILL, 4) => "ILL_ILLTRP",
        (libc::SIGILL, 5) => "ILL_PRVOPC",
        (libc::SIGILL, 6) => "ILL_PRVREG",
        (libc::SIGILL, 7) => "ILL_COPROC",
        (libc::SIGILL, 8) => "ILL_BADSTK",
        (libc::SIGFPE, 1) => "FPE_INTDIV",
        (libc::SIGFPE, 2) => "FPE_INTOVF",
        (libc::SIGFPE, 3) => "FPE_FLTDIV",
        (libc::SIGFPE, 4) => "FPE_FLTOVF",
        (libc::SIGFPE, 5) => "FPE_FLTUND",
        (libc::SIGFPE, 6) => "FPE_FLTRES",
        (libc::SIGFPE, 7) => "FPE_FLTINV",
        (libc::SIGFPE, 8) => "FPE_FLTSUB",
        (libc::SIGTRAP, 1) => "TRAP_BRKPT",
        (libc::SIGTRAP, 2) => "TRAP_TRACE",
        (libc::SIGTRAP, 3) => "TRAP_BRANCH",
        (libc::SIGTRAP, 4) => "TRAP_HWBKPT",
        (libc::SIGSYS, 1) => "SYS_SECCOMP",
        _ => return None,
    })
}
