//! What a signal handler must not do, and why, by the names that calls have.

use super::posix;

const ALLOCATES: &str = "allocates, and what the signal interrupted may hold the heap's lock";
const LOCKS: &str = "waits for a lock, which what the signal interrupted may hold for ever";
const PANICS: &str = "may panic, which allocates and locks, and must not leave a handler";
const PRINTS: &str = "allocates, and locks a stream that the signal may have interrupted in use";
const ENVIRONMENT: &str = "locks the environment, which the signal may have interrupted in use, and allocates";
const FILES: &str = "allocates for paths and buffers; `write(2)` and its like do not";
const THREAD: &str = "sets thread-local state up under locks, and allocates";
const EXITS: &str = "runs exit handlers and destructors in the midst of what the signal interrupted; `_exit` does not";

/// Names, and the reason that they share.
type Names = (&'static [&'static str], &'static str);

const MACROS: &[Names] = &[
    (&["format", "vec"], ALLOCATES),
    (&["print", "println", "eprint", "eprintln", "dbg"], PRINTS),
    (&["panic", "todo", "unimplemented", "unreachable"], PANICS),
    (&["assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne"], PANICS),
];

const LOG_MACROS: &[&str] = &["error", "warn", "info", "debug", "trace", "log", "event"];

/// By their names alone, as nothing is known of what they are called on.
const METHODS: &[Names] = &[
    (&["to_string", "to_owned", "to_vec", "into_owned", "to_string_lossy"], ALLOCATES),
    (&["to_lowercase", "to_uppercase", "push_str", "collect"], ALLOCATES),
    (&["lock", "get_or_init", "call_once", "call_once_force"], LOCKS),
    (&["unwrap", "expect", "unwrap_err", "expect_err", "borrow_mut"], PANICS),
];

/// Of a type or a module, these functions; all, where none is named.
const PATHS: &[(&[&str], &[&str], &str)] = &[
    (&["Box", "Rc", "Arc"], &["new", "pin", "from"], ALLOCATES),
    (&["Box", "CString"], &["from_raw"], "frees, and what the signal interrupted may hold the heap's lock"),
    (
        &["Vec", "String", "VecDeque", "BinaryHeap"],
        &["with_capacity", "from", "from_iter", "from_utf8_lossy"],
        ALLOCATES,
    ),
    (&["HashMap", "HashSet"], &["new", "with_capacity", "from", "from_iter"], ALLOCATES),
    (&["BTreeMap", "BTreeSet", "LinkedList", "OsString", "PathBuf"], &["from", "from_iter"], ALLOCATES),
    (&["CString", "Command"], &["new"], ALLOCATES),
    (&["alloc"], &["alloc", "alloc_zeroed", "realloc", "dealloc"], ALLOCATES),
    (&["Backtrace"], &["capture", "force_capture"], ALLOCATES),
    (&["Mutex", "RwLock"], &["lock", "read", "write"], LOCKS),
    (&["OnceLock", "LazyLock", "OnceCell", "LazyCell", "Lazy"], &["get_or_init", "force"], LOCKS),
    (&["panic"], &["panic_any", "resume_unwind"], PANICS),
    (&["io"], &["stdin", "stdout", "stderr", "read_to_string", "copy"], PRINTS),
    (&["env"], &[], ENVIRONMENT),
    (&["fs", "OpenOptions"], &[], FILES),
    (&["File"], &["open", "create", "create_new", "options"], FILES),
    (&["thread"], &["current", "spawn", "scope", "park", "park_timeout", "Builder"], THREAD),
    (&["thread"], &["sleep", "sleep_ms"], "keeps what the signal interrupted, and the locks that it holds, waiting"),
    (&["process"], &["exit"], EXITS),
];

const C_HEAP: &str = "may find the heap locked by what the signal interrupted";
const C_STREAMS: &str = "may find the stream locked or half written by what the signal interrupted, and allocates";
const C_ENVIRONMENT: &str = "may find the environment half changed by what the signal interrupted";
const C_TIME: &str = "locks the time zone, which what the signal interrupted may hold";
const C_THREADS: &str = "may wait for what the interrupted thread holds, or find it half changed";
const C_LOADER: &str = "locks the loader, which what the signal interrupted may hold, and allocates";
const C_LOG: &str = "locks the connection to the log, which what the signal interrupted may hold, and allocates";
const C_UNLISTED: &str = "is not on the list of functions that a handler may call";

const C_FUNCTIONS: &[Names] = &[
    (&["malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "strdup", "strndup"], C_HEAP),
    (&["printf", "fprintf", "sprintf", "snprintf", "vprintf", "dprintf", "puts", "fputs", "putchar"], C_STREAMS),
    (&["fopen", "fclose", "fwrite", "fread", "fflush", "fgets", "perror"], C_STREAMS),
    (&["getenv", "secure_getenv", "setenv", "putenv", "unsetenv", "clearenv"], C_ENVIRONMENT),
    (&["localtime", "localtime_r", "gmtime", "mktime", "strftime", "tzset", "ctime"], C_TIME),
    (&["pthread_mutex_lock", "pthread_mutex_unlock", "pthread_rwlock_rdlock", "pthread_rwlock_wrlock"], C_THREADS),
    (&["pthread_cond_wait", "pthread_cond_signal", "pthread_cond_broadcast", "pthread_create"], C_THREADS),
    (&["pthread_join", "pthread_once", "pthread_getspecific", "pthread_setspecific", "sem_wait"], C_THREADS),
    (&["dlopen", "dlclose", "dlsym", "dladdr", "dl_iterate_phdr"], C_LOADER),
    (&["syslog", "vsyslog", "openlog", "closelog"], C_LOG),
    (&["exit", "quick_exit", "atexit"], EXITS),
];

/// Functions of C whose names functions of the program have too, so that they count only behind `libc::`.
const ORDINARY: &[&str] = &["exit", "free"];

fn reason(table: &[Names], name: &str) -> Option<&'static str> {
    table.iter().find(|(names, _)| names.contains(&name)).map(|(_, reason)| *reason)
}

/// Why a macro must not be called, by the segments of its path.
pub(super) fn of_macro(path: &[String]) -> Option<&'static str> {
    match path {
        [name] => reason(MACROS, name),
        [module, name] if module == "log" || module == "tracing" => {
            LOG_MACROS.contains(&&**name).then_some("hands over to a logger, which may lock and allocate")
        }
        [root, .., name] if matches!(&**root, "std" | "core" | "alloc") => reason(MACROS, name),
        _ => None,
    }
}

/// Why a method must not be called, with so many arguments.
pub(super) fn of_method(name: &str, arguments: usize) -> Option<&'static str> {
    // That of a lock; a pointer and a file are told what to write.
    if (name, arguments) == ("write", 0) { Some(LOCKS) } else { reason(METHODS, name) }
}

/// Why a function must not be called, by the segments of its path.
pub(super) fn of_function(path: &[String]) -> Option<&'static str> {
    match path {
        [name] => reason(C_FUNCTIONS, name).filter(|_| !ORDINARY.contains(&&**name)),
        [.., module, name] if module == "libc" => {
            (!posix::is_safe(name)).then(|| reason(C_FUNCTIONS, name).unwrap_or(C_UNLISTED))
        }
        [.., owner, name] => {
            let matches = |(owners, names, _): &&(&[&str], &[&str], _)| {
                owners.contains(&&**owner) && (names.is_empty() || names.contains(&&**name))
            };
            PATHS.iter().find(matches).map(|(.., reason)| *reason)
        }
        [] => None,
    }
}
