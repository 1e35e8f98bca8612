//! What a program may do: set for a command between its fork and its exec.

#![allow(unsafe_code)]

use std::io::{Error, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Limits a resource, `libc::RLIMIT_…`.
pub fn limit(command: &mut Command, resource: libc::__rlimit_resource_t, most: u64) {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: reads the structure.
    before_exec(command, move || check(unsafe { libc::setrlimit(resource, &limit) }));
}

/// Sets the modes that new files do not get.
pub fn umask(command: &mut Command, mask: libc::mode_t) {
    before_exec(command, move || {
        // SAFETY: touches no memory.
        unsafe { libc::umask(mask) };
        Ok(())
    });
}

/// Has the modes of files hold for root too.
pub fn obey_modes(command: &mut Command) {
    const CAP_DAC_OVERRIDE: libc::c_ulong = 1;
    // Whoever is not root may not do this, and need not.
    // SAFETY: touches no memory.
    if unsafe { libc::geteuid() } == 0 {
        // SAFETY: touches no memory.
        before_exec(command, || check(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) }));
    }
}

/// Keeps a program on one processor.
pub fn pin(command: &mut Command, processor: usize) {
    before_exec(command, move || check(set_affinity(processor)));
}

/// Keeps this thread on one processor.
///
/// # Panics
/// When it may not run there.
pub fn stay_on(processor: usize) {
    check(set_affinity(processor)).expect("a processor");
}

fn set_affinity(processor: usize) -> i32 {
    // SAFETY: zeros are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: writes into the set.
    unsafe { libc::CPU_SET(processor, &mut set) };
    // SAFETY: reads the set.
    unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) }
}

/// The processors on which programs may run.
///
/// # Panics
/// When the kernel does not say.
pub fn processors() -> Vec<usize> {
    // SAFETY: zeros are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: fills the set.
    check(unsafe { libc::sched_getaffinity(0, size_of_val(&set), &mut set) }).expect("the kernel says");
    // SAFETY: reads the set.
    let is_allowed = |processor: &usize| unsafe { libc::CPU_ISSET(*processor, &set) };
    (0..libc::CPU_SETSIZE as usize).filter(is_allowed).collect()
}

fn before_exec(command: &mut Command, act: impl FnMut() -> Result<()> + Send + Sync + 'static) {
    // SAFETY: the closures above make one system call each.
    unsafe { command.pre_exec(act) };
}

fn check(result: i32) -> Result<()> {
    if result == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}
