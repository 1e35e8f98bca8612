//! Files and directories. By `syscall`, as libc's own functions are points where a thread may be cancelled.

use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::super::{CName, Errno};
use super::check;

/// Names a file without following a link at its end, and keeps it from children that are executed.
const SAFE: i32 = libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK;

/// Writes once; how many bytes the kernel took.
#[inline]
pub(crate) fn write(file: i32, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads `bytes` and nothing else.
    let written = unsafe { libc::syscall(libc::SYS_write, file, bytes.as_ptr(), bytes.len()) };
    check(written).map(|written| written as usize)
}

/// Writes at this place of a file, until the kernel takes no more or all is written; how many bytes that were. Never
/// beyond the limit for the size of files.
pub(crate) fn write_at(file: i32, bytes: NonNull<[u8]>, at: u64) -> Result<usize, Errno> {
    if at + bytes.len() as u64 > file_size_limit() {
        return Err(Errno::TOO_LARGE);
    }
    let mut written = 0;
    while written < bytes.len() {
        let (rest, at) = (bytes.len() - written, at + written as u64);
        // SAFETY: stays within `bytes`, which the kernel only reads, and which may change meanwhile.
        let result = unsafe {
            libc::syscall(libc::SYS_pwrite64, file, bytes.cast::<u8>().as_ptr().add(written), rest, at as i64)
        };
        match check(result) {
            Ok(0) => break,
            Ok(count) => written += count as usize,
            Err(Errno::INTERRUPTED) => {}
            Err(errno) if written == 0 => return Err(errno),
            Err(_) => break,
        }
    }
    Ok(written)
}

/// Writes the beginning of a file, whole.
pub(crate) fn write_begin(file: i32, bytes: NonNull<[u8]>) -> Result<(), Errno> {
    if write_at(file, bytes, 0)? == bytes.len() { Ok(()) } else { Err(Errno::NO_SPACE) }
}

/// Reads a file from its beginning into memory of its own, for good; `None` if it is longer than this, or cannot be read.
pub(crate) fn read_whole(file: i32, longest: usize) -> Option<&'static [u8]> {
    let memory = super::map_private(longest).ok()?;
    let mut len = 0;
    while len < longest {
        // SAFETY: stays within the new mapping.
        let read = unsafe { libc::syscall(libc::SYS_pread64, file, memory.as_ptr().add(len), longest - len, len) };
        match check(read) {
            // SAFETY: so much has been read, and nobody else knows of the mapping.
            Ok(0) => return Some(unsafe { core::slice::from_raw_parts(memory.as_ptr(), len) }),
            Ok(count) => len += count as usize,
            Err(Errno::INTERRUPTED) => {}
            Err(_) => break,
        }
    }
    // SAFETY: likewise.
    unsafe { super::unmap(memory.as_ptr(), longest) };
    None
}

/// A piece of what is written at once.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Piece(libc::iovec);

impl Piece {
    /// Nothing.
    pub(crate) const EMPTY: Piece = Piece(libc::iovec { iov_base: null_mut(), iov_len: 0 });

    /// `len` bytes of the process's memory, which the kernel only reads, and which may change meanwhile.
    pub(crate) fn new(start: *const u8, len: usize) -> Self {
        Piece(libc::iovec { iov_base: start.cast_mut().cast(), iov_len: len })
    }
}

/// Writes these pieces one behind the other, as many as the disk takes. Returns how many bytes it has taken.
pub(crate) fn write_pieces_at(file: i32, pieces: &[Piece], at: u64) -> Result<usize, Errno> {
    if at + pieces.iter().map(|piece| piece.0.iov_len as u64).sum::<u64>() > file_size_limit() {
        return Err(Errno::TOO_LARGE);
    }
    // SAFETY: what the kernel cannot read, it refuses.
    let written =
        unsafe { libc::syscall(libc::SYS_pwritev, file, pieces.as_ptr(), pieces.len(), at as usize, 0_usize) };
    check(written).map(|written| written as usize)
}

/// Passes on, a piece at a time, what the kernel says of the process's mappings.
pub(crate) fn read_maps(mut each: impl FnMut(&[u8])) {
    // SAFETY: the path ends in NUL, and the kernel fills the buffer.
    unsafe {
        let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"/proc/self/maps".as_ptr(), libc::O_RDONLY | SAFE);
        let Ok(file) = check(file) else { return };
        let mut buffer = [0_u8; 256];
        while let Ok(len @ 1..) = check(libc::syscall(libc::SYS_read, file, buffer.as_mut_ptr(), buffer.len())) {
            each(buffer.get(..len as usize).unwrap_or_default());
        }
        close(file as i32);
    }
}

