//! Whether the process of a run still runs.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use instr_format::files::LAST;

/// What is known of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Running,
    /// No process with its id is there, or only a later one.
    Gone,
    /// A process with its id is there, and whether it is the run's cannot be told.
    Unknown,
}

/// Whether the process `pid` maps the `last` file of the run in `dir`; a later process with the same id does not.
///
/// A process of another pid namespace has another id here. Its own id is then nobody's or a stranger's, exactly as if it
/// were gone, and nothing in the run's files tells the two apart: such a process counts as gone.
pub(crate) fn life(pid: u64, dir: &Path) -> Life {
    let maps = match fs::read(format!("/proc/{pid}/maps")) {
        Ok(maps) => maps,
        Err(error) if is_absence(&error) => return Life::Gone,
        // Another user's, say.
        Err(_) => return Life::Unknown,
    };
    let Ok(last) = dir.join(LAST).canonicalize() else { return Life::Unknown };
    let path = escaped_as_in_maps(last.as_os_str().as_bytes());
    if maps.split(|byte| *byte == b'\n').any(|line| line.ends_with(&path)) { Life::Running } else { Life::Gone }
}

/// Whether an error means that there is no such process, or only its remains. Without `/proc`, none means anything.
fn is_absence(error: &io::Error) -> bool {
    (error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH))
        && Path::new("/proc/self").exists()
}

/// The path as the kernel shows it, after the space that ends the column before it.
fn escaped_as_in_maps(path: &[u8]) -> Vec<u8> {
    let mut shown = vec![b' '];
    for byte in path {
        match byte {
            b'\n' => shown.extend(b"\\012"),
            _ => shown.push(*byte),
        }
    }
    shown
}
