//! One run of a program, measured.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use instr_analyze::run::remove::size;
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::interrupts;
use crate::failure::Failure;

/// How often the records' size is looked at, and whether somebody interrupts.
const INTERVAL: Duration = Duration::from_millis(250);

/// How far a run may go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// So long.
    pub time: Option<Duration>,
    /// Its records may take so much of the disk.
    pub bytes: u64,
}

/// What one run took.
#[derive(Debug)]
pub struct Measured {
    /// From its start to its end.
    pub wall: Duration,
    /// Of the processors, in hundredths of a second, with all processes that it has waited for.
    pub processor: u64,
    /// What its records take of the disk.
    pub bytes: u64,
    /// How it has ended.
    pub end: End,
}

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Ended(ExitStatus),
    /// We have stopped it.
    Stopped(Reason),
}

/// Why a run was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has reached the limit of time.
    Time,
    /// Its records have reached the limit of space.
    Space,
    /// Somebody interrupts.
    Interrupted,
}

/// Runs the program with records in `output`, which is removed afterwards.
///
/// # Errors
/// When it cannot be run.
pub fn measure(mut command: Command, output: &Path, limits: Limits) -> Result<Measured, Failure> {
    let name = command.get_program().to_owned();
    let failure = |error| Failure::on("run", Path::new(&name), &error);
    // So that what it has started is stopped with it.
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().map_err(failure)?;
    let pid = Pid::from_child(&child);
    let (done, ended) = channel();
    let watch = Watch { pid, began, limits, output };
    let (waited, wall, stopped) = thread::scope(|scope| {
        let watching = scope.spawn(move || watch.until(&ended));
        // It stays a zombie, so that nobody else gets its number, and the kernel still has its times.
        let waited = retry_on_intr(|| waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
        let wall = began.elapsed();
        drop(done);
        (waited, wall, watching.join().unwrap_or_default())
    });
    waited.map_err(|error| failure(error.into()))?;
    let processor = processor(pid);
    if stopped.is_some() {
        // What it has started may have missed the first one, and goes on writing.
        let _ = kill_process_group(pid, Signal::KILL);
    }
    let status = child.wait().map_err(failure)?;
    let bytes = size(output);
    // What cannot be removed now goes with the directory around it.
    let _ = fs::remove_dir_all(output);
    Ok(Measured { wall, processor, bytes, end: stopped.map_or(End::Ended(status), End::Stopped) })
}

/// Stops a run when it is time to.
struct Watch<'a> {
    pid: Pid,
    began: Instant,
    limits: Limits,
    output: &'a Path,
}

impl Watch<'_> {
    /// Watches until the run has ended, and says why it was stopped.
    fn until(&self, ended: &Receiver<()>) -> Option<Reason> {
        loop {
            let left = self.limits.time.map_or(INTERVAL, |limit| limit.saturating_sub(self.began.elapsed()));
            match ended.recv_timeout(left.min(INTERVAL)) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
            }
            let reason = match () {
                () if interrupts::arrived() => Reason::Interrupted,
                () if self.limits.time.is_some_and(|limit| self.began.elapsed() >= limit) => Reason::Time,
                () if size(self.output) > self.limits.bytes => Reason::Space,
                () => continue,
            };
            // It may just have ended.
            let _ = kill_process_group(self.pid, Signal::KILL);
            return Some(reason);
        }
    }
}

/// What the kernel says of a process that has ended and was not waited for: the time of its threads, and that of all
/// processes that it has waited for.
fn processor(pid: Pid) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    // The name before may have spaces and parentheses. Behind it, the first field is the state, the third of proc_pid_stat(5).
    let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    fields.skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum()
}
