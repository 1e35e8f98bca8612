//! Files and directories. By `syscall`, as libc's own functions are points where a thread may be cancelled.

use core::fmt;
use core::mem::MaybeUninit;

use super::super::{CName, Errno};
use super::check;

/// Names a file without following a link at its end, and keeps it from children that are executed.
const SAFE: i32 = libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK;

fn call(result: libc::c_long) -> Result<i64, Errno> {
    check(result)
}

/// Writes once; how many bytes the kernel took.
#[inline]
pub(crate) fn write(file: i32, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads `bytes` and nothing else.
    let written = unsafe { libc::syscall(libc::SYS_write, file, bytes.as_ptr(), bytes.len()) };
    call(written).map(|written| written as usize)
}

/// Creates a file for appending, for its owner only, in an open directory. An existing one is an error.
pub(crate) fn create_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>, append: bool) -> Result<i32, Errno> {
    let how = if append { libc::O_WRONLY | libc::O_APPEND } else { libc::O_RDWR };
    let flags = how | libc::O_CREAT | libc::O_EXCL | SAFE;
    // SAFETY: the name ends in NUL.
    let file = call(unsafe { libc::syscall(libc::SYS_openat, directory, name.as_ptr(), flags, 0o600) })? as i32;
    // The umask may have taken away even the owner's rights.
    // SAFETY: changes the mode of our own file.
    let _ = unsafe { libc::syscall(libc::SYS_fchmod, file, 0o600) };
    Ok(move_high(file))
}

/// Opens a file of our own again.
pub(crate) fn open_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>) -> Result<i32, Errno> {
    // SAFETY: the name ends in NUL.
    let file = unsafe { libc::syscall(libc::SYS_openat, directory, name.as_ptr(), libc::O_RDWR | SAFE) };
    call(file).map(|file| file as i32)
}

/// Removes a file from an open directory.
pub(crate) fn remove_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>) {
    // SAFETY: the name ends in NUL.
    let _ = unsafe { libc::syscall(libc::SYS_unlinkat, directory, name.as_ptr(), 0) };
}

/// Creates a directory for its owner only. An existing one is an error.
pub(crate) fn create_directory<const SIZE: usize>(path: &CName<SIZE>) -> Result<(), Errno> {
    // SAFETY: the path ends in NUL.
    call(unsafe { libc::syscall(libc::SYS_mkdirat, libc::AT_FDCWD, path.as_ptr(), 0o700) })?;
    // The umask may have taken away even the owner's rights.
    // SAFETY: as above.
    let _ = unsafe { libc::syscall(libc::SYS_fchmodat, libc::AT_FDCWD, path.as_ptr(), 0o700) };
    Ok(())
}

/// Opens a directory, not through a link.
pub(crate) fn open_directory<const SIZE: usize>(path: &CName<SIZE>) -> Result<i32, Errno> {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | SAFE;
    // SAFETY: the path ends in NUL.
    let directory = unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags) };
    call(directory).map(|directory| move_high(directory as i32))
}

/// Whether there is a directory at this path, also through a link.
pub(crate) fn is_directory<const SIZE: usize>(path: &CName<SIZE>) -> bool {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends in NUL, and stat fills the structure when it succeeds.
    unsafe {
        libc::stat(path.as_ptr(), stat.as_mut_ptr()) == 0 && stat.assume_init().st_mode & libc::S_IFMT == libc::S_IFDIR
    }
}

/// Moves a descriptor out of the way: programs see the lowest free numbers, and so the same ones as without us.
fn move_high(file: i32) -> i32 {
    let floor = (limit(libc::RLIMIT_NOFILE).min(1024) / 2) as i32;
    // SAFETY: duplicates a descriptor of our own.
    match call(unsafe { libc::syscall(libc::SYS_fcntl, file, libc::F_DUPFD_CLOEXEC, floor) }) {
        Ok(high) => {
            close(file);
            high as i32
        }
        Err(_) => file,
    }
}

