//! The functions of C that a signal handler may call.

/// Those that POSIX names as async-signal-safe, as signal-safety(7) lists them.
#[rustfmt::skip]
const LISTED: &[&str] = &[
    "_Exit", "_exit", "abort", "accept", "access", "aio_error", "aio_return", "aio_suspend", "alarm", "bind",
    "cfgetispeed", "cfgetospeed", "cfsetispeed", "cfsetospeed", "chdir", "chmod", "chown", "clock_gettime", "close",
    "connect", "creat", "dup", "dup2", "execl", "execle", "execv", "execve", "faccessat", "fchdir", "fchmod",
    "fchmodat", "fchown", "fchownat", "fcntl", "fdatasync", "fexecve", "ffs", "fork", "fstat", "fstatat", "fsync",
    "ftruncate", "futimens", "getegid", "geteuid", "getgid", "getgroups", "getpeername", "getpgrp", "getpid",
    "getppid", "getsockname", "getsockopt", "getuid", "htonl", "htons", "kill", "link", "linkat", "listen",
    "longjmp", "lseek", "lstat", "memccpy", "memchr", "memcmp", "memcpy", "memmove", "memset", "mkdir", "mkdirat",
    "mkfifo", "mkfifoat", "mknod", "mknodat", "ntohl", "ntohs", "open", "openat", "pause", "pipe", "poll",
    "posix_trace_event", "pselect", "pthread_kill", "pthread_self", "pthread_sigmask", "raise", "read", "readlink",
    "readlinkat", "recv", "recvfrom", "recvmsg", "rename", "renameat", "rmdir", "select", "sem_post", "send",
    "sendmsg", "sendto", "setgid", "setpgid", "setsid", "setsockopt", "setuid", "shutdown", "sigaction",
    "sigaddset", "sigdelset", "sigemptyset", "sigfillset", "sigismember", "siglongjmp", "signal", "sigpause",
    "sigpending", "sigprocmask", "sigqueue", "sigset", "sigsuspend", "sleep", "sockatmark", "socket", "socketpair",
    "stat", "stpcpy", "stpncpy", "strcat", "strchr", "strcmp", "strcpy", "strcspn", "strlen", "strncat", "strncmp",
    "strncpy", "strnlen", "strpbrk", "strrchr", "strspn", "strstr", "strtok_r", "symlink", "symlinkat", "tcdrain",
    "tcflow", "tcflush", "tcgetattr", "tcgetpgrp", "tcsendbreak", "tcsetattr", "tcsetpgrp", "time",
    "timer_getoverrun", "timer_gettime", "timer_settime", "times", "umask", "uname", "unlink", "unlinkat", "utime",
    "utimensat", "utimes", "wait", "waitpid", "wcpcpy", "wcpncpy", "wcscat", "wcschr", "wcscmp", "wcscpy",
    "wcscspn", "wcslen", "wcsncat", "wcsncmp", "wcsncpy", "wcsnlen", "wcspbrk", "wcsrchr", "wcsspn", "wcsstr",
    "wcstok", "wmemchr", "wmemcmp", "wmemcpy", "wmemmove", "wmemset", "write",
];

/// Those that POSIX does not know or name, and that do nothing on Linux but enter the kernel, or read or compute a value.
#[rustfmt::skip]
const THIN: &[&str] = &[
    "__errno_location", "__error", "abs", "accept4", "arch_prctl", "clock_getres", "clock_nanosleep",
    "clone", "clone3", "close_range", "copy_file_range", "dup3", "epoll_create", "epoll_create1", "epoll_ctl",
    "epoll_pwait", "epoll_wait", "eventfd", "eventfd_read", "eventfd_write", "execveat", "fallocate", "flock",
    "futex", "getauxval", "getcpu", "getitimer", "getpgid", "getpriority", "getrandom", "getresgid", "getresuid",
    "getrlimit", "getrusage", "getsid", "gettid", "gettimeofday", "inotify_add_watch", "inotify_init",
    "inotify_init1", "inotify_rm_watch", "ioctl", "isatty", "labs", "lchown", "llabs", "madvise", "membarrier",
    "memfd_create", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap", "msync", "munlock",
    "munlockall", "munmap", "nanosleep", "openat2", "personality", "pidfd_open", "pidfd_send_signal", "pipe2",
    "posix_fadvise", "posix_madvise", "ppoll", "prctl", "pread", "preadv", "preadv2", "prlimit", "process_vm_readv",
    "process_vm_writev", "ptrace", "pwrite", "pwritev", "pwritev2", "readahead", "readv", "recvmmsg", "renameat2",
    "rt_sigqueueinfo", "sched_getaffinity", "sched_getcpu", "sched_setaffinity", "sched_yield", "sendfile",
    "sendmmsg", "setitimer", "setpriority", "setrlimit", "sigaltstack", "signalfd", "sigtimedwait", "sigwait",
    "sigwaitinfo", "splice", "statx", "sync", "sync_file_range", "syncfs", "syscall", "tee", "tgkill",
    "timerfd_create", "timerfd_gettime", "timerfd_settime", "truncate", "unshare",
    "vmsplice", "wait3", "wait4", "waitid", "writev",
];

/// Whether a handler may call this function. Large files have functions of their own, and macros of C are in capitals.
pub(super) fn is_safe(name: &str) -> bool {
    let plain = name.strip_suffix("64").unwrap_or(name);
    let listed = |name| LISTED.binary_search(&name).is_ok() || THIN.binary_search(&name).is_ok();
    listed(name) || listed(plain) || name.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_sorted_and_apart() {
        for list in [LISTED, THIN] {
            assert!(list.is_sorted_by(|one, next| one < next));
        }
        assert!(LISTED.iter().all(|name| THIN.binary_search(name).is_err()));
    }

    #[test]
    fn names_of_large_files_and_macros() {
        for name in ["write", "_exit", "open64", "mmap64", "WEXITSTATUS", "siglongjmp"] {
            assert!(is_safe(name), "{name}");
        }
        for name in ["malloc", "exit", "printf", "fopen64", "getenv", "syslog"] {
            assert!(!is_safe(name), "{name}");
        }
    }
}
