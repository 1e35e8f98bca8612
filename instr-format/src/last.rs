//! The `last` file: one slot per thread with its last-reached statement and its counters, mapped, so that it survives
//! SIGKILL.
//!
//! A [`Header`] of [`SLOT_SIZE`] bytes, then one [`Slot`] of [`SLOT_SIZE`] bytes per thread, in order of their first
//! statements. The runtime maps these structures and stores into them; the analyzer copies them out of the file's
//! bytes. Numbers are in the machine's byte order, which the magic number tells.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::names::CRASH_SIGNALS;
use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instlast");
/// The version of the layout.
pub const VERSION: u32 = 1;
/// Size of the header and of each slot: two cache lines, so that threads never share one.
pub const SLOT_SIZE: usize = 128;

/// Set in [`Slot::site`] once the thread has left the outermost function that is instrumented.
pub const LEFT: u32 = 1 << 31;

/// What holds for the whole process.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Header {
    /// [`MAGIC`].
    pub magic: AtomicU64,
    /// [`VERSION`].
    pub version: AtomicU32,
    /// 1 once the process has begun to exit in an orderly way.
    pub exited: AtomicU32,
    /// The exit status, once `exited` is 1.
    pub exit_status: AtomicU32,
    /// How many panics there have been.
    pub panics: AtomicU32,
    /// Statements that were reached but belong to no thread: before the runtime was ready, after a thread has ended, or in
    /// another image.
    pub unattributed: AtomicU64,
    /// A bit for each of [`CRASH_SIGNALS`], from the lowest: the last look found the program's own in the place of the
    /// handler that would record it. 0 in files of runtimes that did not look.
    pub replaced: AtomicU32,
    /// 1 while no crash is recorded, as `main` is not Rust's and nobody has asked for it. 0 in files of runtimes that did
    /// not say.
    pub foreign_main: AtomicU32,
    /// The number of the newest order in the file [`control`](crate::control), stored by who gives it; 0: there is none.
    pub order: AtomicU64,
    /// The number of the newest order that the process has read.
    pub taken: AtomicU64,
}

/// What holds for one thread.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Slot {
    /// One of the `STATE_…` values; 0 in a slot that no thread has taken.
    pub state: AtomicU32,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: AtomicU32,
    /// Kernel thread id.
    pub tid: AtomicU64,
    /// 1 + id of the innermost statement that had begun and not ended, or 0; see [`LEFT`].
    pub site: AtomicU32,
    /// 1 + id of the statement that a panic began to unwind from, or 0.
    pub panicked: AtomicU32,
    /// Number of the newest record that was begun in the log; of a thread with a ring or a table of counts, how many
    /// statements these have held, once it has ended.
    pub seq: AtomicU64,
    /// Statements left out by a filter, once the thread has ended; before, they are in its [stack](crate::stack).
    pub filtered: AtomicU64,
    /// Statements whose record could not be written.
    pub dropped: AtomicU64,
    /// `errno` of the newest drop.
    pub errno: AtomicU32,
    _reserved: AtomicU32,
    /// Name of the thread, NUL-padded, in memory order.
    pub name: [AtomicU64; 2],
    /// Statements left out by `INSTR_RATE`, likewise.
    pub suppressed: AtomicU64,
    /// Where the thread was to return to from the newest call by which the compiler has it say which [edge](crate::edges) it has
    /// reached, or 0. 0 in files of runtimes without edges.
    pub edge: AtomicU64,
}

/// The thread has reached a statement and has not ended in an orderly way.
pub const STATE_LIVE: u32 = 1;
/// The thread has ended.
pub const STATE_ENDED: u32 = 2;
/// The thread goes on as another one with its id, as it was told to use another sink.
pub const STATE_CONTINUED: u32 = 3;

const _: () = assert!(size_of::<Header>() == SLOT_SIZE && size_of::<Slot>() == SLOT_SIZE);

/// How a file begins whose process has just begun; the rest of its header is zeros.
pub fn encode_begin() -> [u8; 16] {
    let mut begin = [0; 16];
    begin[..8].copy_from_slice(&MAGIC.to_ne_bytes());
    begin[8..12].copy_from_slice(&VERSION.to_ne_bytes());
    begin
}

const _: () = assert!(offset_of!(Header, magic) == 0 && offset_of!(Header, version) == 8);

/// A copy of a [`Header`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderCopy {
    /// Whether the process has begun to exit in an orderly way, and its status.
    pub exit_status: Option<i32>,
    /// How many panics there have been.
    pub panics: u32,
    /// Statements that belong to no slot.
    pub unattributed: u64,
    /// Whether no crash was recorded, as `main` is not Rust's and nobody has asked for it.
    pub foreign_main: bool,
    /// The number of the newest order in the file `control`.
    pub order: u64,
    /// The number of the newest order that the process has read.
    pub taken: u64,
    replaced: u32,
}

