//! The `edges` file: what is known of the edges, and their bytes, mapped in the place of the memory that they begin in.

use core::ptr::NonNull;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{Acquire, Release};

use instr_format::edges::{Head, PAGE, Place, encode_begin};
use instr_format::files;

use crate::edges::{self, Range};
use crate::sys::{self, CName, Errno, Writer};

/// The file as it is. All zeros: there is none.
pub(super) struct EdgesFile {
    /// How many ranges it has whose bytes are mapped.
    mapped: AtomicU32,
}

fn name() -> CName<64> {
    CName::new(format_args!("{}", files::EDGES))
}

impl EdgesFile {
    /// Writes all that is known by now.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.put(&encode_begin());
        pad(out, encode_begin().len());
        edges::ranges().iter().for_each(|range| write_range(out, range));
    }

    /// Maps what has been written.
    pub(super) fn map(&self, directory: i32) -> Result<(), Errno> {
        let file = sys::open_in(directory, &name(), false)?;
        let mapped = self.map_new(file);
        sys::close(file);
        mapped
    }

    fn map_new(&self, file: i32) -> Result<(), Errno> {
        let mut at = PAGE;
        for (number, range) in (0..).zip(edges::ranges()) {
            let Some([places, hits]) = range.head().sizes() else { return Err(Errno::TOO_LARGE) };
            if number >= self.mapped.load(Acquire) {
                let start = NonNull::new(range.start()).ok_or(Errno::NONE)?;
                // SAFETY: our own stretch of addresses, of which the file has what is there.
                unsafe { sys::map_over(start, hits, Some((file, at + PAGE + places))) }?;
                self.mapped.store(number + 1, Release);
            }
            at += PAGE + places + hits;
        }
        Ok(())
    }

    /// Adds the newest range behind the others, if they are there. For constructors.
    pub(super) fn add_new(&self, directory: i32) {
        let mapped = self.mapped.load(Acquire) as usize;
        let Some([range]) = edges::ranges().get(mapped..) else { return };
        let Ok(file) = sys::open_in(directory, &name(), true) else { return };
        let mut buffer = [0; 4 << 10];
        let mut out = Writer::new(file, &mut buffer);
        write_range(&mut out, range);
        if out.finish().is_ok() {
            // Without it, its edges die with the process.
            let _ = self.map(directory);
        }
    }

    /// The part of the file that an address lies in: its start and its length.
    pub(super) fn mapping_at(&self, address: usize) -> Option<(usize, usize)> {
        for range in edges::ranges().iter().take(self.mapped.load(Acquire) as usize) {
            let (start, size) = (range.start().addr(), range.size());
            if (start..start + size).contains(&address) {
                return Some((start, size));
            }
        }
        None
    }
}

fn write_range(out: &mut Writer<'_>, range: &Range) {
    let head: Head<'_> = range.head();
    let encoded = head.encode();
    out.put(&encoded);
    out.put(head.path);
    pad(out, encoded.len() + head.path.len());
    range.places().map(Place::encode).for_each(|place| out.put(&place));
    pad(out, range.places().count() * 4);
    range.hits().for_each(|hit| out.put(&[hit]));
    pad(out, range.hits().count());
}

/// Fills the page behind so many bytes.
fn pad(out: &mut Writer<'_>, len: usize) {
    for _ in len..len.next_multiple_of(PAGE) {
        out.put(&[0]);
    }
}
