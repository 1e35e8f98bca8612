//! Memory for what is made before `main` and kept for good. Not the program's: its allocator may be small, may count, and
//! may itself be instrumented.

#![allow(unsafe_code)]

use core::fmt::{self, Write};
use core::ptr::NonNull;
use core::slice;

use crate::sys;

/// What is mapped at a time.
const PIECE: usize = 64 << 10;

/// Hands out memory that is never freed. Where the system has none left, it hands out nothing.
pub(crate) struct Arena {
    free: &'static mut [u8],
    /// Whether it has handed out less than it was asked for.
    pub(crate) is_short: bool,
}

impl Arena {
    pub(crate) fn new() -> Self {
        Arena { free: &mut [], is_short: false }
    }

    /// `len` copies of `fill`.
    pub(crate) fn slice<T: Copy>(&mut self, len: usize, fill: T) -> &'static mut [T] {
        let Some(memory) = self.take(len.saturating_mul(size_of::<T>()), align_of::<T>()) else { return &mut [] };
        let memory = memory.cast::<T>();
        for at in 0..len {
            // SAFETY: `take` has found room for `len` values, aligned.
            unsafe { memory.add(at).write(fill) };
        }
        // SAFETY: as above; the values have just been written, and nobody else knows of them.
        unsafe { slice::from_raw_parts_mut(memory.as_ptr(), len) }
    }

    /// The value, for good.
    pub(crate) fn keep<T>(&mut self, value: T) -> Option<&'static T> {
        let place = self.take(size_of::<T>(), align_of::<T>())?.cast::<T>();
        // SAFETY: `take` has found room for one, aligned.
        unsafe {
            place.write(value);
            Some(place.as_ref())
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &'static [u8] {
        let copy = self.slice(bytes.len(), 0);
        if copy.len() == bytes.len() {
            copy.copy_from_slice(bytes);
        }
        copy
    }

    pub(crate) fn text(&mut self, text: fmt::Arguments<'_>) -> &'static str {
        let mut length = Length(0);
        // Neither a count nor memory of the right length can fail.
        let _ = length.write_fmt(text);
        let mut copy = Filled { memory: self.slice(length.0, 0), len: 0 };
        let _ = copy.write_fmt(text);
        str::from_utf8(copy.memory).unwrap_or_default()
    }

    fn take(&mut self, size: usize, align: usize) -> Option<NonNull<u8>> {
        let skip = |free: &[u8]| free.as_ptr().align_offset(align);
        if skip(self.free).saturating_add(size) > self.free.len() {
            let len = size.checked_add(PIECE)?;
            let Ok(memory) = sys::map_private(len) else {
                self.is_short = true;
                return None;
            };
            // SAFETY: a new mapping of this length, zeroed.
            self.free = unsafe { slice::from_raw_parts_mut(memory.as_ptr(), len) };
        }
        let skipped = skip(self.free);
        let (_, rest) = core::mem::take(&mut self.free).split_at_mut_checked(skipped)?;
        let (taken, rest) = rest.split_at_mut_checked(size)?;
        self.free = rest;
        NonNull::new(taken.as_mut_ptr())
    }
}

struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

struct Filled {
    memory: &'static mut [u8],
    len: usize,
}

impl Write for Filled {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.memory.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// A short list without memory of its own. What does not fit is left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<T, const SIZE: usize> {
    items: [Option<T>; SIZE],
    len: usize,
}

impl<T: Copy, const SIZE: usize> List<T, SIZE> {
    pub(crate) const fn new() -> Self {
        List { items: [None; SIZE], len: 0 }
    }

    pub(crate) fn push(&mut self, item: T) {
        if let Some(place) = self.items.get_mut(self.len) {
            *place = Some(item);
            self.len += 1;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.items.iter().flatten().copied()
    }
}
