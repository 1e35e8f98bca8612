//! The `<tid>.stack` file: a thread's open statements, mapped, so that they survive SIGKILL.
//!
//! A [`Head`], at [`PANIC_AT`] a copy of the innermost slots at the newest panic, and from [`SLOTS_AT`] on the *slots*: one
//! for each instrumented function and closure that the thread is in, outermost first. A slot is four bytes, the low half of
//! the address of the [site](crate::sites) of the statement that the function is executing; 0: none. Slot 0 belongs to no
//! function: code without a guard, such as a future that an executor polls, stores there.
//!
//! Only the slots up to [`Head::top`] mean anything, and slot 0 and 1 when the thread has left all of its functions: slot 1
//! then holds the outermost function's last statement. Slots beyond the end of the file were in memory that died with the
//! process.
//!
//! Numbers are in the machine's byte order, which the magic number tells.

use core::mem::{offset_of, size_of};
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::number::{u32_at, u64_at};

/// Begins the part of the head that never changes.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instrstk");
/// The version of the layout that this crate writes; it reads all from 1 to this. Version 1 counted no statements.
pub const VERSION: u32 = 2;
/// Where the copy of the innermost slots at the newest panic begins.
pub const PANIC_AT: usize = 1024;
/// How many slots the copy has room for.
pub const PANIC_SLOTS: usize = 256;
/// Where slot 0 is.
pub const SLOTS_AT: usize = 2048;

/// Set in [`Head::filtered`] to have the thread's next statement that a filter leaves out ask the runtime.
pub const ASK: u64 = 1 << 63;

/// Size of a slot.
pub const SLOT: usize = size_of::<u32>();

/// The beginning of the file.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Head {
    /// Address of the innermost function's slot, in the process. 0: the thread has no stack yet.
    pub top: AtomicU64,
    /// Where the next record of the thread's [ring](crate::ring::flat) goes; for the process alone, as what follows. Its position in the
    /// lower 32 bits, in the upper ones the holes so far, modulo 2^32: a sum of 4 for each record and of
    /// [`HOLE`](crate::ring::flat::HOLE) for each hole. 0 in a thread whose probes ask the runtime each time.
    pub cursor: AtomicU64,
    /// What a function that is entered adds to the cursor: a hole, or 0 where probes ask.
    pub hole: AtomicU64,
    /// At which positions of the ring probes ask the runtime: at those that have none of these bits. 0: at all.
    pub asks: AtomicU32,
    /// 1: the thread is left out by a filter.
    pub excluded: AtomicU32,
    /// Address of the thread's counters, less 8 times the address of the site with id 0; 0: ask.
    pub counters: AtomicU64,
    /// How many statements a filter has left out; see [`ASK`].
    pub filtered: AtomicU64,
    /// [`MAGIC`], stored last.
    pub magic: AtomicU64,
    /// [`VERSION`].
    pub version: AtomicU32,
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: AtomicU32,
    /// Process id.
    pub pid: AtomicU64,
    /// Kernel thread id.
    pub tid: AtomicU64,
    /// Address of slot 0, in the process.
    pub slots: AtomicU64,
    /// Low half of the address of the site with id 0.
    pub first_site: AtomicU32,
    /// How many sites there are.
    pub site_count: AtomicU32,
    /// How many of the outermost functions had been entered by the parent, before it forked this process.
    pub inherited: AtomicU32,
    /// The depth at the newest panic, which the thread may still be unwinding from; 0: it is not.
    pub panic_depth: AtomicU32,
    /// How many bytes the process has mapped for the stack, of which the file may hold less.
    pub mapped: AtomicU64,
    /// How many statements `INSTR_RATE` has left out.
    pub suppressed: AtomicU64,
    /// Which statement of those that `INSTR_RATE` is about is the next to be recorded, counted from here; 0: none was yet.
    pub due: AtomicU32,
    /// The position of the next record where each has a clock of its own.
    pub timed: AtomicU64,
}

const _: () = assert!(offset_of!(Head, top) == 0 && size_of::<Head>() <= PANIC_AT);
const _: () = assert!(PANIC_AT + PANIC_SLOTS * SLOT <= SLOTS_AT);

/// A copy of a [`Head`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadCopy {
    /// 1 for the first thread of the run with this id, more for later ones.
    pub reuse: u32,
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// How many functions and closures the thread is in.
    pub depth: u64,
    /// How many of them the parent had entered, before it forked this process.
    pub inherited: u32,
    /// The depth at the newest panic, which the thread may still be unwinding from.
    pub panic_depth: Option<u32>,
    /// How many statements a filter has left out.
    pub filtered: u64,
    /// How many `INSTR_RATE` has left out.
    pub suppressed: u64,
    first_site: u32,
    site_count: u32,
}