/// Creates a file for its owner only in an open directory: a log for appending, which stays open, or another one. An
/// existing file is an error.
pub(crate) fn create_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>, log: bool) -> Result<i32, Errno> {
    let how = if log { libc::O_WRONLY | libc::O_APPEND } else { libc::O_RDWR };
    let flags = how | libc::O_CREAT | libc::O_EXCL | SAFE;
    // SAFETY: the name ends in NUL.
    let file = check(unsafe { libc::syscall(libc::SYS_openat, directory, name.as_ptr(), flags, 0o600) })? as i32;
    // The umask may have taken away even the owner's rights.
    // SAFETY: changes the mode of our own file.
    let _ = unsafe { libc::syscall(libc::SYS_fchmod, file, 0o600) };
    if log { move_high(file) } else { Ok(file) }
}

/// Opens such a file again.
pub(crate) fn open_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>, log: bool) -> Result<i32, Errno> {
    let flags = if log { libc::O_WRONLY | libc::O_APPEND | SAFE } else { libc::O_RDWR | SAFE };
    // SAFETY: the name ends in NUL.
    let file = unsafe { libc::syscall(libc::SYS_openat, directory, name.as_ptr(), flags) };
    let file = check(file)? as i32;
    if log { move_high(file) } else { Ok(file) }
}

/// Opens a file of an open directory to be read for a while.
#[cfg(feature = "enabled")]
pub(crate) fn open_to_read<const SIZE: usize>(directory: i32, name: &CName<SIZE>) -> Result<i32, Errno> {
    // SAFETY: the name ends in NUL.
    let file = unsafe { libc::syscall(libc::SYS_openat, directory, name.as_ptr(), libc::O_RDONLY | SAFE) };
    move_high(check(file)? as i32)
}

/// Reads what comes next in a file, as much as the kernel gives; how many bytes that are.
#[cfg(feature = "enabled")]
pub(crate) fn read(file: i32, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel fills the buffer.
    check(unsafe { libc::syscall(libc::SYS_read, file, buffer.as_mut_ptr(), buffer.len()) }).map(|read| read as usize)
}

/// Whether there is such a file in an open directory.
pub(crate) fn is_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>) -> bool {
    // SAFETY: the name ends in NUL.
    check(unsafe { libc::syscall(libc::SYS_faccessat, directory, name.as_ptr(), libc::F_OK) }).is_ok()
}

/// Removes a file from an open directory.
pub(crate) fn remove_in<const SIZE: usize>(directory: i32, name: &CName<SIZE>) {
    // SAFETY: the name ends in NUL.
    let _ = unsafe { libc::syscall(libc::SYS_unlinkat, directory, name.as_ptr(), 0) };
}

/// Renames a file in an open directory.
pub(crate) fn rename_in<const SIZE: usize>(directory: i32, from: &CName<SIZE>, to: &CName<SIZE>) -> Result<(), Errno> {
    // SAFETY: both names end in NUL.
    check(unsafe { libc::syscall(libc::SYS_renameat2, directory, from.as_ptr(), directory, to.as_ptr(), 0) })
        .map(|_| ())
}

/// Creates a directory for its owner only. An existing one is an error.
pub(crate) fn create_directory<const SIZE: usize>(path: &CName<SIZE>) -> Result<(), Errno> {
    // SAFETY: the path ends in NUL.
    check(unsafe { libc::syscall(libc::SYS_mkdirat, libc::AT_FDCWD, path.as_ptr(), 0o700) })?;
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
    move_high(check(directory)? as i32)
}

/// Whether there is a directory at this path, also through a link.
pub(crate) fn is_directory<const SIZE: usize>(path: &CName<SIZE>) -> bool {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends in NUL, and stat fills the structure when it succeeds.
    unsafe {
        libc::stat(path.as_ptr(), stat.as_mut_ptr()) == 0 && stat.assume_init().st_mode & libc::S_IFMT == libc::S_IFDIR
    }
}

