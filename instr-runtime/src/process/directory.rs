//! Makes the run directory: `<program>-<pid>-<start time>-<random>`, for its owner only, never one that is there.

use core::fmt::Write as _;
use core::ptr::NonNull;

use instr_format::escape::Printable;
use instr_format::time::format_timestamp;
use instr_format::{files, names};

use crate::facts;
use crate::settings::Settings;
use crate::sys::{self, CName, Errno};

/// Longer paths are refused. They lie on the stack, which may be that of a signal handler.
const PATH_SIZE: usize = 1024;
const ATTEMPTS: u32 = 8;

pub(super) type Path = CName<PATH_SIZE>;

/// Makes the directory, opens it, and leaves its path in `path`. Where that fails, it is said on stderr if the user has
/// named the directory, or asked for such messages; `forked` children leave the first reason to their parent.
/// Async-signal-safe.
pub(super) fn create(settings: &Settings, path: &mut Path, pid: u32, unix_ns: u64, forked: bool) -> Option<i32> {
    expand(settings.output_dir, pid, path);
    let created = try_create(path, pid, unix_ns, forked);
    if let Err(errno) = created {
        let named = settings.given.iter().any(|given| given.name == names::OUTPUT_DIR);
        if settings.echo || (named && !forked) {
            complain(path, errno);
        }
    }
    created.ok()
}

#[cold]
#[inline(never)]
fn complain(path: &Path, errno: Errno) {
    let (variable, shown) = (names::OUTPUT_DIR, Printable(path.as_bytes()));
    sys::complain(format_args!(
        "nothing is recorded, as no directory can be created in {shown}: {errno}; set {variable} to one that you can write to"
    ));
}

/// Replaces `%p` by the pid and `%e` by the program's name.
fn expand(template: &[u8], pid: u32, path: &mut Path) {
    path.truncate(0);
    let mut rest = template;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after.split_first()) {
            (b'%', Some((b'p', after))) => {
                let _ = write!(path, "{pid}");
                rest = after;
            }
            (b'%', Some((b'e', after))) => {
                put_program(path);
                rest = after;
            }
            _ => path.push(&[*first]),
        }
    }
}

fn put_program(path: &mut Path) {
    let exe = facts::get().map_or(&b""[..], |facts| facts.exe);
    let name = exe.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    for byte in name.iter().take(64) {
        path.push(if byte.is_ascii_alphanumeric() || b"._-".contains(byte) {
            core::slice::from_ref(byte)
        } else {
            b"_"
        });
    }
}

fn try_create(path: &mut Path, pid: u32, unix_ns: u64, forked: bool) -> Result<i32, Errno> {
    if path.as_bytes().is_empty() {
        return Err(Errno::NO_DIRECTORY);
    }
    // A child may be in another root by now, where nobody has asked for directories.
    if !forked && make_parents(path)? {
        mark(path);
    }
    let stem = path.as_bytes().len();
    let mut result = Err(Errno::EXISTS);
    for _ in 0..ATTEMPTS {
        path.truncate(stem);
        path.push(b"/");
        put_program(path);
        // 2026-11-22T14:00:00.… as 20261122T140000.
        let time = format_timestamp(unix_ns);
        let _ = write!(path, "-{pid}-");
        time.iter().take(19).filter(|byte| !b"-:".contains(byte)).for_each(|byte| path.push(&[*byte]));
        let _ = write!(path, "Z-{:08x}", sys::random());
        result = if path.is_full() { Err(Errno::NAME_TOO_LONG) } else { sys::create_directory(path) };
        if result != Err(Errno::EXISTS) {
            break;
        }
    }
    result?;
    sys::open_directory(path)
}

/// Makes the directories that are missing on the way, the output directory included. Whether there were some, which means
/// that the output directory is new.
fn make_parents(path: &mut Path) -> Result<bool, Errno> {
    let mut is_new = false;
    for end in 1..=path.as_bytes().len() {
        if path.as_bytes().get(end).is_some_and(|byte| *byte != b'/') {
            continue;
        }
        is_new |= path.with_prefix(end, |parent| match sys::create_directory(parent) {
            // It may be there all the same, below one that we may not write to.
            Err(errno) if errno != Errno::EXISTS && !sys::is_directory(parent) => Err(errno),
            made => Ok(made.is_ok()),
        })?;
    }
    Ok(is_new)
}

/// Has programs that walk the directory around pass over the new output directory, such as one that would otherwise read its
/// own log for ever. Never in a directory that was there before, which may be a project's. Runs are recorded without it,
/// too. Async-signal-safe.
fn mark(path: &Path) {
    let Ok(directory) = sys::open_directory(path) else { return };
    for (name, text) in files::MARKS {
        if let Ok(file) = sys::create_in(directory, &CName::<64>::new(format_args!("{name}")), false) {
            let _ = sys::write_begin(file, NonNull::from(text.as_bytes()));
            sys::close(file);
        }
    }
    sys::close(directory);
}
