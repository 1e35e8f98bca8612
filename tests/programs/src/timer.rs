//! Timers that send signals. A part of several programs.

use std::mem::{MaybeUninit, zeroed};
use std::ptr::null_mut;

/// Has the process sent a signal after so many nanoseconds, and every so many from then on; 0: never again.
pub(crate) fn send(signal: i32, first_ns: i64, every_ns: i64) {
    let time = |tv_nsec| libc::timespec { tv_sec: 0, tv_nsec };
    let when = libc::itimerspec { it_interval: time(every_ns), it_value: time(first_ns) };
    // SAFETY: a zeroed structure of C, filled in before use.
    unsafe {
        let mut event: libc::sigevent = zeroed();
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signal;
        let mut timer = MaybeUninit::uninit();
        assert_eq!(libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, timer.as_mut_ptr()), 0);
        assert_eq!(libc::timer_settime(timer.assume_init(), 0, &when, null_mut()), 0);
    }
}
