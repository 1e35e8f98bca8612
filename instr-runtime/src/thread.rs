//! What is known of each thread: its slot in the `last` file, its log, and the statement it has reached.
//!
//! A thread's state lives in two places. [`Thread`] is in memory that the kernel zeroes in a forked child, so that the
//! child's first statement finds a thread without a slot, takes one of the child's own, and never touches the parent's.
//! [`Kept`] survives the fork: who has taken which state, and which descriptors the child has inherited.
//!
//! A signal handler may interrupt anything here on its own thread. Counters are therefore single instructions, and what
//! takes several steps blocks signals meanwhile.

#![allow(unsafe_code)]

use core::cell::Cell;
use core::ptr::{self, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64};

use instr_format::last::{LEFT, STATE_ENDED, STATE_LIVE, Slot};

use crate::process::Process;
use crate::site::Id;
use crate::sys::{self, Errno};
use crate::{exit, settings};

/// State of a thread that a forked child must not share with its parent. All zeros is a thread not yet begun.
#[repr(C, align(256))]
pub(crate) struct Thread {
    /// Null until the thread has begun.
    slot: AtomicPtr<Slot>,
    tid: AtomicU32,
    excluded: AtomicU32,
    log: AtomicI32,
    torn: AtomicU32,
    exit_rounds: AtomicU32,
    log_bytes: AtomicU64,
    log_limit: AtomicU64,
    /// The slot of a thread for which the `last` file has none.
    private_slot: Slot,
}

/// State of a thread that a forked child inherits.
struct Kept {
    taken: AtomicU32,
    /// Descriptor of the log plus 1, or 0.
    log: AtomicI32,
    log_inode: AtomicU64,
}

const CHUNK_LEN: usize = 256;
const CHUNKS: usize = 256;

/// States of threads. The first part is whole pages on every machine, so that it alone can be wiped.
#[repr(C, align(65536))]
struct Chunk {
    threads: [Thread; CHUNK_LEN],
    kept: [Kept; CHUNK_LEN],
}

static ALL: [AtomicPtr<Chunk>; CHUNKS] = [const { AtomicPtr::new(null_mut()) }; CHUNKS];

/// Stands for every thread that has ended: it has no slot and gets none.
// SAFETY: all zeros is a thread not yet begun.
static ENDED: Thread = unsafe { core::mem::zeroed() };

thread_local! {
    // Neither lazy nor with a destructor, so that it can be used in any context and at any time of a thread's life.
    static CURRENT: Cell<*const Thread> = const { Cell::new(ptr::null()) };
}

#[inline(always)]
fn slot() -> Option<&'static Slot> {
    let thread = CURRENT.get();
    // SAFETY: null, or a state in a chunk, or ENDED; none is ever freed. The same holds for slots.
    unsafe { thread.as_ref()?.slot.load(Relaxed).as_ref() }
}

/// The statement of the caller, as it stands in a slot; 0 for none.
pub(crate) type Caller = u32;

/// The statement that is to be the last-reached one again when the function that begins now has ended.
#[inline(always)]
pub(crate) fn enter() -> Caller {
    let Some(slot) = slot() else { return 0 };
    if std::thread::panicking() {
        note_panic(slot);
    }
    let site = slot.site.load(Relaxed);
    if site & LEFT == 0 { site } else { 0 }
}

/// The function has ended. When it was the outermost one, its last statement stays, marked as left.
#[inline(always)]
pub(crate) fn leave(caller: Caller) {
    let Some(slot) = slot() else { return };
    if std::thread::panicking() || slot.panicked.load(Relaxed) != 0 {
        note_panic(slot);
    }
    slot.site.store(if caller == 0 { slot.site.load(Relaxed) | LEFT } else { caller }, Relaxed);
}

/// Keeps the statement from which a panic began to unwind, until the thread goes on after it.
#[cold]
fn note_panic(slot: &Slot) {
    if !std::thread::panicking() {
        slot.panicked.store(0, Relaxed);
    } else if slot.panicked.load(Relaxed) == 0 {
        slot.panicked.store(slot.site.load(Relaxed) & !LEFT, Relaxed);
    }
}

/// A part of the statement of `site` has ended and the rest goes on.
#[inline]
pub(crate) fn resume(site: &'static Id) {
    if let (Some(slot), Some(id)) = (slot(), site.index()) {
        slot.site.store(id + 1, Relaxed);
    }
}

/// State of a thread's log.
pub(crate) enum LogState {
    New,
    Open(i32),
    Failed(Errno),
    Closed,
}

/// Not the negative of any `errno`.
const CLOSED: i32 = i32::MIN;

impl Thread {
    fn slot(&self) -> &Slot {
        let slot = self.slot.load(Relaxed);
        // SAFETY: null, or a slot in a mapping that is never undone, or the thread's own.
        unsafe { slot.as_ref() }.unwrap_or(&self.private_slot)
    }

    pub(crate) fn tid(&self) -> u32 {
        self.tid.load(Relaxed)
    }

