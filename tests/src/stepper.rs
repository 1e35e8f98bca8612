//! A program under ptrace: it runs to its marks, or an instruction at a time, and is given signals at any of them.

#![allow(unsafe_code)]

use std::io::{Error, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::ptr::{null_mut, without_provenance_mut};

/// A program, until it has ended or this is dropped. For one thread: the kernel knows no other as its tracer.
#[derive(Debug)]
pub struct Traced {
    pid: libc::pid_t,
    child: Child,
    ended: bool,
}

/// Why a program does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It has come to a mark, the instruction `int3`, with this number in its first argument's register.
    Mark(u64),
    /// It has executed an instruction, and this is the address of the next one.
    Step(u64),
    /// It has ended.
    Ended(ExitStatus),
}

impl Traced {
    /// Starts a program, which has not executed anything yet.
    ///
    /// # Panics
    /// When it cannot be started or traced.
    pub fn start(command: &mut Command) -> Self {
        // SAFETY: the closure makes one system call.
        unsafe {
            command.pre_exec(|| check(libc::ptrace(libc::PTRACE_TRACEME, 0, null_mut::<u8>(), null_mut::<u8>())))
        };
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it can be traced");
        let traced = Traced { pid: child.id().cast_signed(), child, ended: false };
        assert!(libc::WIFSTOPPED(traced.wait()));
        traced.ask(libc::PTRACE_SETOPTIONS, libc::PTRACE_O_EXITKILL.cast_unsigned() as usize);
        traced
    }

    /// Gives it a signal, or none if that is 0, and lets it run to its next mark.
    pub fn run(&mut self, signal: i32) -> Stop {
        loop {
            match self.go(libc::PTRACE_CONT, signal) {
                Stop::Step(_) => {}
                stop => return stop,
            }
        }
    }

    /// Gives it a signal, or none if that is 0, and lets it execute one instruction.
    pub fn step(&mut self, signal: i32) -> Stop {
        self.go(libc::PTRACE_SINGLESTEP, signal)
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.ended = true;
        self.child.kill().expect("it is there");
        while libc::WIFSTOPPED(self.wait()) {}
    }

    /// What it has said on stderr, once it has ended.
    ///
    /// # Panics
    /// When that is not UTF-8.
    pub fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut text).expect("UTF-8");
        text
    }

    fn go(&mut self, request: libc::c_uint, mut signal: i32) -> Stop {
        loop {
            self.ask(request, signal.cast_unsigned() as usize);
            let status = self.wait();
            if !libc::WIFSTOPPED(status) {
                self.ended = true;
                return Stop::Ended(ExitStatus::from_raw(status));
            }
            signal = libc::WSTOPSIG(status);
            if signal == libc::SIGTRAP {
                return self.trap();
            }
            // Another one is its own, or one of ours that was blocked.
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn trap(&self) -> Stop {
        /// Of an `int3`.
        const SI_KERNEL: i32 = 0x80;
        // SAFETY: zeros are valid; the kernel fills both structures.
        unsafe {
            let mut registers: libc::user_regs_struct = std::mem::zeroed();
            let mut signal: libc::siginfo_t = std::mem::zeroed();
            self.ask(libc::PTRACE_GETREGS, (&raw mut registers).expose_provenance());
            self.ask(libc::PTRACE_GETSIGINFO, (&raw mut signal).expose_provenance());
            if signal.si_code == SI_KERNEL { Stop::Mark(registers.rdi) } else { Stop::Step(registers.rip) }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn trap(&self) -> Stop {
        unimplemented!("marks and registers of this machine")
    }

    fn ask(&self, request: libc::c_uint, argument: usize) {
        // SAFETY: the argument is what the request takes, and lives until the call has returned.
        let answer =
            unsafe { libc::ptrace(request, self.pid, null_mut::<u8>(), without_provenance_mut::<u8>(argument)) };
        assert_eq!(answer, 0, "ptrace {request}: {}", Error::last_os_error());
    }

    fn wait(&self) -> i32 {
        let mut status = 0;
        // SAFETY: fills `status`.
        let waited = unsafe { libc::waitpid(self.pid, &mut status, libc::__WALL) };
        assert_eq!(waited, self.pid, "{}", Error::last_os_error());
        status
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        if !self.ended {
            self.kill();
        }
    }
}

fn check(answer: libc::c_long) -> std::io::Result<()> {
    if answer == -1 { Err(Error::last_os_error()) } else { Ok(()) }
}
