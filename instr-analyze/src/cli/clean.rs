//! `clean`: removes runs.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::Failure;
use super::options::shown;
use crate::report::number::Bytes;
use crate::run::find;
use crate::run::remove::{Removal, remove};

#[derive(Debug, Args)]
pub(crate) struct CleanArguments {
    /// Output directories, directories of one command or of one run, or `latest` [default: all runs in ./instr-logs and in
    /// target/instr/runs of the workspace around]
    #[arg(value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Keep the newest N commands, or runs that no command of cargo instr has made
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep: usize,
}

pub(crate) fn run(arguments: &CleanArguments) -> Result<(), Failure> {
    let mut groups = find::named(&arguments.runs)?;
    groups.sort_by_key(|group| group.newest_ns);
    groups.truncate(groups.len().saturating_sub(arguments.keep));

    let (mut runs, mut freed, mut foreign) = (0, 0, Vec::new());
    let mut stderr = io::stderr().lock();
    for group in &groups {
        let dir = shown(&group.dir);
        let removed = remove(group).map_err(|error| Failure::Input(format!("cannot remove {error}")))?;
        let (bytes, rest) = match removed {
            Removal::Removed(bytes) => (bytes, None),
            Removal::Rest(bytes) => (bytes, Some(format!("left {dir}: there are other files in it"))),
            Removal::InUse => {
                // Nobody is left to tell when this fails.
                let _ = writeln!(stderr, "instr-analyze: kept {dir}: it is still in use");
                continue;
            }
            Removal::Foreign(uid) => {
                foreign.push(format!("{dir} belongs to another user (uid {uid})"));
                continue;
            }
        };
        if let Some(rest) = rest {
            let _ = writeln!(stderr, "instr-analyze: {rest}");
        }
        runs += group.runs.len() as u64;
        freed += bytes;
    }
    let plural = if runs == 1 { "" } else { "s" };
    writeln!(io::stdout(), "removed {runs} run{plural}, {}", Bytes(freed))?;
    if foreign.is_empty() { Ok(()) } else { Err(Failure::Input(format!("not removed: {}", foreign.join("; ")))) }
}