/// Why a stack could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadStack {
    /// Nothing has been written to it yet.
    Empty,
    /// Not such a file, or one of a machine with another byte order.
    NotAStack,
    /// Such a file, of this other version.
    Version(u32),
}

/// Reads a stack's head from the beginning of the file.
///
/// # Errors
/// When the bytes begin no such file, or one of another version.
pub fn decode_head(file: &[u8]) -> Result<HeadCopy, BadStack> {
    let head = file.get(..size_of::<Head>()).ok_or(BadStack::NotAStack)?;
    match u64_at(head, offset_of!(Head, magic)) {
        MAGIC => {}
        0 => return Err(BadStack::Empty),
        _ => return Err(BadStack::NotAStack),
    }
    let version = u32_at(head, offset_of!(Head, version));
    if !(1..=VERSION).contains(&version) {
        return Err(BadStack::Version(version));
    }
    let counter = |at| if version == 1 { 0 } else { u64_at(head, at) };
    let (top, slots) = (u64_at(head, offset_of!(Head, top)), u64_at(head, offset_of!(Head, slots)));
    if top == 0 {
        return Err(BadStack::Empty);
    }
    let panic_depth = u32_at(head, offset_of!(Head, panic_depth));
    Ok(HeadCopy {
        reuse: u32_at(head, offset_of!(Head, reuse)),
        pid: u64_at(head, offset_of!(Head, pid)),
        tid: u64_at(head, offset_of!(Head, tid)),
        depth: top.checked_sub(slots).ok_or(BadStack::NotAStack)? / SLOT as u64,
        inherited: u32_at(head, offset_of!(Head, inherited)),
        panic_depth: (panic_depth != 0).then_some(panic_depth),
        filtered: counter(offset_of!(Head, filtered)) & !ASK,
        suppressed: counter(offset_of!(Head, suppressed)),
        first_site: u32_at(head, offset_of!(Head, first_site)),
        site_count: u32_at(head, offset_of!(Head, site_count)),
    })
}

impl HeadCopy {
    /// How many bytes of the file mean something, by this head; there can be fewer.
    pub fn used(&self) -> u64 {
        let innermost = self.depth.max(1).max(self.first_at_panic() - 1);
        innermost.saturating_add(1).saturating_mul(SLOT as u64).saturating_add(SLOTS_AT as u64)
    }

    /// What the slots hold, from slot 0 to the innermost function's, as far as the file goes: the id of a statement's site,
    /// or nothing. A thread that has left all of its functions has slot 1 too.
    pub fn slots<'a>(&self, file: &'a [u8]) -> impl Iterator<Item = Option<u32>> + Clone + use<'a> {
        self.slots_before(file, self.depth.max(1).saturating_add(1))
    }

    /// What the slots hold that are further out than those copied at the newest panic, from slot 0 on. A function that has
    /// been unwound has left its slot to destructors, which may have stored there.
    pub fn slots_below_panic<'a>(&self, file: &'a [u8]) -> impl Iterator<Item = Option<u32>> + Clone + use<'a> {
        self.slots_before(file, self.first_at_panic())
    }

    fn slots_before<'a>(&self, file: &'a [u8], end: u64) -> impl Iterator<Item = Option<u32>> + Clone + use<'a> {
        let count = usize::try_from(end).unwrap_or(usize::MAX);
        self.ids(file.get(SLOTS_AT..).unwrap_or_default()).take(count)
    }

    /// What the innermost slots held at the newest panic, outermost first, of which the first was that of the function at
    /// [`Self::first_at_panic`].
    pub fn slots_at_panic<'a>(&self, file: &'a [u8]) -> impl Iterator<Item = Option<u32>> + Clone + use<'a> {
        let count = (self.panic_depth.unwrap_or(0) as usize).min(PANIC_SLOTS);
        self.ids(file.get(PANIC_AT..SLOTS_AT).unwrap_or_default()).take(count)
    }

    /// The number of the first slot that was copied at the newest panic.
    pub fn first_at_panic(&self) -> u64 {
        u64::from(self.panic_depth.unwrap_or(0).saturating_sub(PANIC_SLOTS as u32)) + 1
    }

    fn ids<'a>(&self, slots: &'a [u8]) -> impl Iterator<Item = Option<u32>> + Clone + use<'a> {
        let (first, count) = (self.first_site, self.site_count);
        let id = move |slot: u32| Some(slot.wrapping_sub(first)).filter(|id| slot != 0 && *id < count);
        slots.chunks_exact(SLOT).map(move |slot| id(u32_at(slot, 0)))
    }
}
