//! Programs under strace, which has chosen system calls fail or take long.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Scene, run};

/// What strace does to a program, and what it has to say of it.
#[derive(Debug)]
pub struct Strace {
    report: PathBuf,
    rule: String,
}

impl Strace {
    /// To have `rule` hold for these calls, as `strace -e inject=CALLS:RULE` takes it; a thread's calls are counted for each
    /// by itself. `Err`: why that cannot be done here.
    ///
    /// # Errors
    /// What strace said.
    pub fn new(scene: &Scene, calls: &str, rule: &str) -> Result<Self, String> {
        let strace = Strace { report: scene.path().join("strace"), rule: format!("inject={calls}:{rule}") };
        if !Path::new(STRACE).exists() {
            return Err(format!("there is no {STRACE}"));
        }
        let tried = run(&mut strace.command(scene, Path::new("/bin/true")));
        if tried.status.success() { Ok(strace) } else { Err(format!("no strace: {}", tried.stderr.trim())) }
    }

    /// A command that runs `program` so.
    pub fn command(&self, scene: &Scene, program: &Path) -> Command {
        let mut command = scene.command(Path::new(STRACE));
        command.args(["-f", "-qq", "-e", &self.rule, "-o"]).arg(&self.report).arg(program);
        command
    }

    /// How many calls it has changed.
    ///
    /// # Panics
    /// When it has not run.
    pub fn changed(&self) -> u64 {
        let report = fs::read_to_string(&self.report).expect("what strace has written");
        report.lines().filter(|line| line.ends_with("(INJECTED)") || line.ends_with("(DELAYED)")).count() as u64
    }
}

const STRACE: &str = "/usr/bin/strace";
