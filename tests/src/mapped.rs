//! Maps a run's `last` file into the test process, which then counts as the run's process.
#![allow(unsafe_code, reason = "std has no mmap")]

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::ptr;

/// One page of a file, mapped until it is dropped.
#[derive(Debug)]
pub struct Mapped(*mut libc::c_void);

const LEN: usize = 4096;

impl Mapped {
    /// Maps the first page of the file.
    ///
    /// # Panics
    /// When it cannot be mapped.
    pub fn new(path: &Path) -> Self {
        let file = File::open(path).expect("the file is there");
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory of ours, and nobody reads it.
        let page = unsafe { libc::mmap(ptr::null_mut(), LEN, libc::PROT_READ, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        assert_ne!(page, libc::MAP_FAILED);
        Mapped(page)
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: `self.0` is the mapping of this length that `new` made, and no reference into it was given out.
        let outcome = unsafe { libc::munmap(self.0, LEN) };
        assert_eq!(outcome, 0);
    }
}
