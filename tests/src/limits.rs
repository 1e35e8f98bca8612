//! What a program may do: set for a command between its fork and its exec.

#![allow(unsafe_code)]

use std::io::{Error, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::processors::stay_on;

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
    before_exec(command, move || stay_on(processor));
}

fn before_exec(command: &mut Command, act: impl FnMut() -> Result<()> + Send + Sync + 'static) {
    // SAFETY: the closures above make one system call each.
    unsafe { command.pre_exec(act) };
}

fn check(result: i32) -> Result<()> {
    if result == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}
