//! The threads of a run, put together from what its files say of each.

use std::collections::BTreeMap;

use instr_format::last::SlotCopy;

use super::segment::Segment;
use super::stacks::Stacks;
use crate::model::chain::Chain;
use crate::model::chain::stack::Stack;
use crate::model::counts::Counts;
use crate::model::head::{Head, Kind};
use crate::model::last;
use crate::model::thread::Sink;

/// What there is of one thread.
#[derive(Debug)]
pub struct ThreadFiles {
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread of those that had this id, from 1.
    pub reuse: u64,
    /// Its name.
    pub name: String,
    /// Its slot.
    pub slot: Option<SlotCopy>,
    /// Its open statements, if it has not ended.
    pub chain: Option<Chain>,
    /// The files of its records, oldest first.
    pub segments: Vec<Segment>,
}

impl ThreadFiles {
    /// What took its records, where there are any.
    pub(super) fn sink(&self) -> Option<Sink> {
        self.segments
            .first()
            .map(|segment| if matches!(segment.head.kind, Kind::Ring(_)) { Sink::Ring } else { Sink::Log })
    }
}

/// What was found of a thread.
#[derive(Default)]
struct Found {
    slot: Option<SlotCopy>,
    stack: Option<Stack>,
    segments: Vec<Segment>,
}

/// Lets the stacks of living threads correct their slots. What is left of a thread that has ended says nothing: its file may
/// be another's by now.
pub(super) fn correct<'a>(slots: impl Iterator<Item = &'a mut SlotCopy>, stacks: &mut Stacks) {
    for slot in slots {
        let thread = (slot.tid, slot.reuse.into());
        if slot.ended {
            stacks.remove(&thread);
        } else if let Some(stack) = stacks.get(&thread) {
            stack.correct(slot);
        }
    }
}

/// The threads that have a slot, a stack, a table or records, by id.
pub(super) fn threads(
    pid: Option<u64>,
    slots: &[SlotCopy],
    counts: Option<&Counts>,
    stacks: Stacks,
    segments: Vec<Segment>,
) -> Vec<ThreadFiles> {
    let mut threads: BTreeMap<(u64, u64), Found> = BTreeMap::new();
    for slot in slots {
        threads.entry((slot.tid, slot.reuse.into())).or_default().slot.get_or_insert(*slot);
    }
    // Where `last` could not be made, or is full, a stack or a table is all there is of a thread.
    for (thread, stack) in stacks {
        threads.entry(thread).or_default().stack = Some(stack);
    }
    for thread in counts.iter().flat_map(|counts| counts.threads.keys()) {
        threads.entry(*thread).or_default();
    }
    for segment in segments {
        threads.entry((segment.head.tid, segment.head.reuse)).or_default().segments.push(segment);
    }
    let thread = |((tid, reuse), Found { slot, stack, segments }): (_, Found)| {
        let name = thread_name(pid, tid, slot.as_ref(), segments.first().map(|segment| &segment.head));
        let slot = slot.or_else(|| stack.as_ref().map(Stack::slot));
        ThreadFiles { tid, reuse, name, slot, chain: stack.map(|stack| stack.chain), segments }
    };
    threads.into_iter().map(thread).collect()
}

/// The name of a thread: the main thread's is known, and its slot follows a change of name that its log cannot.
pub(crate) fn thread_name(pid: Option<u64>, tid: u64, slot: Option<&SlotCopy>, head: Option<&Head>) -> String {
    if pid == Some(tid) {
        return "main".to_owned();
    }
    slot.map(last::name).or_else(|| head.map(|head| head.name.clone())).unwrap_or_default()
}
