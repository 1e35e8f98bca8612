//! The state of one thread.

use core::ptr::{self, NonNull, null_mut};
use core::sync::atomic::Ordering::{Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};

use instr_format::counts::TableHead;
use instr_format::last::{LEFT, STATE_LIVE, Slot};
use instr_format::ring::flat::HEADER_SIZE;
use instr_format::stack::{ASK, Head};

use super::lines::Lines;
use super::log::Log;
use super::stack::{self, RING, WINDOW};
use crate::settings::{self, Focus, Sink};
use crate::site;
use crate::sys::{Errno, ThreadName};
use crate::tls::add_own;

/// State of a thread that a forked child must not share with its parent. All zeros: it has not begun.
///
/// Its size divides the pages of a [pool](super::pool).
#[repr(C, align(8192))]
pub(crate) struct Thread {
    /// What its ring needs besides.
    pub(crate) ring: RingState,
    /// Its table of counters, which stays with the state when the thread ends.
    pub(crate) table: AtomicPtr<TableHead>,
    /// How many statements have found no ring, and how many no table.
    missed: [AtomicU32; 2],
    /// Its stack of open statements, which stays with the state too.
    stack: AtomicPtr<Head>,
    /// How many bytes of it are in a file.
    stack_file: AtomicUsize,
    /// A stack for signal handlers, for a thread that has none of its own; it stays with the state too.
    pub(crate) signal_stack: AtomicPtr<u8>,
    /// Null until the thread has begun.
    slot: AtomicPtr<Slot>,
    tid: AtomicU32,
    excluded: AtomicU32,
    /// Number of the order that it has adapted to.
    order: AtomicU64,
    /// Which sink has its records, as a number of [`Sink::ALL`] plus 1; 0: it has none yet.
    sink: AtomicU32,
    exit_rounds: AtomicU32,
    /// 1 once a function has been entered while the panic that was kept last was unwinding the thread.
    unwinding: AtomicU32,
    pub(crate) log: Log,
    pub(crate) lines: Lines,
    /// The slot of a thread for which the `last` file has none.
    own_slot: Slot,
}

/// Statements from one attempt to make a ring or a table to the next.
const RETRY_EVERY: u32 = 1024;

/// State of a thread's ring, for [`crate::sink::ring`].
pub(crate) struct RingState {
    /// How many bytes of records it has; 0: there is none.
    pub(crate) size: AtomicU32,
    /// 1 while its file is mapped, also while the ring is still being made.
    pub(crate) is_mapped: AtomicU32,
    /// 1 + the position at which the newest chunk was begun; 0: none was.
    pub(crate) newest: AtomicU64,
    /// Up to which position it is kept in segments.
    pub(crate) kept: AtomicU64,
    /// Number and length of the newest segment.
    pub(crate) segment: AtomicU32,
    pub(crate) segment_len: AtomicU64,
}

impl Thread {
    #[inline]
    pub(super) fn has_begun(&self) -> bool {
        !self.slot.load(Relaxed).is_null()
    }

