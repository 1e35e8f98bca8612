//! The names of the files in a run directory.

use crate::number::parse_decimal;

/// Facts about the process, JSON.
pub const RUN_JSON: &str = "run.json";
/// The site table, see [`crate::sites`].
pub const SITES: &str = "sites";
/// Every thread's last-reached statement and counters, see [`crate::last`].
pub const LAST: &str = "last";
/// What a thread log's name ends with.
pub const LOG_SUFFIX: &str = ".log";

/// Whether `name` is that of a thread log or of a rotated segment of one.
///
/// Which thread and which segment it holds is said by its first line, not by its name: `7.2.log` can be either the
/// second thread with id 7 or a rotated segment.
pub fn is_thread_log(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(LOG_SUFFIX) else { return false };
    !stem.is_empty() && stem.split('.').all(|part| parse_decimal(part.as_bytes()).is_some())
}