    pub(crate) fn name(&self) -> ThreadName {
        let [first, second] = &self.slot().name;
        ThreadName([first.load(Relaxed), second.load(Relaxed)].map(u64::to_ne_bytes))
    }

    /// The statement with this id is the last-reached one from here on.
    pub(crate) fn reach(&self, id: u32) {
        let slot = self.slot();
        if slot.panicked.load(Relaxed) != 0 {
            note_panic(slot);
        }
        slot.site.store(id + 1, Relaxed);
    }

    pub(crate) fn is_excluded(&self) -> bool {
        self.excluded.load(Relaxed) != 0
    }

    pub(crate) fn next_seq(&self) -> u64 {
        self.slot().seq.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn count_filtered(&self) {
        self.slot().filtered.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_dropped(&self, errno: Errno) {
        let slot = self.slot();
        slot.dropped.fetch_add(1, Relaxed);
        slot.errno.store(errno.0.unsigned_abs(), Relaxed);
    }

    pub(crate) fn log(&self) -> LogState {
        match self.log.load(Relaxed) {
            0 => LogState::New,
            CLOSED => LogState::Closed,
            log if log > 0 => LogState::Open(log - 1),
            errno => LogState::Failed(Errno(-errno)),
        }
    }

    pub(crate) fn set_log(&self, state: LogState) {
        let log = match state {
            LogState::New => 0,
            LogState::Closed => CLOSED,
            LogState::Open(log) => log + 1,
            LogState::Failed(errno) => -errno.0.abs().max(1),
        };
        self.log.store(log, Relaxed);
    }

    /// Whether the log ends within a line.
    pub(crate) fn is_torn(&self) -> bool {
        self.torn.load(Relaxed) != 0
    }

    pub(crate) fn set_torn(&self, torn: bool) {
        self.torn.store(u32::from(torn), Relaxed);
    }

    /// Begins a log that may grow to `limit` bytes.
    pub(crate) fn limit_log(&self, limit: u64) {
        self.log_limit.store(limit, Relaxed);
        self.log_bytes.store(0, Relaxed);
    }

    /// Takes `len` bytes of what the log may still grow.
    pub(crate) fn reserve(&self, len: u64) -> Result<(), Errno> {
        let before = self.log_bytes.fetch_add(len, Relaxed);
        if before.saturating_add(len) <= self.log_limit.load(Relaxed) {
            return Ok(());
        }
        self.log_bytes.fetch_sub(len, Relaxed);
        Err(Errno::TOO_LARGE)
    }

    /// The how manieth thread of the run with its id it is, from 1.
    pub(crate) fn reuse(&self) -> u32 {
        self.slot().reuse.load(Relaxed)
    }

    pub(crate) fn set_reuse(&self, reuse: u32) {
        self.slot().reuse.store(reuse, Relaxed);
    }

    fn private_slot(&self, tid: u32) -> &Slot {
        let slot = &self.private_slot;
        slot.tid.store(u64::from(tid), Relaxed);
        slot.reuse.store(1, Relaxed);
        for counter in [&slot.seq, &slot.filtered, &slot.dropped] {
            counter.store(0, Relaxed);
        }
        slot.site.store(0, Relaxed);
        slot.panicked.store(0, Relaxed);
        slot
    }

    /// How often the thread's end has been announced, this time included.
    pub(crate) fn count_exit_round(&self) -> u32 {
        self.exit_rounds.fetch_add(1, Relaxed) + 1
    }

    fn reset(&self) {
        self.slot.store(null_mut(), Relaxed);
        for number in [&self.tid, &self.excluded, &self.torn, &self.exit_rounds] {
            number.store(0, Relaxed);
        }
        self.log.store(0, Relaxed);
        self.log_bytes.store(0, Relaxed);
    }
}

/// A thread's name as the kernel keeps it.
pub(crate) struct ThreadName([[u8; 8]; 2]);

impl ThreadName {
    /// The name without its padding.
    pub(crate) fn trim(&self) -> &[u8] {
        let bytes = self.0.as_flattened();
        let len = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        bytes.get(..len).unwrap_or_default()
    }
}

/// The calling thread, which begins here with its first statement. `None`: it has ended, or there is no room for it.
/// Async-signal-safe.
#[inline]
pub(crate) fn current(process: &Process) -> Option<&'static Thread> {
    // SAFETY: null, or a state in a chunk, or ENDED; none is ever freed.
    match unsafe { CURRENT.get().as_ref() } {
        Some(thread) if !thread.slot.load(Relaxed).is_null() => Some(thread),
        thread => begin(process, thread),
    }
}

/// The first statement of a thread, or of a forked child's only one.
#[cold]
fn begin(process: &Process, inherited: Option<&'static Thread>) -> Option<&'static Thread> {
    if inherited.is_some_and(|thread| ptr::eq(thread, &ENDED)) {
        return None;
    }
    let _blocked = sys::SignalsBlocked::new();
    // A handler that came before the signals were blocked may have begun the thread.
    // SAFETY: as above.
    let thread = match unsafe { CURRENT.get().as_ref() } {
        Some(thread) if !thread.slot.load(Relaxed).is_null() => return Some(thread),
        Some(thread) => thread,
        None => take()?,
    };
    let tid = sys::thread_id();
    let name = sys::thread_name();
    let slot = process.take_slot(tid).unwrap_or_else(|| thread.private_slot(tid));
    let (first, second) = name.split_at(8);
    for (part, bytes) in slot.name.iter().zip([first, second]) {
        part.store(u64::from_ne_bytes(bytes.try_into().unwrap_or_default()), Relaxed);
    }
    slot.state.store(STATE_LIVE, Release);
    thread.tid.store(tid, Relaxed);
    let is_main = tid == process.pid();
    let name = ThreadName([&slot.name[0], &slot.name[1]].map(|part| part.load(Relaxed).to_ne_bytes()));
    let excluded = settings::get().is_some_and(|s| !s.filter.admits_thread(tid, name.trim(), is_main));
    thread.excluded.store(u32::from(excluded), Relaxed);
    thread.slot.store(ptr::from_ref(slot).cast_mut(), Release);
    CURRENT.set(thread);
    exit::watch(thread);
    Some(thread)
}

/// Takes a state that no thread has.
fn take() -> Option<&'static Thread> {
    for place in &ALL {
        let chunk = place.load(Acquire);
        let chunk = if chunk.is_null() { add_chunk(place)? } else { chunk };
        // SAFETY: a chunk is mapped before it is published, zeroed, and never unmapped.
        let chunk = unsafe { &*chunk };
        for (thread, kept) in chunk.threads.iter().zip(&chunk.kept) {
            if kept.taken.load(Relaxed) == 0 && kept.taken.compare_exchange(0, 1, AcqRel, Relaxed).is_ok() {
                return Some(thread);
            }
        }
    }
    None
}

fn add_chunk(place: &AtomicPtr<Chunk>) -> Option<*mut Chunk> {
    let size = size_of::<Chunk>();
    // The kernel aligns to pages only, so there is room to align further.
    let memory = sys::map_private(size + align_of::<Chunk>()).ok()?;
    let offset = memory.as_ptr().align_offset(align_of::<Chunk>());
    // SAFETY: stays within the mapping.
    let start = unsafe { memory.add(offset) };
    // SAFETY: `threads` is whole pages of this mapping, wherever pages are at most as large as the alignment.
    unsafe { sys::wipe_on_fork(start, size_of::<[Thread; CHUNK_LEN]>()) }.ok()?;
    let chunk = start.as_ptr().cast::<Chunk>();
    match place.compare_exchange(null_mut(), chunk, AcqRel, Acquire) {
        Ok(_) => Some(chunk),
        // Another thread was faster. Ours stays unused: unmapping is not worth its code.
        Err(first) => Some(first),
    }
}

/// The part of a thread's state that survives a fork.
fn kept(thread: &Thread) -> Option<&'static Kept> {
    ALL.iter().find_map(|place| {
        // SAFETY: null, or a chunk that is never unmapped.
        let chunk = unsafe { place.load(Acquire).as_ref() }?;
        let offset = ptr::from_ref(thread).addr().checked_sub(chunk.threads.as_ptr().addr())?;
        chunk.kept.get(offset / size_of::<Thread>())
    })
}

