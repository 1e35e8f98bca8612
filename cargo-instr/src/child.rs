//! Cargo's process, and the program's, which takes its place.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::Failure;

/// Waits for cargo, whose place the program takes that it runs. Whoever ends a program that hangs wants to see the report,
/// so we live on: the keyboard's signals reach the program anyway, the others are passed on.
///
/// # Errors
/// When cargo cannot be run.
pub fn wait(mut command: Command) -> Result<(ExitStatus, u32), Failure> {
    let failure = |error| Failure::on("run", Path::new("cargo"), &error);
    let mut signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP]).map_err(failure)?;
    let mut child = command.spawn().map_err(failure)?;
    let pid = child.id();
    let handle = signals.handle();
    let passing = std::thread::spawn(move || {
        for signal in signals.forever() {
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
    });
    let status = child.wait().map_err(failure);
    handle.close();
    let _ = passing.join();
    Ok((status?, pid))
}

/// The child's exit code, or what a shell makes of the signal that killed it.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(2);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
