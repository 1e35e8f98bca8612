//! What the runtime asks of the operating system: the only place for system calls. `unsafe` is here, and where a file says
//! so at its beginning.

use core::fmt::{self, Write};

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod linux;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) use linux::*;

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
mod unsupported;
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(crate) use unsupported::*;

#[cfg(all(target_arch = "x86_64", not(instr_portable)))]
#[allow(unsafe_code)]
pub(crate) mod vectors;

/// Asks the processor for its vector registers, where somebody saves them. For normal context.
pub(crate) fn find_vectors() {
    #[cfg(all(target_arch = "x86_64", not(instr_portable)))]
    vectors::find();
}

/// Why a system call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

impl Errno {
    /// Nothing that a system call said.
    pub(crate) const NONE: Errno = Errno(0);
    pub(crate) const EXISTS: Errno = Errno(libc::EEXIST);
    pub(crate) const BAD_DESCRIPTOR: Errno = Errno(libc::EBADF);
    pub(crate) const INTERRUPTED: Errno = Errno(libc::EINTR);
    pub(crate) const NO_SPACE: Errno = Errno(libc::ENOSPC);
    pub(crate) const TOO_LARGE: Errno = Errno(libc::EFBIG);
    pub(crate) const NO_DIRECTORY: Errno = Errno(libc::ENOENT);
    pub(crate) const NOT_A_FILE: Errno = Errno(libc::EISDIR);
    pub(crate) const NAME_TOO_LONG: Errno = Errno(libc::ENAMETOOLONG);
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            libc::EACCES => "permission denied",
            libc::EROFS => "read-only file system",
            libc::ENOSPC => "no space left on device",
            libc::EDQUOT => "disk quota exceeded",
            libc::ENOTDIR => "not a directory",
            libc::ENOENT => "no such directory",
            libc::EISDIR => "not a regular file",
            libc::ENAMETOOLONG => "name too long",
            libc::EMFILE | libc::ENFILE => "too many open files",
            libc::EFBIG => "above the limit for the size of files",
            libc::ELOOP => "too many symbolic links",
            other => return write!(f, "system error {other}"),
        };
        f.write_str(text)
    }
}

/// A NUL-terminated name on the stack. What does not fit is cut.
pub(crate) struct CName<const SIZE: usize> {
    bytes: [u8; SIZE],
    len: usize,
}

impl<const SIZE: usize> CName<SIZE> {
    pub(crate) const fn empty() -> Self {
        CName { bytes: [0; SIZE], len: 0 }
    }

    pub(crate) fn new(text: fmt::Arguments<'_>) -> Self {
        let mut name = CName::empty();
        // Cutting is all that can go wrong.
        let _ = name.write_fmt(text);
        name
    }

    /// The name without its NUL.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = SIZE - 1 - self.len;
        let bytes = bytes.get(..room).unwrap_or(bytes);
        if let Some(free) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            free.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    /// Whether anything had to be cut, or might have been.
    pub(crate) fn is_full(&self) -> bool {
        self.len == SIZE - 1
    }

    /// Cuts the name to its first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        if let Some(rest) = self.bytes.get_mut(len..self.len) {
            rest.fill(0);
            self.len = len;
        }
    }

    /// Works on the first `len` bytes as a name of its own.
    pub(crate) fn with_prefix<T>(&mut self, len: usize, work: impl FnOnce(&Self) -> T) -> T {
        let whole = self.len;
        let cut = core::mem::take(&mut self.bytes[len]);
        self.len = len;
        let result = work(self);
        self.bytes[len] = cut;
        self.len = whole;
        result
    }

    fn as_ptr(&self) -> *const core::ffi::c_char {
        self.bytes.as_ptr().cast()
    }
}

impl<const SIZE: usize> Write for CName<SIZE> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

/// Says something on stderr, in one `write(2)`. Async-signal-safe.
#[cold]
#[inline(never)]
pub(crate) fn complain(message: fmt::Arguments<'_>) {
    let text = CName::<1536>::new(format_args!("instr: {message}\n"));
    write_to_stderr(text.as_bytes());
}
