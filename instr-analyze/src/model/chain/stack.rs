//! What the `<tid>.stack` file of a thread says: where the thread is, and its chain of open statements.

use instr_format::last::SlotCopy;
use instr_format::stack::{BadStack, HeadCopy, VERSION, decode_head};

use super::fold::fold;
use super::functions::Functions;
use super::{Call, Chain, Open, Part};
use crate::model::damage::{Damage, DamageKind};

/// So many of the innermost calls are kept as they are.
const INNERMOST: usize = 4096;

/// A thread's stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Process id.
    pub pid: u64,
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread of those that had this id, from 1.
    pub reuse: u32,
    /// Id of the innermost open statement, or of the last one of a thread that has left its functions.
    site: Option<u32>,
    /// Whether the thread has left its functions.
    left: bool,
    /// Id of the statement that a panic is unwinding from.
    panicked: Option<u32>,
    /// Statements that a filter has left out.
    filtered: u64,
    /// Statements that `INSTR_RATE` has left out.
    suppressed: u64,
    /// The open statements.
    pub chain: Chain,
}

/// Reads the head of the file named `name`. `None`: nothing has been written to it yet.
///
/// # Errors
/// What makes it unreadable.
pub fn head(name: &str, file: &[u8]) -> Result<Option<HeadCopy>, Damage> {
    match decode_head(file) {
        Ok(head) => Ok(Some(head)),
        Err(BadStack::Empty) => Ok(None),
        Err(BadStack::Version(found)) => Err(Damage::version(name, found.into(), VERSION.into())),
        Err(BadStack::NotAStack) => {
            let message = "not a stack of open statements, or one of another kind of machine";
            Err(Damage::of_file(DamageKind::Damaged, name, message))
        }
    }
}

impl Stack {
    /// Reads the file that begins with this head, as far as it goes.
    pub fn read(head: &HeadCopy, file: &[u8], functions: &mut Functions<'_>) -> Self {
        let calls = head.slots(file);
        let has_outside = calls.clone().next().flatten().is_some();
        // Of a thread that has left its functions, slot 1 still holds the outermost one's last statement.
        let left = head.depth == 0 && !has_outside;
        let open = usize::try_from(head.depth).unwrap_or(usize::MAX);
        let inside = calls.clone().skip(usize::from(!has_outside)).take(open.saturating_add(usize::from(has_outside)));
        let site = if left { calls.skip(1).last().flatten() } else { last(inside.clone()) };
        let panicked = if is_unwinding(head, file) { last(head.slots_at_panic(file)) } else { None };
        let chain = if panicked.is_some() {
            let depth = u64::from(head.panic_depth.unwrap_or(0));
            let outer = head.slots_below_panic(file).skip(usize::from(!has_outside));
            chain(depth + u64::from(has_outside), outer, head.slots_at_panic(file), functions)
        } else {
            let depth = head.depth.saturating_add(has_outside.into());
            chain(depth, inside, head.slots_at_panic(file).take(0), functions)
        };
        let inherited = u64::from(head.inherited).min(chain.depth);
        let chain = Chain { inherited, at_panic: panicked.is_some(), ..chain };
        let HeadCopy { pid, tid, reuse, filtered, suppressed, .. } = *head;
        Stack { pid, tid, reuse, site, left, panicked, filtered, suppressed, chain }
    }

    /// Corrects the slot of the thread, which has not ended: while it lives, only its stack is kept up to date.
    pub fn correct(&self, slot: &mut SlotCopy) {
        (slot.site, slot.left, slot.panicked) = (self.site, self.left, self.panicked);
        // Older runtimes counted in the slot.
        slot.filtered = slot.filtered.max(self.filtered);
        slot.suppressed = slot.suppressed.max(self.suppressed);
    }

    /// The slot of the thread, where `last` has none.
    pub(crate) fn slot(&self) -> SlotCopy {
        SlotCopy {
            ended: false,
            continued: false,
            reuse: self.reuse,
            tid: self.tid,
            site: self.site,
            left: self.left,
            panicked: self.panicked,
            seq: 0,
            filtered: self.filtered,
            suppressed: self.suppressed,
            dropped: 0,
            errno: 0,
            name: [0; 16],
            edge: None,
        }
    }
}

/// The innermost statement: functions that have reached none are passed over.
fn last(calls: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    calls.flatten().last()
}

/// Whether the newest panic unwinds still: the thread has left functions since, and no other statement was reached in those
/// that it is in. Of these, only the innermost were copied.
fn is_unwinding(head: &HeadCopy, file: &[u8]) -> bool {
    let Some(depth) = head.panic_depth.filter(|depth| u64::from(*depth) > head.depth) else { return false };
    let first = head.first_at_panic();
    let kept = head.depth.max(1).min(u64::from(depth));
    let copied = usize::try_from(kept.saturating_add(1).saturating_sub(first)).unwrap_or(usize::MAX);
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    let now = head.slots(file).skip(skipped).take(copied);
    now.zip(head.slots_at_panic(file)).all(|(now, then)| now == then)
}

/// The chain of so many calls, of which the outermost ones and the innermost ones are known.
fn chain(
    depth: u64,
    outer: impl Iterator<Item = Option<u32>> + Clone,
    inner: impl Iterator<Item = Option<u32>> + Clone,
    functions: &mut Functions<'_>,
) -> Chain {
    let (outer_len, inner_len) = (outer.clone().count(), inner.clone().count());
    let missing = depth.saturating_sub(outer_len as u64).saturating_sub(inner_len as u64);
    let mut parts = match (missing, inner_len) {
        (0, _) => parts(outer.clone().chain(inner.clone()), functions),
        (_, 0) => parts(outer.clone(), functions),
        _ => fold(outer.clone(), functions),
    };
    if missing > 0 {
        parts.push(Part::Missing(missing));
        parts.extend(self::parts(inner.clone(), functions));
    }
    // Between those that are known, some are missing: what lies further out is no neighbour of theirs.
    let outer_len = if missing > 0 && inner_len > 0 { 0 } else { outer_len };
    let skipped = outer_len.saturating_add(inner_len).saturating_sub(INNERMOST);
    let mut innermost: Vec<Option<u32>> = outer.take(outer_len).chain(inner).skip(skipped).collect();
    innermost.reverse();
    Chain { depth, inherited: 0, at_panic: false, parts, innermost }
}

/// The calls with their recursion folded, but for the innermost statement: that is the one that the thread is in.
fn parts(calls: impl Iterator<Item = Option<u32>> + Clone, functions: &mut Functions<'_>) -> Vec<Part> {
    let numbered = calls.clone().enumerate().filter(|(_, call)| call.is_some());
    let Some((at, Some(innermost))) = numbered.last() else { return fold(calls, functions) };
    let mut parts = fold(calls.clone().take(at), functions);
    parts.push(Part::Call(Call { open: Open::Statement(innermost), others: Vec::new(), repeats: 1 }));
    parts.extend(fold(calls.skip(at + 1), functions));
    parts
}
