//! Cargo's process, and the program's, which takes its place.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::failure::Failure;
use crate::limit::Limit;

/// Signals by which a person ends a program.
const ENDING: [i32; 4] = [SIGINT, SIGQUIT, SIGTERM, SIGHUP];

/// Whoever ends programs one by one comes to us so much later at most.
const SAME: Duration = Duration::from_secs(1);

/// How cargo ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// The signal by which a person has asked for it.
    pub interrupted_by: Option<i32>,
    /// Whether it was ended because its time was over.
    pub is_limited: bool,
}

/// Waits for cargo, whose place the program takes that it runs. Whoever ends a program that hangs wants to see the report,
/// so we live on: the keyboard's signals reach the program anyway, the others are passed on. `started` is given the process
/// id. When the time is over that `limit` gives it, it is ended.
///
/// # Errors
/// When cargo cannot be run.
pub fn wait(mut command: Command, limit: Option<Limit>, started: impl FnOnce(u32)) -> Result<Ended, Failure> {
    let failure = |error| Failure::on("run", Path::new("cargo"), &error);
    let mut signals = Signals::new(ENDING).map_err(failure)?;
    let mut child = command.spawn().map_err(failure)?;
    let pid = child.id();
    let handle = signals.handle();
    let passing = std::thread::spawn(move || {
        let mut interrupted_by = None;
        for signal in signals.forever() {
            interrupted_by = Some(signal);
            let passed = match signal {
                SIGTERM => Signal::TERM,
                SIGHUP => Signal::HUP,
                _ => continue,
            };
            if let Some(child) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                // It may just have ended.
                let _ = kill_process(child, passed);
            }
        }
        // What has arrived as the iterator was closed.
        signals.pending().last().or(interrupted_by)
    });
    started(pid);
    let (done, ended) = channel();
    let watching = limit.map(|limit| std::thread::spawn(move || limit.watch(pid, &ended)));
    let status = child.wait().map_err(failure);
    drop(done);
    handle.close();
    let is_limited = watching.is_some_and(|watching| watching.join().unwrap_or(false));
    let (status, seen) = (status?, passing.join().ok().flatten());
    end_by_later_signals();
    // It may have reached cargo alone.
    let interrupted_by = seen.or(status.signal().filter(|signal| ENDING.contains(signal)));
    Ok(Ended { status, interrupted_by, is_limited })
}

/// Lets a signal end this process, which is about to write a report, unless it comes so soon that it is still the one that has ended
/// cargo.
fn end_by_later_signals() {
    let Ok(mut signals) = Signals::new(ENDING) else { return };
    let since = Instant::now();
    std::thread::spawn(move || {
        for signal in signals.forever().filter(|_| since.elapsed() > SAME) {
            // Signals that have a default action end this process here.
            let _ = emulate_default_handler(signal);
        }
    });
}

/// The child's exit code, or what a shell makes of the signal that killed it.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(2);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