/// The thread's log is open.
pub(crate) fn opened(thread: &Thread, log: i32) {
    if let (Some(kept), Some(inode)) = (kept(thread), sys::inode(log)) {
        kept.log_inode.store(inode, Relaxed);
        kept.log.store(log + 1, Release);
    }
    thread.set_log(LogState::Open(log));
}

/// The calling thread is at its end: its state is free for another.
pub(crate) fn end(thread: &'static Thread) {
    let _blocked = sys::SignalsBlocked::new();
    CURRENT.set(&ENDED);
    thread.slot().state.store(STATE_ENDED, Relaxed);
    if let LogState::Open(log) = thread.log() {
        thread.set_log(LogState::Closed);
        sys::close(log);
    }
    thread.reset();
    if let Some(kept) = kept(thread) {
        kept.log.store(0, Relaxed);
        kept.taken.store(0, Release);
    }
}

/// Every log that this process has open.
fn for_each_log(mut work: impl FnMut(&Kept, i32)) {
    for place in &ALL {
        // SAFETY: null, or a chunk that is never unmapped.
        let Some(chunk) = (unsafe { place.load(Acquire).as_ref() }) else { return };
        for kept in &chunk.kept {
            let log = kept.log.load(Acquire) - 1;
            // A program may close what it did not open, and open something else under that number.
            if log >= 0 && sys::inode(log) == Some(kept.log_inode.load(Relaxed)) {
                work(kept, log);
            }
        }
    }
}

/// Closes the logs that a forked child has inherited from its parent. Async-signal-safe.
pub(crate) fn close_inherited_logs() {
    for_each_log(|kept, log| {
        kept.log.store(0, Relaxed);
        sys::close(log);
    });
}

/// Brings all logs to the disk. Async-signal-safe.
pub(crate) fn sync_logs() {
    for_each_log(|_, log| sys::sync(log));
}
