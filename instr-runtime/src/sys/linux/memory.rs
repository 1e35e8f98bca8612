//! Mappings.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null, null_mut};

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

/// Zeroed memory of our own, which stays out of cores: they are the program's.
pub(crate) fn map_private(size: usize) -> Result<NonNull<u8>, Errno> {
    let start = map_anonymous(size)?;
    // SAFETY: changes no memory; without it cores are larger.
    unsafe { libc::madvise(start.as_ptr().cast(), size, libc::MADV_DONTDUMP) };
    Ok(start)
}

fn map_anonymous(size: usize) -> Result<NonNull<u8>, Errno> {
    map(size, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
}

/// Zeroed memory of our own that takes none until it is used, page by page, however much the system may promise; out of cores.
pub(crate) fn map_lazily(size: usize) -> Result<NonNull<u8>, Errno> {
    let start = map(size, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1, 0)?;
    // SAFETY: changes no memory. A huge page would take 2 MiB for the first byte.
    unsafe {
        libc::madvise(start.as_ptr().cast(), size, libc::MADV_NOHUGEPAGE);
        libc::madvise(start.as_ptr().cast(), size, libc::MADV_DONTDUMP);
    }
    Ok(start)
}

/// Puts a file from an offset on, or zeroed memory, in the place of what is mapped from `start` on.
///
/// # Safety
/// There must be whole pages of our own that hold nothing of use, or what the file holds too.
pub(crate) unsafe fn map_over(start: NonNull<u8>, size: usize, file: Option<(i32, usize)>) -> Result<(), Errno> {
    let kind = match file {
        Some(_) => libc::MAP_SHARED,
        None => libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
    };
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let (file, offset) = file.unwrap_or((-1, 0));
    // SAFETY: promised by the caller.
    let mapped =
        unsafe { libc::mmap(start.as_ptr().cast(), size, access, kind | libc::MAP_FIXED, file, offset as i64) };
    if mapped == libc::MAP_FAILED { Err(Errno(super::errno())) } else { Ok(()) }
}

/// Gives these pages to no child, however it is made.
pub(crate) fn keep_from_children(start: NonNull<u8>, size: usize) {
    // SAFETY: changes nothing in this process.
    unsafe { libc::madvise(start.as_ptr().cast(), size, libc::MADV_DONTFORK) };
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

/// Puts zeroed memory in place of a mapping from the page of `address` on, and returns where that begins.
///
/// # Safety
/// Up to `end` there must be a mapping of ours.
pub(super) unsafe fn put_memory_in_place(address: usize, end: usize) -> usize {
    // SAFETY: touches no memory.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let start = address & !(page - 1);
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: promised by the caller; if it fails, the fault comes again, and there is nothing better to do.
    unsafe { libc::mmap(start as *mut c_void, end - start, protection, flags | libc::MAP_FIXED, -1, 0) };
    start
}

/// Room for our handler and the one before it, whatever registers the machine has to put there.
const SIGNAL_STACK: usize = 64 << 10;
/// Whole pages on every machine, which nobody may touch.
const SIGNAL_STACK_GUARD: usize = 64 << 10;

/// Whether the calling thread has a stack for signal handlers.
pub(crate) fn has_signal_stack() -> bool {
    signal_stack().is_some_and(|stack| stack.ss_flags & libc::SS_DISABLE == 0)
}

fn signal_stack() -> Option<libc::stack_t> {
    let mut stack = MaybeUninit::uninit();
    // SAFETY: sigaltstack fills the structure when it succeeds.
    unsafe { (libc::sigaltstack(null(), stack.as_mut_ptr()) == 0).then(|| stack.assume_init()) }
}

/// Maps a stack for signal handlers, below which there is nothing. It is in cores, as the program's handlers run there too.
pub(crate) fn new_signal_stack() -> Result<NonNull<u8>, Errno> {
    let start = map_anonymous(SIGNAL_STACK_GUARD + SIGNAL_STACK)?;
    // SAFETY: a part of our own mapping, and then what is behind it.
    unsafe {
        libc::mprotect(start.as_ptr().cast(), SIGNAL_STACK_GUARD, libc::PROT_NONE);
        Ok(start.add(SIGNAL_STACK_GUARD))
    }
}

/// Has the calling thread's handlers run on this stack.
///
/// # Safety
/// It must come from [`new_signal_stack`], and no other thread may use it.
pub(crate) unsafe fn take_signal_stack(start: NonNull<u8>) {
    let stack = libc::stack_t { ss_sp: start.as_ptr().cast(), ss_flags: 0, ss_size: SIGNAL_STACK };
    // SAFETY: promised by the caller.
    unsafe { libc::sigaltstack(&stack, null_mut()) };
}

/// Has them run there no more, unless they do not anyway.
pub(crate) fn leave_signal_stack(start: NonNull<u8>) {
    if signal_stack().is_some_and(|stack| stack.ss_sp == start.as_ptr().cast()) {
        let none = libc::stack_t { ss_sp: null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
        // SAFETY: reads the structure; fails where a handler runs on it.
        unsafe { libc::sigaltstack(&none, null_mut()) };
    }
}