    /// The slot, once the thread has begun.
    #[inline(always)]
    pub(super) fn slot(&self) -> Option<&'static Slot> {
        // SAFETY: null, or a slot in a mapping that is never undone, or the thread's own, which is never freed.
        unsafe { self.slot.load(Relaxed).as_ref() }
    }

    fn slot_or_own(&self) -> &Slot {
        self.slot().unwrap_or(&self.own_slot)
    }

    /// The thread begins. Without a slot in the file it gets its own.
    pub(super) fn begin(&'static self, slot: Option<&'static Slot>, tid: u32, name: ThreadName) {
        let slot = slot.unwrap_or_else(|| self.clean_own_slot(tid));
        // A forked child may have ended a record of its parent's before.
        self.log.clear();
        for (part, bytes) in slot.name.iter().zip(name.halves()) {
            part.store(bytes, Relaxed);
        }
        slot.state.store(STATE_LIVE, Release);
        self.tid.store(tid, Relaxed);
        self.slot.store(ptr::from_ref(slot).cast_mut(), Release);
    }

    /// From now on it records this, or is left out. Begins `INSTR_RATE` anew.
    pub(super) fn adapt(&self, focus: &Focus, is_excluded: bool) {
        self.order.store(focus.order.load(Relaxed), Relaxed);
        self.excluded.store(u32::from(is_excluded), Relaxed);
        if let Some(head) = self.stack() {
            head.due.store(0, Relaxed);
        }
        self.tell_probes();
    }

    /// Tells its probes whether it is left out, and to ask until the sink tells them not to.
    pub(crate) fn tell_probes(&self) {
        let Some(head) = self.stack() else { return };
        head.excluded.store(self.excluded.load(Relaxed), Relaxed);
        head.asks.store(0, Relaxed);
        if head.filtered.load(Relaxed) & ASK != 0 {
            add_own(&head.filtered, ASK);
        }
    }

    /// Whether its probes were told to ask for what a filter leaves out.
    pub(crate) fn was_asked(&self) -> bool {
        self.stack().is_some_and(|head| head.filtered.load(Relaxed) & ASK != 0)
    }

    /// Number of the order that it has adapted to.
    pub(crate) fn order(&self) -> u64 {
        self.order.load(Relaxed)
    }

    /// Whether its records are in another sink.
    pub(crate) fn has_other_sink(&self, sink: Sink) -> bool {
        let has = self.sink.load(Relaxed);
        has != 0 && has != 1 + sink as u32
    }

    /// Whether its records are in this sink.
    pub(crate) fn has_sink(&self, sink: Sink) -> bool {
        self.sink.load(Relaxed) == 1 + sink as u32
    }

    /// Its records go to this sink.
    #[inline]
    pub(crate) fn note_sink(&self, sink: Sink) {
        self.sink.store(1 + sink as u32, Relaxed);
    }

    /// Its stack of open statements. A state that no thread has may have one that is left over.
    #[inline]
    pub(crate) fn stack(&self) -> Option<&'static Head> {
        // SAFETY: null, or a stack, which is never unmapped.
        unsafe { self.stack.load(Relaxed).as_ref() }
    }

    pub(super) fn set_stack(&self, stack: NonNull<Head>) {
        self.stack.store(stack.as_ptr(), Relaxed);
    }

    pub(super) fn set_stack_file(&self, len: usize) {
        self.stack_file.store(len, Relaxed);
    }

    /// Where the address of its newest edge is kept.
    #[cfg(feature = "sancov")]
    pub(crate) fn edge(&self) -> &AtomicU64 {
        &self.slot_or_own().edge
    }

    /// A thread that ended may have left something here.
    fn clean_own_slot(&self, tid: u32) -> &Slot {
        let slot = &self.own_slot;
        for counter in [&slot.seq, &slot.filtered, &slot.suppressed, &slot.dropped, &slot.edge] {
            counter.store(0, Relaxed);
        }
        slot.panicked.store(0, Relaxed);
        slot.tid.store(u64::from(tid), Relaxed);
        slot.reuse.store(1, Relaxed);
        slot
    }

    /// The thread ends: what is left is a state that has not begun.
    pub(super) fn end(&self, state: u32) {
        let slot = self.slot_or_own();
        if let Some(head) = self.stack() {
            let last = stack::innermost(head).map_or(0, |id| id + 1);
            slot.site.store(last | LEFT, Relaxed);
            let panicked = stack::panicked(head).filter(|_| stack::unwinds(head));
            slot.panicked.store(panicked.map_or(0, |id| id + 1), Relaxed);
            slot.filtered.store(head.filtered.load(Relaxed) & !ASK, Relaxed);
            slot.suppressed.store(head.suppressed.load(Relaxed), Relaxed);
        }
        slot.state.store(state, Release);
        self.slot.store(null_mut(), Relaxed);
        let ring = &self.ring;
        let [no_ring, no_table] = &self.missed;
        for number in [&ring.size, &ring.is_mapped, &ring.segment, no_ring, no_table] {
            number.store(0, Relaxed);
        }
        for number in [&ring.newest, &ring.kept, &ring.segment_len] {
            number.store(0, Relaxed);
        }
        for number in [&self.tid, &self.excluded, &self.sink, &self.exit_rounds, &self.unwinding] {
            number.store(0, Relaxed);
        }
        self.log.clear();
        self.lines.end();
    }

    /// Whether a function has been entered while a panic was unwinding the thread, and none since.
    pub(super) fn is_unwinding(&self) -> bool {
        self.unwinding.load(Relaxed) != 0
    }

    pub(super) fn set_unwinding(&self, unwinding: bool) {
        self.unwinding.store(u32::from(unwinding), Relaxed);
    }

    /// Whether the thread's end has been announced.
    pub(super) fn is_ending(&self) -> bool {
        self.exit_rounds.load(Relaxed) != 0
    }

    /// How often the thread's end has been announced, this time included.
    pub(super) fn count_exit_round(&self) -> u32 {
        self.exit_rounds.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn tid(&self) -> u32 {
        self.tid.load(Relaxed)
    }

    pub(crate) fn name(&self) -> ThreadName {
        let [first, second] = &self.slot_or_own().name;
        ThreadName::from_halves([first.load(Relaxed), second.load(Relaxed)])
    }

    /// Which thread of the run with this id it is, from 1.
    pub(crate) fn reuse(&self) -> u32 {
        self.slot_or_own().reuse.load(Relaxed)
    }

    pub(crate) fn set_reuse(&self, reuse: u32) {
        self.slot_or_own().reuse.store(reuse, Relaxed);
    }

    /// Whether the settings leave the thread out.
    pub(crate) fn is_excluded(&self) -> bool {
        self.excluded.load(Relaxed) != 0
    }

    /// The mapped files that are its own: where they start, and their lengths.
    pub(super) fn mappings(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let head = self.stack.load(Relaxed).addr();
        let ring = (self.ring.is_mapped.load(Relaxed) != 0)
            .then(|| [(head - RING, WINDOW), (head - HEADER_SIZE, HEADER_SIZE)]);
        let table = self.table.load(Relaxed).addr();
        let table = (table != 0).then(|| (table, size_of::<TableHead>() + site::count() * size_of::<u64>()));
        let stack = Some((head, self.stack_file.load(Relaxed))).filter(|(_, len)| *len != 0);
        ring.into_iter().flatten().chain(table).chain(stack)
    }

    /// Whether to try to make the ring that is missing: at the first statement that misses it, and then at every so many.
    pub(crate) fn tries_to_make_ring(&self) -> bool {
        self.missed[0].fetch_add(1, Relaxed).is_multiple_of(RETRY_EVERY)
    }

    /// The same of its table.
    pub(crate) fn tries_to_make_table(&self) -> bool {
        self.missed[1].fetch_add(1, Relaxed).is_multiple_of(RETRY_EVERY)
    }

    /// How many statements its ring or its counters have held, once the thread has ended.
    pub(crate) fn set_seq(&self, seq: u64) {
        self.slot_or_own().seq.store(seq, Relaxed);
    }

    pub(crate) fn next_seq(&self) -> u64 {
        self.slot_or_own().seq.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn count_filtered(&self) {
        if let Some(head) = self.stack() {
            add_own(&head.filtered, 1);
        }
    }

    /// What was counted as left out is recorded after all.
    pub(crate) fn uncount_filtered(&self) {
        if let Some(head) = self.stack() {
            add_own(&head.filtered, 1_u64.wrapping_neg());
        }
    }

    /// Whether to record a statement that `INSTR_RATE` is about; if not, it is counted.
    pub(crate) fn is_due(&self) -> bool {
        let rate = settings::focus().map_or(1, |focus| focus.rate);
        let Some(head) = self.stack() else { return true };
        let next = match head.due.load(Relaxed) {
            // The first one counts as one of every so many.
            0 => rate.saturating_sub(1).max(1),
            1 => rate,
            due => {
                head.due.store(due - 1, Relaxed);
                add_own(&head.suppressed, 1);
                return false;
            }
        };
        head.due.store(next, Relaxed);
        true
    }

    pub(crate) fn count_dropped(&self, errno: Errno) {
        let slot = self.slot_or_own();
        slot.dropped.fetch_add(1, Relaxed);
        if errno != Errno::NONE {
            slot.errno.store(errno.0.unsigned_abs(), Relaxed);
        }
    }
}
