//! Programs under strace, which has chosen system calls fail or take long, or kills at them.

pub mod calls;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::Scene;

/// What strace does to a program, and what it has to say of it.
#[derive(Debug)]
pub struct Strace {
    report: PathBuf,
    rule: String,
}

impl Strace {
    /// To have `rule` hold for these calls, as `strace -e inject=CALLS:RULE` takes it; a thread's calls are counted for each
    /// by itself.
    pub fn new(scene: &Scene, calls: &str, rule: &str) -> Self {
        Strace { report: scene.path().join("strace"), rule: format!("inject={calls}:{rule}") }
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

/// Why strace cannot change calls here, or cannot tell whose they are.
pub fn missing() -> Option<String> {
    let options = ["-k", "-o", "/dev/null", "-e", "inject=write:error=EIO:when=100"];
    match strace(&Scene::new(), &options).arg("/bin/true").output() {
        Err(error) => Some(format!("{STRACE}: {error}")),
        Ok(ended) if ended.status.success() => None,
        Ok(ended) => Some(format!("no strace: {}", String::from_utf8_lossy(&ended.stderr).trim())),
    }
}
