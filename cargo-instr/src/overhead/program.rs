//! What `cargo run` would start. Cargo itself says so: it is given this program as the runner of the user's, and a runner is
//! called with the program, its arguments and its environment.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::arguments::Split;
use crate::child;
use crate::failure::Failure;
use crate::workspace::cargo;

/// First argument of this program as a runner.
pub const TELL: &str = "bench-overhead-will-run";

/// A program, and how cargo starts it.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    directory: PathBuf,
    command: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Program {
    /// Has cargo build the program, and say what it would run. The exit code is that of a cargo that fails.
    ///
    /// # Errors
    /// When cargo does not run, or runs the program in some other way.
    pub fn ask(mut cargo: Command, variable: &str) -> Result<Result<Self, ExitCode>, Failure> {
        // A path of words, as cargo splits it at spaces.
        let runner = format!("/proc/{}/exe {TELL}", std::process::id());
        cargo.env(variable, runner).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = cargo.output().map_err(|error| Failure::on("run", Path::new("cargo"), &error))?;
        if !output.status.success() {
            return Ok(Err(child::exit_code(output.status)));
        }
        let told = Program::told(&output.stdout);
        let mut program = told.ok_or_else(|| {
            let way_out = "leave the runner for this target out of cargo's configuration";
            Failure(format!("cargo started the program by a runner of its own: {way_out}"))
        })?;
        program.environment.retain(|(name, _)| name != variable);
        program.environment.extend(env::var_os(variable).map(|value| (variable.into(), value)));
        Ok(Ok(program))
    }

    /// Reads what [`tell`] has written.
    fn told(text: &[u8]) -> Option<Self> {
        // Before it may be messages of cargo's.
        let begin = text.windows(TELL.len()).position(|word| word == TELL.as_bytes())? + TELL.len();
        let text = text[begin..].strip_prefix(b"\0")?.strip_suffix(b"\0")?;
        let mut words = text.split(|byte| *byte == 0);
        let directory = OsStr::from_bytes(words.next()?).into();
        let count: usize = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
        let command: Vec<_> = words.by_ref().take(count).map(|word| OsString::from_vec(word.to_vec())).collect();
        let variable = |word: &[u8]| {
            // A name may begin with `=`.
            let end = word.iter().skip(1).position(|byte| *byte == b'=')? + 1;
            Some((OsString::from_vec(word[..end].to_vec()), OsString::from_vec(word[end + 1..].to_vec())))
        };
        let environment = words.filter_map(variable).collect();
        (!command.is_empty()).then_some(Program { directory, command, environment })
    }

    /// The program as cargo would start it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).current_dir(&self.directory).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The name of its file.
    pub fn name(&self) -> String {
        let name = Path::new(&self.command[0]).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// Says on standard output what cargo has asked a runner for.
///
/// # Errors
/// When there is nobody to say it to.
pub fn tell(command: &[OsString]) -> Result<ExitCode, Failure> {
    let directory = env::current_dir().unwrap_or_default();
    let mut text = Vec::new();
    let mut say = |parts: &[&OsStr]| {
        parts.iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
        text.push(0);
    };
    say(&[OsStr::new(TELL)]);
    say(&[directory.as_os_str()]);
    say(&[OsStr::new(&command.len().to_string())]);
    command.iter().for_each(|word| say(&[word]));
    env::vars_os().for_each(|(name, value)| say(&[&name, OsStr::new("="), &value]));
    io::stdout()
        .write_all(&text)
        .map_err(|error| Failure(format!("cannot tell cargo instr of the program: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

/// The variable that names cargo's runner for the target that the command line asks for.
///
/// # Errors
/// When cargo does not say what machine this is.
pub fn runner_variable(split: &Split) -> Result<String, Failure> {
    let target = split.values("--target").pop().or_else(|| env::var_os("CARGO_BUILD_TARGET"));
    let target = target.filter(|target| !target.is_empty()).map_or_else(host, |target| {
        let name = Path::new(&target).file_stem().unwrap_or_default();
        Ok(name.to_string_lossy().into_owned())
    })?;
    Ok(format!("CARGO_TARGET_{}_RUNNER", target.replace(['-', '.'], "_").to_uppercase()))
}

fn host() -> Result<String, Failure> {
    let output = Command::new(cargo()).arg("-vV").output();
    let output = output.map_err(|error| Failure::on("run", Path::new("cargo"), &error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("`cargo -vV` does not say its host".to_owned()))
}
