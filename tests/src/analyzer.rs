//! The real `instr-analyze`, built once.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Path of the binary.
///
/// # Panics
/// When it cannot be built.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").expect("tests run under cargo");
        let build = Command::new(cargo)
            .args(["build", "--quiet", "--package", "cargo-instr", "--bin", "instr-analyze"])
            .args(["--message-format", "json"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .output()
            .expect("cargo runs");
        assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));
        let messages = String::from_utf8(build.stdout).expect("messages are UTF-8");
        let executable = messages.lines().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(PathBuf::from(message.get("executable")?.as_str()?))
        });
        executable.expect("cargo names the executable")
    })
}

/// A command for the binary, with an empty environment.
pub fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(path());
    command.env_clear().args(arguments);
    command
}

/// What the analyzer printed and how it exited.
#[derive(Debug)]
pub struct Outcome {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs the analyzer to its end.
///
/// # Panics
/// When it dies of a signal or prints something that is not UTF-8.
pub fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome {
    outcome(command(arguments).output().expect("the analyzer starts"))
}

/// Reads what a finished analyzer left.
///
/// # Panics
/// When it died of a signal or printed something that is not UTF-8.
pub fn outcome(output: Output) -> Outcome {
    Outcome {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A command for the binary whose standard output is a terminal; what it prints there is the command's own output.
pub fn on_terminal(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let quoted = |text: &OsStr| format!("'{}'", text.to_str().expect("UTF-8"));
    let line = arguments
        .into_iter()
        .fold(quoted(path().as_os_str()), |line, argument| format!("{line} {}", quoted(argument.as_ref())));
    let mut command = Command::new("script");
    command.env_clear().args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command
}
