//! What the kernel's log says of a process that no handler could see die: that the OOM killer has killed it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::model::oom::{Victim, names};

const LOG: &str = "/dev/kmsg";
/// The kernel keeps fewer.
const MESSAGES_MAX: usize = 1 << 20;
/// Longer messages are cut by the kernel.
const MESSAGE_MAX: usize = 16 << 10;

/// Whether the kernel's log says that its OOM killer has killed this process. What cannot be read says nothing.
pub(crate) fn says_killed(victim: &Victim<'_>) -> bool {
    // The log is that of this start of the machine.
    if boot_unix_ns().is_none_or(|boot| victim.start_unix_ns < boot) {
        return false;
    }
    let Ok(mut log) = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(Path::new(LOG)) else {
        return false;
    };
    let mut message = vec![0; MESSAGE_MAX];
    // One read, one message.
    for _ in 0..MESSAGES_MAX {
        match log.read(&mut message) {
            Ok(len) => {
                if names(message.get(..len).unwrap_or_default(), victim) {
                    return true;
                }
            }
            // It was overwritten meanwhile.
            Err(error) if error.kind() == ErrorKind::BrokenPipe || error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    false
}

/// When the machine was started.
fn boot_unix_ns() -> Option<u64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let seconds: u64 = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    seconds.checked_mul(1_000_000_000)
}
