//! What a program may do: set for a command between its fork and its exec.

#![allow(unsafe_code)]

use std::io::{Error, Result, Write as _};
use std::os::unix::process::CommandExt;
use std::path::Path;
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
    const CAP_DAC_READ_SEARCH: libc::c_ulong = 2;
    give_up(command, CAP_DAC_OVERRIDE);
    give_up(command, CAP_DAC_READ_SEARCH);
}

/// Has the limit for locked memory hold for root too.
pub fn obey_memory_locks(command: &mut Command) {
    const CAP_IPC_LOCK: libc::c_ulong = 14;
    give_up(command, CAP_IPC_LOCK);
}

fn give_up(command: &mut Command, capability: libc::c_ulong) {
    // Whoever is not root may not do this, and need not.
    // SAFETY: touches no memory.
    if unsafe { libc::geteuid() } == 0 {
        // SAFETY: touches no memory.
        before_exec(command, move || check(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability) }));
    }
}

/// Has the program belong to a control group, whose directory this is.
pub fn join(command: &mut Command, group: &Path) {
    let file = std::fs::OpenOptions::new().write(true).open(group.join("cgroup.procs")).expect("a control group");
    // Whoever writes 0 joins.
    before_exec(command, move || (&file).write_all(b"0"));
}

/// Keeps a program on one processor.
pub fn pin(command: &mut Command, processor: usize) {
    before_exec(command, move || stay_on(processor));
}

/// Has the kernel refuse a system call, with this `errno`.
pub fn refuse(command: &mut Command, call: libc::c_long, errno: i32) {
    let filter = filter(call, libc::SECCOMP_RET_ERRNO | errno.cast_unsigned());
    before_exec(command, move || install(filter, 0).map(|_| ()));
}

/// Has the kernel raise SIGSYS for a system call.
pub fn trap(command: &mut Command, call: libc::c_long) {
    let filter = filter(call, libc::SECCOMP_RET_TRAP);
    before_exec(command, move || install(filter, 0).map(|_| ()));
}

/// Has a system call never return: the kernel waits for somebody's answer, who is the program itself and does not know.
pub fn stall(command: &mut Command, call: libc::c_long) {
    let filter = filter(call, libc::SECCOMP_RET_USER_NOTIF);
    before_exec(command, move || {
        let asked = install(filter, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER)?;
        // Once nobody can answer any more, the call fails.
        // SAFETY: touches no memory.
        check(unsafe { libc::fcntl(asked as i32, libc::F_SETFD, 0) })
    });
}

/// What becomes of a system call; all others are allowed.
fn filter(call: libc::c_long, verdict: u32) -> [libc::sock_filter; 4] {
    let step = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    [
        // The number of the call is the first word of what a filter sees.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, call as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, verdict),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

fn install(mut filter: [libc::sock_filter; 4], flags: libc::c_ulong) -> Result<libc::c_long> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel copies the filter.
    unsafe {
        check(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))?;
        match libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) {
            -1 => Err(Error::last_os_error()),
            descriptor => Ok(descriptor),
        }
    }
}

fn before_exec(command: &mut Command, act: impl FnMut() -> Result<()> + Send + Sync + 'static) {
    // SAFETY: the closures above make system calls and nothing else.
    unsafe { command.pre_exec(act) };
}

fn check(result: i32) -> Result<()> {
    if result == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}
