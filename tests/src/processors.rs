//! Which processors a program runs on. Also a part of the programs that the benches measure.

#![allow(unsafe_code)]

use std::io::Error;

/// The processors on which this thread may run.
///
/// # Panics
/// When the kernel does not say.
pub fn processors() -> Vec<usize> {
    // SAFETY: zeros are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: fills the set.
    let result = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &mut set) };
    assert_eq!(result, 0, "{}", Error::last_os_error());
    // SAFETY: reads the set.
    (0..libc::CPU_SETSIZE as usize).filter(|processor| unsafe { libc::CPU_ISSET(*processor, &set) }).collect()
}

/// The one to measure on: the first one serves most interrupts.
///
/// # Panics
/// When there is none.
pub fn last_processor() -> usize {
    *processors().last().expect("this program runs on one")
}

/// Keeps this thread on one processor. Async-signal-safe.
///
/// # Errors
/// When it may not run there.
pub fn stay_on(processor: usize) -> Result<(), Error> {
    // SAFETY: zeros are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: writes into the set.
    unsafe { libc::CPU_SET(processor, &mut set) };
    // SAFETY: reads the set.
    if unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) } == 0 {
        Ok(())
    } else {
        Err(Error::last_os_error())
    }
}
