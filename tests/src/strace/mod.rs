//! Programs under strace, which has chosen system calls fail or take long, or kills at them.

pub mod calls;

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
        match why_not(scene, &strace.options()) {
            None => Ok(strace),
            Some(reason) => Err(reason),
        }
    }

    /// A command that runs `program` so.
    pub fn command(&self, scene: &Scene, program: &Path) -> Command {
        let mut command = strace(scene, &self.options());
        command.arg(program);
        command
    }

    fn options(&self) -> [&str; 5] {
        ["-qq", "-e", &self.rule, "-o", self.report.to_str().expect("UTF-8")]
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

/// strace with these options, which follows threads and children. What it is to run comes behind.
fn strace(scene: &Scene, options: &[&str]) -> Command {
    let mut command = scene.command(Path::new(STRACE));
    command.arg("-f").args(options);
    command
}

/// Why it cannot work so here.
fn why_not(scene: &Scene, options: &[&str]) -> Option<String> {
    if !Path::new(STRACE).exists() {
        return Some(format!("there is no {STRACE}"));
    }
    let tried = run(strace(scene, options).arg("/bin/true"));
    (!tried.status.success()).then(|| format!("no strace: {}", tried.stderr.trim()))
}
