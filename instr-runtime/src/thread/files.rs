//! A thread's own files.

use super::Thread;
use crate::process::{FileName, file_name};
use crate::sys::Errno;

/// Names that are tried for a thread's file. Only what is not ours can stand in the way, or threads without a slot of their
/// own.
const ATTEMPTS: u32 = 1_000;

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
