//! The time that a command takes of the processors, however busy the machine is.

#![allow(unsafe_code)]

/// What all processes that this one has waited for have taken of the processors.
///
/// # Panics
/// When the kernel does not say.
pub fn children_seconds() -> f64 {
    // SAFETY: zeros are a structure for the call to fill.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: fills the structure.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage) }, 0);
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