/// Moves a descriptor out of the way: programs see the lowest free numbers, and so the same ones as without us. When all
/// others are taken it is closed: the lower half is the program's.
fn move_high(file: i32) -> Result<i32, Errno> {
    let floor = (limit(libc::RLIMIT_NOFILE).min(1024) / 2) as i32;
    // SAFETY: duplicates a descriptor of our own.
    let high = check(unsafe { libc::syscall(libc::SYS_fcntl, file, libc::F_DUPFD_CLOEXEC, floor) });
    close(file);
    high.map(|high| high as i32)
}

/// Puts an open file in the place of another one, in one step: who is about to write to that descriptor writes to this file.
pub(crate) fn replace(over: i32, file: i32) -> Result<(), Errno> {
    // SAFETY: both descriptors are our own.
    let replaced = check(unsafe { libc::syscall(libc::SYS_dup3, file, over, libc::O_CLOEXEC) });
    close(file);
    replaced.map(|_| ())
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

/// Which file a descriptor was of. A program may close what it did not open, and open something else under that number.
pub(crate) struct FileId {
    device: AtomicU64,
    inode: AtomicU64,
}

impl FileId {
    pub(crate) fn of(file: i32) -> Self {
        let (device, inode) = identity(file).unwrap_or_default();
        FileId { device: AtomicU64::new(device), inode: AtomicU64::new(inode) }
    }

    pub(crate) fn set(&self, file: i32) {
        let (device, inode) = identity(file).unwrap_or_default();
        self.device.store(device, Relaxed);
        self.inode.store(inode, Relaxed);
    }

    /// Whether the descriptor is of the file that was set.
    pub(crate) fn is(&self, file: i32) -> bool {
        identity(file) == Some((self.device.load(Relaxed), self.inode.load(Relaxed)))
    }
}

fn identity(file: i32) -> Option<(u64, u64)> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fstat fills the structure when it succeeds.
    let stat = unsafe { (libc::fstat(file, stat.as_mut_ptr()) == 0).then(|| stat.assume_init()) }?;
    Some((stat.st_dev, stat.st_ino))
}

/// Makes sure that `size` bytes of a file have room on the disk, so that storing to them through a mapping cannot fail.
pub(crate) fn reserve(file: i32, from: u64, size: u64) -> Result<(), Errno> {
    if from + size > file_size_limit() {
        return Err(Errno::TOO_LARGE);
    }
    // SAFETY: touches no memory.
    match check(unsafe { libc::syscall(libc::SYS_fallocate, file, 0, from as i64, size as i64) }) {
        Err(Errno(libc::EOPNOTSUPP | libc::ENOSYS | libc::EINVAL)) => write_zeros(file, from, size),
        other => other.map(|_| ()),
    }
}

/// How much [`fill`] writes.
const FILLED: usize = 64 << 10;
static ZEROS: [u8; 4096] = [0; 4096];

/// Writes a part of a new file that has room on the disk, 64 KiB of it. On a journaling file system, a first store to a page
/// that is only reserved takes 200 us and more; where this fails, it takes that.
pub(crate) fn fill(file: i32, from: usize) {
    let pieces = [Piece::new(ZEROS.as_ptr(), ZEROS.len()); FILLED / ZEROS.len()];
    let _ = write_pieces_at(file, &pieces, from as u64);
}

fn write_zeros(file: i32, from: u64, size: u64) -> Result<(), Errno> {
    let end = from + size;
    for at in (from..end).step_by(ZEROS.len()) {
        let zeros = ZEROS.get(..(end - at) as usize).unwrap_or(&ZEROS);
        if write_at(file, NonNull::from(zeros), at)? < zeros.len() {
            return Err(Errno::NO_SPACE);
        }
    }
    Ok(())
}

/// Gives a new file this size, without room on the disk for what is new. Below the limit for the size of files.
pub(crate) fn set_size(file: i32, size: usize) -> Result<(), Errno> {
    // SAFETY: touches no memory.
    check(unsafe { libc::syscall(libc::SYS_ftruncate, file, size) }).map(|_| ())
}

/// Cuts a file that is larger than this.
pub(crate) fn shrink(file: i32, size: u64) {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fstat fills the structure when it succeeds; cutting our own file touches no memory, as nothing maps it yet.
    unsafe {
        if libc::fstat(file, stat.as_mut_ptr()) == 0 && stat.assume_init().st_size as u64 > size {
            libc::ftruncate(file, size as i64);
        }
    }
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
