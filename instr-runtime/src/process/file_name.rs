//! The names of the files of threads.

use core::fmt::Write as _;

use crate::sys::CName;

/// The name of a thread's file.
pub(crate) type FileName = CName<64>;

/// `<tid>.log`, and `<tid>.2.log` for the second thread with this id; `<tid>.1.3.log` for the first one's third segment behind
/// the one that it has begun with. No two files of a run can have the same one, and none is renamed when the next one is begun:
/// so what the analyzer has found under a name stays this segment. Async-signal-safe.
pub(crate) fn file_name(tid: u32, reuse: u32, segment: u32, suffix: &str) -> FileName {
    let mut name = FileName::new(format_args!("{tid}"));
    // What does not fit is cut, and all of this does.
    let _ = match (reuse, segment) {
        (1, 0) => name.write_str(suffix),
        (_, 0) => write!(name, ".{reuse}{suffix}"),
        _ => write!(name, ".{reuse}.{segment}{suffix}"),
    };
    name
}
