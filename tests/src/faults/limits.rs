//! Files that cannot be made, written or kept, and limits.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(
        32,
        "ENOSPC",
        "small file systems of a namespace, filled and freed again; strace refuses writes now and then",
    ),
    provoked(
        33,
        "writes that are cut short",
        "logs on a file system that is full in the midst of a line, at 20 places of it, and freed again",
    ),
    provoked(34, "EINTR, EAGAIN, EIO, EDQUOT now and then", "strace injects them into writes, at regular intervals"),
    provoked(
        35,
        "RLIMIT_FSIZE below the logs",
        "limits of 8 KB and 100 KB; SIGXFSZ at its default, ignored and handled",
    ),
    provoked(36, "RLIMIT_FSIZE below a ring or a table", "limits of 66 KB and 300 KB"),
    provoked(37, "no room, or no inode, for a ring or a table", "small file systems of a namespace"),
    provoked(38, "no fallocate", "a filter refuses it with EOPNOTSUPP and ENOSYS"),
    provoked(
        39,
        "mapped files truncated by somebody else",
        "truncates every file of a run while four threads record, for each sink, from the first record on",
    ),
    provoked(
        40,
        "the run's directory or files are taken away",
        "removes, renames and unlinks them while four threads record, for each sink",
    ),
    provoked(41, "few descriptors", "limits of 6 and 8, and a program that takes all there are"),
    provoked(42, "a thousand threads, 1,024 descriptors", "counts what is left for the program"),
    provoked(
        43,
        "descriptors of ours closed or put over",
        "close_range, daemon, a double close, and a file put over each number",
    ),
    provoked(44, "executed children", "list their descriptors, spawned and forked"),
    provoked(
        45,
        "no memory to map",
        "RLIMIT_AS, mlockall with a small limit, and every mapping that a process may have taken",
    ),
    provoked(
        46,
        "caps and rotation",
        "thousands of short threads, and threads and processes beyond their caps; strace kills at each call of a rotation",
    ),
    provoked(
        47,
        "links, pipes, directories at our paths",
        "planted in place of the output directory and of the next threads' files",
    ),
    provoked(
        48,
        "umask, and directories of others",
        "umask 0 and 0777; directories that may not be written to, or that everybody may",
    ),
    provoked(49, "a slow disk", "strace delays writes"),
];
