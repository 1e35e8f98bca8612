//! The `coverage` file: mapped as a whole when the run begins.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU8};

use instr_format::coverage::{MARKS_AT, REACHED, encode_header};
use instr_format::files;

use crate::site;
use crate::sys::{self, CName, Errno};

/// The file as it is mapped. All zeros: there is none.
pub(super) struct CoverageFile {
    start: AtomicPtr<u8>,
}

impl CoverageFile {
    /// Creates the file in an open directory.
    pub(super) fn create(&self, directory: i32) -> Result<(), Errno> {
        let file = sys::create_in(directory, &CName::<64>::new(format_args!("{}", files::COVERAGE)), false)?;
        let header = encode_header(site::count() as u64);
        let mapped = sys::reserve(file, 0, size() as u64)
            .and_then(|()| sys::write_begin(file, NonNull::from(&header[..])))
            .and_then(|()| sys::map_shared(file, 0, size()));
        sys::close(file);
        self.start.store(mapped?.as_ptr(), Release);
        Ok(())
    }

    /// Marks the statement with this id as reached, if there is a file. Async-signal-safe.
    pub(super) fn mark(&self, id: u32) {
        let start = self.start.load(Acquire);
        if !start.is_null() && (id as usize) < site::count() {
            // SAFETY: within the mapping, which is never undone and has a byte for every site.
            unsafe { &*start.add(MARKS_AT + id as usize).cast::<AtomicU8>() }.store(REACHED, Relaxed);
        }
    }

    /// The mapping, if the address lies in it: its start and its length.
    pub(super) fn mapping_at(&self, address: usize) -> Option<(usize, usize)> {
        let start = self.start.load(Acquire).addr();
        (start != 0 && (start..start + size()).contains(&address)).then_some((start, size()))
    }
}

/// Of the file, in bytes.
fn size() -> usize {
    MARKS_AT + site::count()
}
