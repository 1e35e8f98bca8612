//! Which statement comes first in each block of another one, and which comes next.

use std::collections::HashMap;
use std::sync::Arc;

use instr_format::sites::BlockKind;

use super::hits::{Hits, Reached};
use crate::model::activity::structure::Structure;
use crate::model::sites::Sites;

/// Loops within loops are looked into so deep; of what is deeper, less is certain.
const DEPTH: usize = 8;

/// How the statements of a program follow each other.
#[derive(Debug)]
pub(super) struct Layout {
    structure: Arc<Structure>,
    /// By id: the statements before and behind it in its block.
    beside: Vec<[Option<u32>; 2]>,
    /// The bodies of loops with a header, by the statement's id: their first statements, if they have any.
    turns: HashMap<u32, Vec<Option<u32>>>,
}

impl Layout {
    pub(super) fn new(sites: &Sites) -> Self {
        let structure = Arc::clone(sites.structure());
        let end = u32::try_from(sites.end()).unwrap_or(u32::MAX);
        let mut beside = vec![[None; 2]; sites.end()];
        let mut newest: HashMap<u32, u32> = HashMap::new();
        for id in 0..end {
            let Some(block) = structure.block(id) else { continue };
            if let Some(before) = newest.insert(block, id) {
                set(&mut beside, id, 0, before);
                set(&mut beside, before, 1, id);
            }
        }
        let mut turns = HashMap::new();
        for id in (0..end).filter(|id| structure.has_loop(*id)) {
            let bodies = (0..).zip(sites.shape(id).blocks()).filter(|(_, kind)| *kind == BlockKind::Turns);
            let bodies: Vec<_> = bodies.map(|(block, _)| structure.first_in(id, block)).collect();
            if !bodies.is_empty() {
                turns.insert(id, bodies);
            }
        }
        Layout { structure, beside, turns }
    }

    /// The first statement in a block of this one.
    pub(super) fn first(&self, id: u32, block: u32) -> Option<u32> {
        self.structure.first_in(id, block)
    }

    /// The statement behind it in its block.
    pub(super) fn next(&self, id: u32) -> Option<u32> {
        self.beside.get(id as usize)?[1]
    }

    /// Whether it has a loop with a header, which is recorded before every turn.
    pub(super) fn has_turns(&self, id: u32) -> bool {
        self.turns.contains_key(&id)
    }

    /// How often the statement was begun. Turns of its loops are recorded like it and do not count here.
    pub(super) fn entries(&self, reached: &Reached<'_>, id: u32) -> Hits {
        self.entries_within(reached, id, DEPTH)
    }

    fn entries_within(&self, reached: &Reached<'_>, id: u32, depth: usize) -> Hits {
        let all = reached.of(id);
        let Some(bodies) = self.turns.get(&id) else { return all };
        let Some(depth) = depth.checked_sub(1) else { return Hits { least: all.least.min(1), ..all } };
        let turns = |body: &Option<u32>| body.map_or(Hits::UNKNOWN, |body| self.entries_within(reached, body, depth));
        let turns = bodies.iter().map(turns).fold(Hits::NEVER, Hits::plus);
        let before = self.beside.get(id as usize).and_then(|beside| beside[0]);
        let before = before.map_or(Hits::UNKNOWN, |before| self.entries_within(reached, before, depth));
        Hits { least: all.least.saturating_sub(turns.most).max(all.least.min(1)), most: all.most.min(before.most) }
    }
}

fn set(beside: &mut [[Option<u32>; 2]], id: u32, side: usize, other: u32) {
    if let Some(place) = beside.get_mut(id as usize).and_then(|beside| beside.get_mut(side)) {
        *place = Some(other);
    }
}
