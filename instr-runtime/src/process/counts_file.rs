//! The `counts` file: mapped table by table while threads come.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::{Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicU64};

use instr_format::counts::{HEADER_SIZE, TableHead, encode_header};
use instr_format::files;

use crate::site;
use crate::sys::{self, CName, Errno};

/// The file as it is. All zeros: there is none.
pub(super) struct CountsFile {
    /// How many tables threads have taken.
    tables: AtomicU32,
    /// Size of a table; 0: there is no file.
    table_size: AtomicU64,
    /// Why there is none.
    errno: AtomicI32,
}

fn name() -> CName<64> {
    CName::new(format_args!("{}", files::COUNTS))
}

impl CountsFile {
    /// Creates the file in an open directory.
    pub(super) fn create(&self, directory: i32) -> Result<(), Errno> {
        self.create_now(directory).inspect_err(|errno| self.errno.store(errno.0, Relaxed))
    }

    fn create_now(&self, directory: i32) -> Result<(), Errno> {
        let file = sys::create_in(directory, &name(), false)?;
        let counters = site::count() as u64 * size_of::<u64>() as u64;
        // A table is mapped by itself, so that it is whole pages.
        let table_size = (size_of::<TableHead>() as u64 + counters).next_multiple_of(HEADER_SIZE as u64);
        let header = encode_header(site::count() as u64, table_size);
        let written =
            sys::reserve(file, 0, HEADER_SIZE as u64).and_then(|()| sys::write_begin(file, NonNull::from(&header[..])));
        sys::close(file);
        written?;
        self.table_size.store(table_size, Release);
        Ok(())
    }

    /// Makes a table. Async-signal-safe.
    pub(super) fn take_table(&self, directory: i32) -> Result<NonNull<TableHead>, Errno> {
        let size = self.table_size.load(Relaxed);
        if size == 0 {
            return Err(Errno(self.errno.load(Relaxed)));
        }
        let file = sys::open_in(directory, &name(), false)?;
        let number = self.tables.fetch_add(1, Relaxed);
        let from = HEADER_SIZE as u64 + u64::from(number) * size;
        let mapped = sys::reserve(file, from, size).and_then(|()| sys::map_shared(file, from, size as usize));
        sys::close(file);
        if mapped.is_err() {
            // Its place is the next one's, unless another thread was faster.
            let _ = self.tables.compare_exchange(number + 1, number, Relaxed, Relaxed);
        }
        mapped.map(NonNull::cast)
    }
}
