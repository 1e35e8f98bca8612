//! Whether the process of a run still runs.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use instr_format::files::LAST;

/// Whether the process `pid` maps the `last` file of the run in `dir`; a later process with the same id does not.
pub(crate) fn is_running(pid: u64, dir: &Path) -> bool {
    let (Ok(last), Ok(maps)) = (dir.join(LAST).canonicalize(), fs::read(format!("/proc/{pid}/maps"))) else {
        return false;
    };
    let path = escaped_as_in_maps(last.as_os_str().as_bytes());
    maps.split(|byte| *byte == b'\n').any(|line| line.ends_with(&path))
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
