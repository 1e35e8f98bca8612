//! What the kernel says of the threads of a process while it runs: whether each has a processor, and in which system call it
//! waits.

use std::collections::BTreeMap;
use std::fs;

use instr_format::escape::Printable;
use serde::{Deserialize, Serialize};

use crate::model::activity::waiting::Wait;

/// What the kernel says of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// `R`: it runs or is about to; `S` and `D`: it waits; and the others that proc(5) lists.
    pub state: char,
    /// The system call that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_call: Option<String>,
    /// The function of the kernel that it waits in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_channel: Option<String>,
}

/// Those of the process, by thread id. Other users' may be kept from us.
pub(super) fn threads(pid: u64) -> BTreeMap<u64, Observed> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { return BTreeMap::new() };
    let tids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    tids.filter_map(|tid| Some((tid, thread(pid, tid)?))).collect()
}

fn thread(pid: u64, tid: u64) -> Option<Observed> {
    let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/task/{tid}/{file}"));
    let stat = read("stat").ok()?;
    // The name before it may hold anything.
    let state = stat.rsplit_once(')')?.1.trim_start().chars().next()?;
    let call = read("syscall").ok().and_then(|line| line.split(' ').next()?.trim().parse().ok());
    let channel = read("wchan").ok().map(|name| name.trim().to_owned());
    Some(Observed {
        state,
        system_call: call.map(system_call),
        wait_channel: channel.filter(|name| !name.is_empty() && name != "0"),
    })
}

/// The name of a system call, or its number.
fn system_call(number: i64) -> String {
    let names: &[(i64, &str)] = &[
        (libc::SYS_futex, "futex"),
        (libc::SYS_read, "read"),
        (libc::SYS_write, "write"),
        (libc::SYS_readv, "readv"),
        (libc::SYS_writev, "writev"),
        (libc::SYS_pread64, "pread64"),
        (libc::SYS_pwrite64, "pwrite64"),
        (libc::SYS_ppoll, "ppoll"),
        (libc::SYS_pselect6, "pselect6"),
        (libc::SYS_epoll_pwait, "epoll_pwait"),
        (libc::SYS_accept, "accept"),
        (libc::SYS_accept4, "accept4"),
        (libc::SYS_connect, "connect"),
        (libc::SYS_recvfrom, "recvfrom"),
        (libc::SYS_recvmsg, "recvmsg"),
        (libc::SYS_sendto, "sendto"),
        (libc::SYS_sendmsg, "sendmsg"),
        (libc::SYS_nanosleep, "nanosleep"),
        (libc::SYS_clock_nanosleep, "clock_nanosleep"),
        (libc::SYS_wait4, "wait4"),
        (libc::SYS_waitid, "waitid"),
        (libc::SYS_flock, "flock"),
        (libc::SYS_fsync, "fsync"),
        (libc::SYS_fdatasync, "fdatasync"),
        (libc::SYS_openat, "openat"),
        (libc::SYS_rt_sigsuspend, "rt_sigsuspend"),
        (libc::SYS_rt_sigtimedwait, "rt_sigtimedwait"),
        (libc::SYS_restart_syscall, "restart_syscall"),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_poll, "poll"),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_select, "select"),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_epoll_wait, "epoll_wait"),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_pause, "pause"),
    ];
    let name = names.iter().find(|(known, _)| *known == number).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| format!("number {number}"))
}

impl Observed {
    /// Whether it has a processor, or is about to get one.
    pub fn is_running(&self) -> bool {
        self.state == 'R'
    }

    /// Whether it waits in the kernel.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, 'S' | 'D')
    }

    /// What it waits for, where its system call tells.
    pub fn waits_for(&self) -> Option<Wait> {
        match self.system_call.as_deref()? {
            "wait4" | "waitid" => Some(Wait::Process),
            "nanosleep" | "clock_nanosleep" => Some(Wait::Time),
            "flock" => Some(Wait::Lock),
            "read" | "readv" | "pread64" | "write" | "writev" | "pwrite64" | "ppoll" | "poll" | "pselect6"
            | "select" | "epoll_pwait" | "epoll_wait" | "accept" | "accept4" | "connect" | "recvfrom" | "recvmsg"
            | "sendto" | "sendmsg" | "fsync" | "fdatasync" | "openat" => Some(Wait::Io),
            _ => None,
        }
    }

    /// The same in words, of a process that is still there or of one that has ended since.
    pub fn words(&self, is_past: bool) -> String {
        let (present, past) = match self.state {
            'R' => ("it runs", "it ran"),
            'S' => ("it sleeps", "it slept"),
            'D' => ("it sleeps and cannot be interrupted", "it slept and could not be interrupted"),
            'T' => ("it is stopped", "it was stopped"),
            't' => ("it is stopped by a tracer", "it was stopped by a tracer"),
            'Z' | 'X' => ("it is dead", "it was dead"),
            _ => ("it is there", "it was there"),
        };
        let call = self.system_call.as_ref().filter(|_| !self.is_running());
        let call = call.map(|call| format!(" in the system call {}", Printable(call.as_bytes()))).unwrap_or_default();
        format!("{}{call}", if is_past { past } else { present })
    }
}
