//! Why a verb did not do all it was asked for, and the exit code that says so.

use std::fmt;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use crate::run::find::NotFound;

#[derive(Debug)]
pub(crate) enum Failure {
    /// There is nothing to show.
    Nothing(String),
    /// What was compared is not the same, as the output tells.
    Different,
    /// Less was found than was asked for.
    Short(String),
    /// The input or the command line cannot be used.
    Input(String),
    /// The output cannot be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == ErrorKind::BrokenPipe)
    }

    /// Whether there is nothing more to say.
    pub(crate) fn is_told(&self) -> bool {
        matches!(self, Failure::Different)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Nothing(_) | Failure::Different | Failure::Short(_) => ExitCode::from(1),
            Failure::Input(_) | Failure::Output(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Nothing(message) | Failure::Short(message) | Failure::Input(message) => f.write_str(message),
            Failure::Different => f.write_str("the runs differ"),
            Failure::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

impl From<NotFound> for Failure {
    fn from(reason: NotFound) -> Self {
        let message = reason.to_string();
        match reason {
            NotFound::Empty(_) | NotFound::Nowhere(_) => Failure::Nothing(message),
            NotFound::NoRun(_) | NotFound::Unreadable(..) => Failure::Input(message),
        }
    }
}