pub(crate) fn close(file: i32) {
    // SAFETY: callers pass descriptors that are theirs.
    let _ = unsafe { libc::syscall(libc::SYS_close, file) };
}

/// Waits until the file's contents are on the disk.
pub(crate) fn sync(file: i32) {
    // SAFETY: touches no memory.
    let _ = unsafe { libc::syscall(libc::SYS_fdatasync, file) };
}

/// What identifies an open file for as long as it exists.
pub(crate) fn inode(file: i32) -> Option<u64> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fstat fills the structure when it succeeds.
    unsafe { (libc::fstat(file, stat.as_mut_ptr()) == 0).then(|| stat.assume_init().st_ino) }
}

/// Makes sure that the first `size` bytes of a new file have room on the disk, so that storing to them through a mapping
/// cannot fail.
pub(crate) fn reserve(file: i32, from: u64, size: u64) -> Result<(), Errno> {
    if from + size > file_size_limit() {
        return Err(Errno::TOO_LARGE);
    }
    // SAFETY: touches no memory.
    match call(unsafe { libc::syscall(libc::SYS_fallocate, file, 0, from as i64, size as i64) }) {
        Err(Errno(libc::EOPNOTSUPP | libc::ENOSYS | libc::EINVAL)) => write_zeros(file, from, size),
        other => other.map(|_| ()),
    }
}

fn write_zeros(file: i32, from: u64, size: u64) -> Result<(), Errno> {
    static ZEROS: [u8; 4096] = [0; 4096];
    let mut at = from;
    while at < from + size {
        let len = ZEROS.len().min((from + size - at) as usize);
        // SAFETY: the kernel reads `len` bytes of ZEROS.
        let written = unsafe { libc::syscall(libc::SYS_pwrite64, file, ZEROS.as_ptr(), len, at as i64) };
        match call(written) {
            Ok(0) => return Err(Errno::NO_SPACE),
            Ok(written) => at += written as u64,
            Err(Errno::INTERRUPTED) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// The size beyond which a write raises SIGXFSZ.
pub(crate) fn file_size_limit() -> u64 {
    limit(libc::RLIMIT_FSIZE)
}

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = libc::c_int;

fn limit(resource: Resource) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: getrlimit fills the structure.
    match unsafe { libc::getrlimit(resource, &mut limit) } {
        0 if limit.rlim_cur != libc::RLIM_INFINITY => limit.rlim_cur,
        _ => u64::MAX,
    }
}

/// Text for a new file, through a small buffer. The first error sticks, and ends with [`Writer::finish`].
pub(crate) struct Writer {
    file: i32,
    buffer: [u8; 512],
    len: usize,
    /// How many more bytes the process may write to a file.
    left: u64,
    error: Option<Errno>,
}

impl Writer {
    pub(crate) fn new(file: i32) -> Self {
        Writer { file, buffer: [0; 512], len: 0, left: file_size_limit(), error: None }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match self.buffer.get_mut(self.len..self.len + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => {
                self.flush();
                self.write(bytes);
            }
        }
    }

    /// Writes what is left, closes the file, and says whether all of it went well.
    pub(crate) fn finish(mut self) -> Result<(), Errno> {
        self.flush();
        close(self.file);
        self.error.map_or(Ok(()), Err)
    }

    fn flush(&mut self) {
        let buffer = self.buffer;
        self.write(buffer.get(..self.len).unwrap_or_default());
        self.len = 0;
    }

    fn write(&mut self, mut bytes: &[u8]) {
        if bytes.len() as u64 > self.left {
            self.error = self.error.or(Some(Errno::TOO_LARGE));
        }
        while self.error.is_none() && !bytes.is_empty() {
            match write(self.file, bytes) {
                Ok(0) => self.error = Some(Errno::NO_SPACE),
                Ok(written) => {
                    self.left -= written as u64;
                    bytes = bytes.get(written..).unwrap_or_default();
                }
                Err(Errno::INTERRUPTED) => {}
                Err(errno) => self.error = Some(errno),
            }
        }
    }
}

impl fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}