impl HeaderCopy {
    /// The signals for which the program's own handler, or none, was found in the place of the one that would record it.
    pub fn replaced(&self) -> impl Iterator<Item = &'static str> + use<> {
        let replaced = self.replaced;
        CRASH_SIGNALS.into_iter().enumerate().filter(move |(at, _)| replaced & 1 << at != 0).map(|(_, name)| name)
    }
}

/// A copy of a [`Slot`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotCopy {
    /// Whether the thread has ended, or goes on in another slot.
    pub ended: bool,
    /// Whether it goes on in another slot.
    pub continued: bool,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: u32,
    /// Kernel thread id.
    pub tid: u64,
    /// Id of the innermost statement that had begun and not ended.
    pub site: Option<u32>,
    /// Whether the thread has left the outermost function that is instrumented.
    pub left: bool,
    /// Id of the statement that a panic began to unwind from.
    pub panicked: Option<u32>,
    /// Number of the newest record that was begun.
    pub seq: u64,
    /// Statements left out by a filter, unless they are counted in the thread's stack.
    pub filtered: u64,
    /// Statements left out by `INSTR_RATE`, likewise.
    pub suppressed: u64,
    /// Statements whose record could not be written.
    pub dropped: u64,
    /// `errno` of the newest drop.
    pub errno: u32,
    /// Name of the thread, NUL-padded.
    pub name: [u8; 16],
    /// Where its newest [edge](crate::edges) is: the address behind the call.
    pub edge: Option<u64>,
}

/// Why a `last` file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLast {
    /// Not such a file, or one of a machine with another byte order.
    NotALast,
    /// Such a file, of this other version.
    Version(u32),
}

/// Reads a `last` file: its header, and the slots that threads have taken.
///
/// # Errors
/// When the bytes are no such file, or one of another version.
pub fn decode(file: &[u8]) -> Result<(HeaderCopy, impl Iterator<Item = SlotCopy> + '_), BadLast> {
    let (header, slots) = file.split_at_checked(SLOT_SIZE).ok_or(BadLast::NotALast)?;
    if u64_at(header, offset_of!(Header, magic)) != MAGIC {
        return Err(BadLast::NotALast);
    }
    match u32_at(header, offset_of!(Header, version)) {
        VERSION => {}
        other => return Err(BadLast::Version(other)),
    }
    let exited = u32_at(header, offset_of!(Header, exited)) != 0;
    let header = HeaderCopy {
        exit_status: exited.then(|| u32_at(header, offset_of!(Header, exit_status)).cast_signed()),
        panics: u32_at(header, offset_of!(Header, panics)),
        unattributed: u64_at(header, offset_of!(Header, unattributed)),
        foreign_main: u32_at(header, offset_of!(Header, foreign_main)) == 1,
        order: u64_at(header, offset_of!(Header, order)),
        taken: u64_at(header, offset_of!(Header, taken)),
        replaced: u32_at(header, offset_of!(Header, replaced)),
    };
    Ok((header, slots.chunks_exact(SLOT_SIZE).filter_map(decode_slot)))
}

fn decode_slot(bytes: &[u8]) -> Option<SlotCopy> {
    let state = u32_at(bytes, offset_of!(Slot, state));
    if state == 0 {
        return None;
    }
    let site = u32_at(bytes, offset_of!(Slot, site));
    let mut name = [0; 16];
    let at = offset_of!(Slot, name);
    name.copy_from_slice(bytes.get(at..at + 16)?);
    Some(SlotCopy {
        ended: state == STATE_ENDED || state == STATE_CONTINUED,
        continued: state == STATE_CONTINUED,
        reuse: u32_at(bytes, offset_of!(Slot, reuse)),
        tid: u64_at(bytes, offset_of!(Slot, tid)),
        site: (site & !LEFT).checked_sub(1),
        left: site & LEFT != 0,
        panicked: u32_at(bytes, offset_of!(Slot, panicked)).checked_sub(1),
        seq: u64_at(bytes, offset_of!(Slot, seq)),
        filtered: u64_at(bytes, offset_of!(Slot, filtered)),
        suppressed: u64_at(bytes, offset_of!(Slot, suppressed)),
        dropped: u64_at(bytes, offset_of!(Slot, dropped)),
        errno: u32_at(bytes, offset_of!(Slot, errno)),
        name,
        edge: Some(u64_at(bytes, offset_of!(Slot, edge))).filter(|edge| *edge != 0),
    })
}
