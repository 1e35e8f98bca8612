//! Other tracers, whose programs are in `tests/peers`: built here, where they are to be had.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::package::{build_directory, said};
use crate::workspace;

/// Builds the program of the Rust tracers, which are downloaded if need be.
///
/// # Errors
/// When they cannot be had.
pub fn rust() -> Result<PathBuf, String> {
    let target = build_directory().join("peers");
    let mut cargo = Command::new(std::env::var_os("CARGO").ok_or("not under cargo")?);
    cargo.args(["build", "--release", "--locked", "--quiet"]).current_dir(sources()).env("CARGO_TARGET_DIR", &target);
    done(&mut cargo)?;
    Ok(target.join("release/peers"))
}

/// Builds the program of calls with one of the compiler's options for tracers.
///
/// # Errors
/// When there is no C compiler, or no uftrace to run it.
pub fn calls(directory: &Path, option: &str) -> Result<PathBuf, String> {
    done(Command::new("uftrace").arg("--version"))?;
    let sources = sources();
    let object = |source: &str, name: &str, options: &[&str]| {
        let output = directory.join(name);
        // A call in the source is a call of the program.
        let mut gcc = gcc(&["-c", "-fno-inline", "-fno-optimize-sibling-calls"]);
        done(gcc.args(options).arg(sources.join(source)).arg("-o").arg(&output)).map(|()| output)
    };
    let objects = [
        object("fib.c", "plain.o", &["-DFIB=plain_fib"])?,
        object("fib.c", "traced.o", &["-DFIB=traced_fib", option])?,
        object("calls.c", "calls.o", &[])?,
    ];
    let program = directory.join(format!("calls{option}"));
    done(gcc(&[option]).args(objects).arg("-o").arg(&program))?;
    Ok(program)
}

/// Builds the program with a tracepoint of LTTng.
///
/// # Errors
/// When there is no C compiler, or LTTng's library is not here.
pub fn tracepoints(directory: &Path) -> Result<PathBuf, String> {
    let program = directory.join("lttng_peer");
    let mut gcc = gcc(&["-I"]);
    gcc.arg(sources()).arg(sources().join("lttng_peer.c")).arg("-o").arg(&program);
    done(gcc.args(["-llttng-ust", "-ldl"]))?;
    Ok(program)
}

fn gcc(options: &[&str]) -> Command {
    let mut command = Command::new("gcc");
    command.arg("-O2").args(options);
    command
}

fn sources() -> PathBuf {
    workspace().join("tests/peers")
}

/// Where LTTng keeps its sockets, unless it is root's, and which session is the current one.
const HOME: &str = "LTTNG_HOME";

/// A session of LTTng in flight-recorder mode, and the daemon that serves it.
#[derive(Debug)]
pub struct Session {
    daemon: Child,
    name: String,
    directory: TempDir,
}

impl Session {
    /// Starts both.
    ///
    /// # Errors
    /// When LTTng is not here.
    ///
    /// # Panics
    /// When there is no directory for it.
    pub fn start() -> Result<Self, String> {
        done(Command::new("lttng").arg("--version"))?;
        let directory = tempfile::tempdir().expect("a directory");
        let mut daemon = Command::new("lttng-sessiond");
        daemon
            .arg("--no-kernel")
            .env(HOME, directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let daemon = daemon.spawn().map_err(|error| format!("lttng-sessiond: {error}"))?;
        let session = Session { daemon, name: format!("instr-peers-{}", std::process::id()), directory };
        let output = session.directory.path().join("snapshots");
        let create =
            || session.lttng(&["create", &session.name, "--snapshot", &format!("--output={}", output.display())]);
        // It takes a moment to listen.
        let begin = Instant::now();
        while let Err(reason) = create() {
            if begin.elapsed() > Duration::from_secs(10) {
                return Err(reason);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        session.lttng(&["enable-event", "--userspace", "instr_peer:*"])?;
        session.lttng(&["start"])?;
        Ok(session)
    }

    /// Whether the ring has anything in it.
    ///
    /// # Errors
    /// When it cannot be written out, or is empty.
    pub fn check(&self) -> Result<(), String> {
        self.lttng(&["snapshot", "record"])?;
        let kept = size(&self.directory.path().join("snapshots"));
        if kept > 1 << 16 { Ok(()) } else { Err(format!("LTTng kept {kept} bytes")) }
    }

    fn lttng(&self, arguments: &[&str]) -> Result<(), String> {
        done(Command::new("lttng").arg("--no-sessiond").args(arguments).env(HOME, self.directory.path()))
    }

    /// What a program needs to find the daemon.
    pub fn variable(&self) -> (&'static str, String) {
        (HOME, self.directory.path().to_string_lossy().into_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.lttng(&["destroy", &self.name]);
        // SIGTERM: it ends the consumers that it has started.
        let _ = Command::new("kill").arg(self.daemon.id().to_string()).status();
        let _ = self.daemon.wait();
    }
}

fn size(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().map_or(0, |m| m.len()) })
        .sum()
}

/// Runs a command to its end, and says why if that was not a good one.
fn done(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = said(&output);
    let error = said.lines().find(|line| line.contains("rror")).or(said.lines().next()).unwrap_or_default();
    Err(format!("{program}: {}", error.trim()))
}
