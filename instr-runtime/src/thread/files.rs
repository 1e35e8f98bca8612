//! The names of a thread's own files.

use core::fmt::Write as _;

use super::Thread;
use crate::sys::{CName, Errno};

/// Names that are tried for a thread's file. Only what is not ours can stand in the way, or threads without a slot of their
/// own.
const ATTEMPTS: u32 = 1_000;

/// The name of a thread's file.
pub(crate) type FileName = CName<64>;

/// `<tid>.log`, and `<tid>.2.log` for the second thread with this id; `<tid>.1.3.ring` for the first one's third segment.
/// Async-signal-safe.
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

/// Creates the thread's own file, under the first name that is free: it says which thread with this id it is.
pub(crate) fn create_own(
    thread: &Thread,
    suffix: &str,
    create: impl Fn(&FileName) -> Result<i32, Errno>,
) -> Result<(i32, FileName), Errno> {
    let first = thread.reuse();
    for reuse in first..first + ATTEMPTS {
        let name = file_name(thread.tid(), reuse, 0, suffix);
        match create(&name) {
            Err(Errno::EXISTS) => {}
            Err(errno) => return Err(errno),
            Ok(file) => {
                thread.set_reuse(reuse);
                return Ok((file, name));
            }
        }
    }
    Err(Errno::EXISTS)
}
