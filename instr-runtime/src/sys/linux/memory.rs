//! Mappings.

use core::ptr::{NonNull, null_mut};

use super::super::Errno;

fn map(size: usize, flags: i32, file: i32, offset: u64) -> Result<NonNull<u8>, Errno> {
    // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
    let address =
        unsafe { libc::mmap(null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, flags, file, offset as i64) };
    if address == libc::MAP_FAILED {
        return Err(Errno(super::errno()));
    }
    NonNull::new(address.cast()).ok_or(Errno::NONE)
}

/// Zeroed memory of our own.
pub(crate) fn map_private(size: usize) -> Result<NonNull<u8>, Errno> {
    map(size, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
}

/// A part of a file; stores to it survive the process.
pub(crate) fn map_shared(file: i32, offset: u64, size: usize) -> Result<NonNull<u8>, Errno> {
    map(size, libc::MAP_SHARED, file, offset)
}

/// Waits until a mapping's contents are on the disk, as far as it is still there.
pub(crate) fn sync_mapping(start: usize, len: usize) {
    // SAFETY: changes no memory, and refuses what is not mapped.
    let _ = unsafe { libc::syscall(libc::SYS_msync, start, len, libc::MS_SYNC) };
}

/// Undoes a mapping.
///
/// # Safety
/// It must be a whole mapping that nothing refers to.
pub(crate) unsafe fn unmap(start: *mut u8, size: usize) {
    // SAFETY: promised by the caller.
    unsafe { libc::munmap(start.cast(), size) };
}

/// Lets the kernel zero these pages in every forked child.
///
/// # Safety
/// The range must be whole pages of one private mapping.
pub(crate) unsafe fn wipe_on_fork(start: NonNull<u8>, size: usize) -> Result<(), Errno> {
    // SAFETY: promised by the caller; the contents change only in children.
    match unsafe { libc::madvise(start.as_ptr().cast(), size, libc::MADV_WIPEONFORK) } {
        0 => Ok(()),
        _ => Err(Errno(super::errno())),
    }
}
