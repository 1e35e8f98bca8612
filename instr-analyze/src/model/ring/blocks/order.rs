//! The order of a ring's blocks, by their numbers, of which some may be damaged.

use instr_format::ring::blocks::BLOCK_SIZE;

use crate::model::damage::{Damage, DamageKind, DamageList};

/// A block that holds records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Number of its first record.
    pub(super) first: u64,
    /// When it was begun.
    pub(super) elapsed_ns: u64,
    /// Where it begins in the file.
    pub(super) at: u64,
}

impl Block {
    /// The block as damage of the file `name`.
    pub(super) fn contradicts(&self, name: &str) -> Damage {
        let message = format!("a block that begins with record {} contradicts the ones around it", self.first);
        let damage = Damage::of_file(DamageKind::Damaged, name, message);
        Damage { start: Some(self.at), end: Some(self.at.saturating_add(BLOCK_SIZE as u64)), ..damage }
    }
}

/// The blocks of one stretch of the file `name`, given as they lie there, oldest first; and what is wrong with the others.
///
/// Each begins where the one before it ends, and behind the last one lies the first. Where records are lost, it is many
/// blocks at once that are, so that a block that fits none of those next to it has a wrong number. The ones behind them are
/// asked too, for the neighbours of a wrong one. One record more than a block holds may lie between two: a handler leaves a
/// block for it, and may not return to have it written.
pub(super) fn order(name: &str, blocks: &[Block], capacity: u64) -> (Vec<Block>, Vec<Damage>) {
    let at = |index: usize| blocks.get(index % blocks.len());
    let follow = |a: Option<&Block>, b: Option<&Block>, distance: u64| {
        let between = a.zip(b).and_then(|(a, b)| b.first.checked_sub(a.first)).unwrap_or(0);
        between > (distance - 1) * capacity && between <= distance * (capacity + 1)
    };
    let fits = |index: &usize| {
        let (before, block) = (index + blocks.len(), at(*index));
        (1..=2).any(|by| {
            let distance = by as u64;
            follow(at(before.saturating_sub(by)), block, distance) || follow(block, at(index + by), distance)
        })
    };
    let (fitting, alone): (Vec<usize>, Vec<usize>) = (0..blocks.len()).partition(fits);
    // Where none fits, none is known to be the wrong one.
    let (kept, wrong) = if fitting.is_empty() { (alone, fitting) } else { (fitting, alone) };
    let mut kept: Vec<Block> = kept.into_iter().filter_map(at).copied().collect();
    let mut damage = DamageList::default();
    wrong.into_iter().filter_map(at).for_each(|block| damage.push(block.contradicts(name)));
    kept.sort_by_key(|block| block.first);
    kept.dedup_by(|b, a| {
        let double = a.first == b.first;
        if double {
            damage.push(b.contradicts(name));
        }
        double
    });
    (kept, damage.into_entries())
}
