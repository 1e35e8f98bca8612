//! Standard error, which may be a pipe that nobody reads any more.

use core::mem::MaybeUninit;
use core::ptr::null_mut;

use super::super::Errno;
use super::{check, write};

/// Size of the kernel's signal set.
const SET_SIZE: usize = 8;

/// Writes once, and takes back the SIGPIPE that comes of it where nobody reads: before `main`, it would end the program.
/// Nobody is left to tell when it fails.
pub(crate) fn write_to_stderr(bytes: &[u8]) {
    let (mut pipe, mut before, mut pending) = (MaybeUninit::uninit(), MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: a set is read once sigemptyset or sigpending has filled it; the kernel fills nothing else, as none is asked for.
    unsafe {
        libc::sigemptyset(pipe.as_mut_ptr());
        libc::sigaddset(pipe.as_mut_ptr(), libc::SIGPIPE);
        libc::sigemptyset(before.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, pipe.as_ptr(), before.as_mut_ptr());
        let was_pending =
            libc::sigpending(pending.as_mut_ptr()) == 0 && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1;
        if write(2, bytes) == Err(Errno(libc::EPIPE)) && !was_pending {
            let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            let set: *const libc::sigset_t = pipe.as_ptr();
            let _ = check(libc::syscall(libc::SYS_rt_sigtimedwait, set, null_mut::<libc::siginfo_t>(), &now, SET_SIZE));
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut());
    }
}
