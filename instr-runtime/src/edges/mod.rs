//! The edges of the code, as the compiler's SanitizerCoverage numbers them: a range for the program and for each of its libraries,
//! and a byte for each edge that says whether it was reached.
//!
//! The bytes lie in one stretch of addresses, in the order of the edges' numbers, so that one store reaches any of them. Until the
//! run begins they are memory; then the run's file takes the place of each range's part. A forked child has memory again.

#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::slice;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32};

use instr_format::edges::{BUILD_ID_MAX, Head, PAGE, Place};

use crate::sys::{self, CName};

/// Edges with higher numbers are not told apart.
const ROOM: usize = 16 << 20;
/// Programs have one range, and one more for each library that has edges.
const RANGES: usize = 64;

/// Where the bytes are: that of edge 0, which is nobody's.
pub(crate) static REACHED: AtomicPtr<u8> = AtomicPtr::new((&raw const NOWHERE).cast_mut().cast());
/// The byte of all edges that have no number.
static NOWHERE: AtomicU8 = AtomicU8::new(0);

/// The edges of the program, or of a library.
pub(crate) struct Range {
    /// Number of the first one. Those of a range begin with a page.
    first: usize,
    places: &'static [CompilersPlace],
    base: u64,
    build_id: ([u8; BUILD_ID_MAX], usize),
    path: CName<1024>,
}

/// An entry of the compiler's table.
#[repr(C)]
pub(crate) struct CompilersPlace {
    address: usize,
    flags: usize,
}

/// Set in the flags of a place where a function begins.
const ENTRY: usize = 1;

struct All(UnsafeCell<[MaybeUninit<Range>; RANGES]>);

// SAFETY: written by constructors, which the loader runs one after the other, and each range before its number counts.
unsafe impl Sync for All {}

static ALL: All = All(UnsafeCell::new([const { MaybeUninit::uninit() }; RANGES]));
static COUNT: AtomicU32 = AtomicU32::new(0);
/// How many numbers have been given, in whole pages.
static GIVEN: AtomicU32 = AtomicU32::new(0);
/// The first number of the range that waits for its table, and how many it has; 0: none does.
static NUMBERED: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];

/// All ranges. Async-signal-safe.
pub(crate) fn ranges() -> &'static [Range] {
    // SAFETY: so many have been written, and none is ever changed.
    unsafe { slice::from_raw_parts(ALL.0.get().cast(), COUNT.load(Acquire) as usize) }
}

/// Whether there are none.
pub(crate) fn are_none() -> bool {
    COUNT.load(Acquire) == 0
}

/// Numbers the edges of a range, unless it has been seen before, or there is no room for it. For constructors.
///
/// # Safety
/// From `start` to `stop` there must be the compiler's numbers of a range, which nobody else changes.
pub(crate) unsafe fn number(start: *mut u32, stop: *mut u32) {
    // SAFETY: promised by the caller.
    let numbers = unsafe { slice::from_raw_parts_mut(start, stop.offset_from_unsigned(start)) };
    if numbers.first().is_none_or(|first| *first != 0) || !make_room() {
        return;
    }
    let first = PAGE + GIVEN.load(Relaxed) as usize;
    let size = numbers.len().next_multiple_of(PAGE);
    if first + size > ROOM {
        return;
    }
    GIVEN.fetch_add(size as u32, Relaxed);
    NUMBERED[0].store(first as u32, Relaxed);
    NUMBERED[1].store(numbers.len() as u32, Relaxed);
    for (number, place) in (first as u32..).zip(numbers) {
        *place = number;
    }
}

/// The first range needs the stretch of addresses.
fn make_room() -> bool {
    if GIVEN.load(Relaxed) > 0 {
        return true;
    }
    let room = sys::map_lazily(ROOM);
    room.inspect(|room| REACHED.store(room.as_ptr(), Release)).is_ok()
}

/// Adds the range that was numbered last, with its table. `false`: it is none. For constructors.
///
/// # Safety
/// From `start` to `stop` there must be the table of a range, which stays as it is.
pub(crate) unsafe fn add(start: *const CompilersPlace, stop: *const CompilersPlace) -> bool {
    // SAFETY: promised by the caller.
    let places: &'static [_] = unsafe { slice::from_raw_parts(start, stop.offset_from_unsigned(start)) };
    let number = COUNT.load(Relaxed) as usize;
    let is_known = places.is_empty() || NUMBERED[1].swap(0, Relaxed) as usize != places.len();
    if is_known || number == RANGES {
        return false;
    }
    let range = Range::new(NUMBERED[0].load(Relaxed) as usize, places);
    // SAFETY: nobody reads it before it counts.
    unsafe { (*ALL.0.get())[number].write(range) };
    COUNT.store(number as u32 + 1, Release);
    true
}

/// Has a forked child begin without anything reached, so that nothing of it gets into its parent's file. Async-signal-safe.
pub(crate) fn leave_to_parent() {
    let given = GIVEN.load(Relaxed) as usize;
    if let Some(start) = NonNull::new(REACHED.load(Relaxed)).filter(|_| given > 0) {
        // SAFETY: our own stretch of addresses. Should it fail, the child adds to its parent's edges.
        let _ = unsafe { sys::map_over(start, PAGE + given, None) };
    }
}

impl Range {
    fn new(first: usize, places: &'static [CompilersPlace]) -> Self {
        let mut range = Range { first, places, base: 0, build_id: ([0; BUILD_ID_MAX], 0), path: CName::empty() };
        let place = places.as_ptr().addr();
        sys::object_at(place, |path, base, build_id| {
            range.base = base;
            range.path.push(path);
            let id = build_id.unwrap_or_default();
            if let Some(room) = range.build_id.0.get_mut(..id.len()) {
                room.copy_from_slice(id);
                range.build_id.1 = id.len();
            }
        });
        range
    }

    /// What the file says of all its edges.
    pub(crate) fn head(&self) -> Head<'_> {
        let (build_id, len) = &self.build_id;
        Head {
            edges: self.places.len() as u64,
            base: self.base,
            build_id: build_id.get(..*len).unwrap_or_default(),
            path: self.path.as_bytes(),
        }
    }

    /// Where each of them is.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let base = self.base;
        self.places.iter().map(move |place| {
            let address = (place.address as u64).wrapping_sub(base);
            Place::new(address, place.flags & ENTRY != 0)
        })
    }

    /// Whether each of them was reached.
    pub(crate) fn hits(&self) -> impl Iterator<Item = u8> {
        let start = self.start();
        // SAFETY: within the stretch of addresses; a byte may change meanwhile.
        (0..self.places.len()).map(move |at| unsafe { AtomicU8::from_ptr(start.add(at)).load(Relaxed) })
    }

    /// Where their bytes begin.
    pub(crate) fn start(&self) -> *mut u8 {
        REACHED.load(Relaxed).wrapping_add(self.first)
    }

    /// How many bytes they take, in whole pages.
    pub(crate) fn size(&self) -> usize {
        self.places.len().next_multiple_of(PAGE)
    }
}
