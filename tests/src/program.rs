//! Programs as they run, each in a fresh directory, and what is left when they have ended.

#![allow(unsafe_code)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use crate::report::Report;

/// A program that takes longer is stuck.
const DEADLINE_SECONDS: u32 = 300;

/// A fresh directory for a program to run in, where its runs are recorded too.
#[derive(Debug)]
pub struct Scene {
    directory: TempDir,
}

/// How a program has ended, and what it has printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    /// The wait status.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Scene {
    /// Makes the directory.
    #[expect(clippy::new_without_default, reason = "a directory on the disk is no default")]
    pub fn new() -> Self {
        Scene { directory: tempfile::tempdir().expect("a directory") }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A command that runs `program` here, without the variables of whoever runs the tests.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear().stdin(Stdio::null());
        // SAFETY: alarm is async-signal-safe.
        unsafe {
            command.pre_exec(|| {
                // Outlives exec, so a stuck program dies of SIGALRM and fails its test.
                libc::alarm(DEADLINE_SECONDS);
                Ok(())
            });
        }
        command
    }

    /// Where runs are recorded unless a variable says otherwise.
    pub fn output(&self) -> PathBuf {
        self.path().join(instr_format::names::DEFAULT_OUTPUT_DIR)
    }

    /// The run directories, in order of their names.
    pub fn runs(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.output()) else { return Vec::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut runs: Vec<_> = paths.filter(|path| path.is_dir()).collect();
        runs.sort();
        runs
    }

    /// The report on the only run.
    ///
    /// # Panics
    /// When there is none, or another.
    pub fn report(&self) -> Report {
        match self.runs().as_slice() {
            [run] => Report::of(run),
            runs => panic!("expected one run, found {runs:?}"),
        }
    }
}

/// Copies a program so that it can be started at once.
///
/// Another process writes the copy: a child that another test starts meanwhile would hold this one's descriptor until its `exec`,
/// and a file that is open for writing cannot be executed ("Text file busy").
///
/// # Panics
/// When it cannot be copied.
pub fn copy_program(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    let status = Command::new("cp").arg(from.as_ref()).arg(to.as_ref()).status().expect("cp runs");
    assert!(status.success(), "{}: {status}", to.as_ref().display());
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Ended {
    finish(start(command))
}

/// Starts a program whose output is collected.
///
/// # Panics
/// When it cannot be started.
pub fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits for a program.
///
/// # Panics
/// When it prints something that is not UTF-8.
pub fn finish(child: Child) -> Ended {
    let output = child.wait_with_output().expect("it can be waited for");
    Ended {
        status: output.status,
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Waits until a program has printed a line, then kills it.
///
/// # Panics
/// When it prints nothing.
pub fn kill_after_first_line(mut child: Child) -> Ended {
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut text = String::new();
    stdout.read_line(&mut text).expect("UTF-8");
    assert!(text.ends_with('\n'), "it printed {text:?}");
    child.kill().expect("it is there");
    stdout.read_to_string(&mut text).expect("UTF-8");
    Ended { stdout: text, ..finish(child) }
}

/// Waits until a program has printed a line, then sends it the signal of this name.
///
/// # Panics
/// When that cannot be sent.
pub fn send_after_first_line(command: &mut Command, signal: &str) -> Ended {
    let mut child = start(command);
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut text = String::new();
    stdout.read_line(&mut text).expect("UTF-8");
    let sent = Command::new("sh").arg("-c").arg(format!("kill -s {} {}", &signal[3..], child.id())).status();
    assert!(sent.expect("there is sh").success());
    stdout.read_to_string(&mut text).expect("UTF-8");
    Ended { stdout: text, ..finish(child) }
}

/// The standard library prints the kernel's id of a thread behind its name.
pub fn without_thread_ids(stderr: &str) -> String {
    let mut parts = stderr.split('(');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('(');
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}
