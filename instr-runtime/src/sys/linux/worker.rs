//! A thread of our own, and what it waits for.

use core::sync::atomic::AtomicU32;

/// Wakes the thread that waits for this number to change. Async-signal-safe.
pub(crate) fn wake_one(number: &AtomicU32) {
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the kernel takes the number by its address alone.
    let _ = unsafe { libc::syscall(libc::SYS_futex, number.as_ptr(), operation, 1) };
}

#[cfg(feature = "enabled")]
pub(crate) use of_gzip::*;

#[cfg(feature = "enabled")]
mod of_gzip {
    use core::ffi::{CStr, c_void};
    use core::mem::MaybeUninit;
    use core::ptr::{null, null_mut};
    use core::sync::atomic::AtomicU32;

    use super::super::super::{CName, Errno};
    use super::super::{close, open_to_read, read};

    /// Starts a thread with all signals blocked that is detached and has so much stack. For normal context.
    pub(crate) fn start_thread(
        run: extern "C" fn(*mut c_void) -> *mut c_void,
        name: &'static CStr,
        stack: usize,
    ) -> Result<(), Errno> {
        // SAFETY: the sets and the attributes are filled before they are used, and the new thread begins with what its
        // creator has blocked.
        unsafe {
            let mut all = MaybeUninit::uninit();
            let mut before = MaybeUninit::uninit();
            let mut attributes = MaybeUninit::uninit();
            let mut thread = MaybeUninit::uninit();
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_attr_init(attributes.as_mut_ptr());
            libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), stack);
            libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED);
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            let result =
                libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run, name.as_ptr().cast_mut().cast());
            libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut());
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            if result == 0 { Ok(()) } else { Err(Errno(result)) }
        }
    }

    /// Gives the calling thread the name that it was started with.
    pub(crate) fn take_name(name: *mut c_void) {
        // SAFETY: what `start_thread` has passed on.
        let _ = unsafe { libc::prctl(libc::PR_SET_NAME, name) };
    }

    /// Waits until the number is not this one any more, for a second at most.
    pub(crate) fn wait_a_second(number: &AtomicU32, seen: u32) {
        let second = libc::timespec { tv_sec: 1, tv_nsec: 0 };
        let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
        // SAFETY: the kernel reads the number and the time.
        let _ =
            unsafe { libc::syscall(libc::SYS_futex, number.as_ptr(), operation, seen, &second, null::<c_void>(), 0) };
    }

    /// Whether the main thread has ended, as by `pthread_exit`, and no other one is left but the calling one.
    pub(crate) fn is_left_alone() -> bool {
        let Ok(file) = open_to_read(libc::AT_FDCWD, &CName::<64>::new(format_args!("/proc/self/stat"))) else {
            return false;
        };
        let mut buffer = [0; 1024];
        let read = read(file, &mut buffer);
        close(file);
        let text = read.ok().and_then(|len| buffer.get(..len)).unwrap_or_default();
        // Behind the program's name, in which there may be anything.
        let Some(end) = text.iter().rposition(|byte| *byte == b')') else { return false };
        let mut words = text.get(end + 2..).unwrap_or_default().split(|byte| *byte == b' ');
        words.next() == Some(b"Z") && words.nth(16) == Some(b"2")
    }
}
