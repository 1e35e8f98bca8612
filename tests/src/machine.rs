//! When and where figures came to be, for documents that show some.

use std::process::Command;
use std::thread;

use crate::workspace;

/// Date, compiler, processors and kernel, in one line.
pub fn machine() -> String {
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!(
        "{}, {}, {} processors ({}), Linux {}.",
        said("date", &["-u", "+%F"]),
        said("rustc", &["--version"]),
        thread::available_parallelism().map_or(1, usize::from),
        model.map_or("unknown", |(_, model)| model),
        said("uname", &["-r"]),
    )
}

/// The commit that is measured.
pub fn commit() -> String {
    said("git", &["describe", "--always", "--dirty"])
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(workspace()).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
