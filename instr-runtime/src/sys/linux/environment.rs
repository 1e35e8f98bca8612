//! What the program was started with, and where.

use core::ffi::{CStr, c_char};
use core::mem::MaybeUninit;

use super::super::{CName, Errno};
use super::{check, close};

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// Calls `work` with the name of every environment variable. For normal context, before there is a second thread.
pub(crate) fn for_each_variable(mut work: impl FnMut(&[u8])) {
    each_entry(|name, _| work(name));
}

/// What `work` makes of the value of an environment variable. For normal context, before there is a second thread.
pub(crate) fn variable<T>(name: &str, work: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let (mut work, mut result) = (Some(work), None);
    each_entry(|found, value| {
        if found == name.as_bytes()
            && let Some(work) = work.take()
        {
            result = Some(work(value));
        }
    });
    result
}

fn each_entry(mut work: impl FnMut(&[u8], &[u8])) {
    // SAFETY: libc keeps a list of strings here that ends in null; nobody changes it meanwhile.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            let text = CStr::from_ptr(*entry).to_bytes();
            if let Some(at) = text.iter().position(|byte| *byte == b'=') {
                work(&text[..at], &text[at + 1..]);
            }
            entry = entry.add(1);
        }
    }
}

/// The longest path that the kernel gives.
const PATH_MAX: usize = libc::PATH_MAX as usize;

/// What `work` makes of the working directory; of nothing if it has no path.
pub(crate) fn current_directory<T>(work: impl FnOnce(&[u8]) -> T) -> T {
    let mut path = [0_u8; PATH_MAX];
    // SAFETY: the kernel writes at most PATH_MAX bytes, the NUL included.
    let len = unsafe { libc::syscall(libc::SYS_getcwd, path.as_mut_ptr(), path.len()) };
    work(path.get(..(len - 1).max(0) as usize).unwrap_or_default())
}

/// What `work` makes of the path of the running program: where there is no `/proc`, of the one by which it was started.
pub(crate) fn executable<T>(work: impl FnOnce(&[u8]) -> T) -> T {
    let mut path = [0_u8; PATH_MAX];
    let link = c"/proc/self/exe".as_ptr();
    // SAFETY: the kernel writes at most PATH_MAX bytes.
    let len = unsafe { libc::readlink(link, path.as_mut_ptr().cast(), path.len()) };
    work(if len > 0 { path.get(..len as usize).unwrap_or_default() } else { started_by() })
}

fn started_by() -> &'static [u8] {
    // SAFETY: the kernel has put a path that ends in NUL there, where nobody writes, or there is none.
    unsafe {
        let path = core::ptr::with_exposed_provenance::<c_char>(libc::getauxval(libc::AT_EXECFN) as usize);
        if path.is_null() { &[] } else { CStr::from_ptr(path).to_bytes() }
    }
}

/// What `work` makes of the beginning of the command line, in which arguments end in NUL.
pub(crate) fn command_line<T>(work: impl FnOnce(&[u8]) -> T) -> T {
    let mut line = [0_u8; PATH_MAX];
    let path = c"/proc/self/cmdline".as_ptr();
    // SAFETY: the path ends in NUL, and the kernel writes at most PATH_MAX bytes.
    let len = unsafe {
        let file = libc::open(path, libc::O_RDONLY | libc::O_CLOEXEC);
        let len = libc::read(file, line.as_mut_ptr().cast(), line.len());
        libc::close(file);
        len
    };
    work(line.get(..len.max(0) as usize).unwrap_or_default())
}

/// Whether there is something at this path, as far as the program may know.
pub(crate) fn is_there<const SIZE: usize>(path: &CName<SIZE>) -> bool {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends in NUL, and stat writes to the structure alone.
    unsafe { libc::stat(path.as_ptr(), stat.as_mut_ptr()) == 0 }
}

/// Reads a file into what `room` gives for its size. Only a regular file: others may make the program wait.
pub(crate) fn read_file<'a, const SIZE: usize>(
    path: &CName<SIZE>,
    room: impl FnOnce(u64) -> &'a mut [u8],
) -> Result<&'a mut [u8], Errno> {
    let flags = libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY;
    // SAFETY: the path ends in NUL.
    let file = check(unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags) })? as i32;
    let text = read_open(file, room);
    close(file);
    text
}

fn read_open<'a>(file: i32, room: impl FnOnce(u64) -> &'a mut [u8]) -> Result<&'a mut [u8], Errno> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fstat fills the structure when it succeeds.
    let stat = unsafe {
        check(libc::fstat(file, stat.as_mut_ptr()).into())?;
        stat.assume_init()
    };
    if stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return Err(Errno::NOT_A_FILE);
    }
    let room = room(stat.st_size as u64);
    let mut len = 0;
    while let Some(rest @ [_, ..]) = room.get_mut(len..) {
        // SAFETY: the kernel writes into `rest` and nowhere else.
        match check(unsafe { libc::syscall(libc::SYS_read, file, rest.as_mut_ptr(), rest.len()) }) {
            Ok(0) => break,
            Ok(count) => len += count as usize,
            Err(Errno::INTERRUPTED) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(room.get_mut(..len).unwrap_or_default())
}
