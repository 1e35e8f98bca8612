//! The compiler, as it is run, and what comes of it.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use instr_format::names::ENABLE;
use serde_json::Value;

use crate::diagnostics::{self, Line};
use crate::failure::Failure;
use crate::plan::{Plan, WORKSPACE_WRAPPER};

/// What a compiler ends with that was killed.
const KILLED: u8 = 101;

/// The compiler behind whatever the user has put before it.
#[derive(Debug)]
pub struct Compiler<'a> {
    program: &'a OsStr,
    before: Vec<&'a OsStr>,
    /// The compiler itself.
    pub rustc: &'a Path,
    /// What cargo asks it for.
    pub arguments: &'a [OsString],
}

impl<'a> Compiler<'a> {
    /// From the arguments that cargo gives to a wrapper.
    pub fn new(plan: &'a Plan, arguments: &'a [OsString]) -> Self {
        // The compiler's name is the first argument, or the second one behind the workspace's wrapper.
        let is_name = |argument: &&OsString| !argument.as_encoded_bytes().starts_with(b"-");
        let (names, arguments) = arguments.split_at(arguments.iter().take_while(is_name).count());
        let mut before: Vec<&OsStr> = plan.wrappers.every_crate.iter().map(|wrapper| wrapper.as_os_str()).collect();
        for name in names {
            match Path::new(name).file_name() {
                // Ours. It does no more than to be there, in place of the user's.
                Some(link) if link == WORKSPACE_WRAPPER => {
                    before.extend(plan.wrappers.workspace.iter().map(|wrapper| wrapper.as_os_str()));
                }
                _ => before.push(name),
            }
        }
        let rustc = Path::new(names.last().map_or(OsStr::new("rustc"), OsString::as_os_str));
        let program = if before.is_empty() { rustc.as_os_str() } else { before.remove(0) };
        Compiler { program, before, rustc, arguments }
    }

    /// The compiler with other arguments.
    pub fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(self.program);
        command.args(&self.before).args(arguments);
        // A macro may use a crate that is instrumented for the program's sake. The compiler's doings are not to be recorded.
        command.env(ENABLE, "0");
        command
    }

    /// Compiles what was asked for, as if we were not there.
    ///
    /// # Errors
    /// When the compiler cannot be run.
    pub fn become_it(&self) -> Result<ExitCode, Failure> {
        self.become_with(self.arguments)
    }

    /// The same with other arguments.
    ///
    /// # Errors
    /// When the compiler cannot be run.
    pub fn become_with(&self, arguments: &[OsString]) -> Result<ExitCode, Failure> {
        let error = self.command(arguments).exec();
        Err(Failure::on("run", Path::new(self.program), &error))
    }
}

/// What the compiler did.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: ExitStatus,
    /// What it has said to people.
    pub messages: Vec<Value>,
    /// Whether cargo has been told of a library, and may be using it.
    pub is_waited_for: bool,
}

impl Outcome {
    /// Runs the compiler. Messages are kept, everything else is for `other` at once.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn of(mut command: Command, other: impl Fn(&[u8]) -> io::Result<()>) -> Result<Self, Failure> {
        let program = PathBuf::from(command.get_program());
        let failure = |error: io::Error| Failure::on("run", &program, &error);
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(failure)?;
        let (mut messages, mut is_waited_for) = (Vec::new(), false);
        let mut line = Vec::new();
        let mut lines = BufReader::new(child.stderr.take().ok_or_else(|| Failure("no pipe".to_owned()))?);
        while lines.read_until(b'\n', &mut line).map_err(failure)? > 0 {
            match diagnostics::classify(&String::from_utf8_lossy(&line)) {
                Line::Message(message) => messages.push(message),
                kind => {
                    is_waited_for |= kind == Line::Library;
                    other(&line).map_err(failure)?;
                }
            }
            line.clear();
        }
        Ok(Outcome { status: child.wait().map_err(failure)?, messages, is_waited_for })
    }
}

/// Gives a line to cargo.
///
/// # Errors
/// When cargo has gone.
pub fn pass_on(line: &[u8]) -> io::Result<()> {
    io::stderr().write_all(line)
}

/// Gives a message to cargo.
///
/// # Errors
/// When cargo has gone.
pub fn say(stderr: &mut impl io::Write, message: &Value) -> Result<(), Failure> {
    writeln!(stderr, "{message}").map_err(|error| Failure(format!("cannot write to cargo: {error}")))
}

/// The compiler's exit code, for cargo.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(KILLED))
}
