//! The ways that a branch has: its blocks, and what may be taken without one.

use instr_format::sites::BlockKind;

use crate::model::sites::Sites;

/// The way that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Into this block or arm.
    Block(u32),
    /// Into none that has statements: of the branch that begins with this block, the only way that has none.
    Without(u32),
    /// Out of a loop, after so many turns.
    Left(u64),
    /// Out of the function, by a `?`.
    Try,
}

/// One branch of a statement: an `if` with all its `else`, a `match`, or a `let … else`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its blocks, by their numbers, and whether each has statements.
    blocks: Vec<(u32, bool)>,
    /// Whether none of them may be entered.
    may_pass: bool,
}

/// The branches of a statement.
pub fn ways(sites: &Sites, id: u32) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for (block, kind) in (0..).zip(sites.shape(id).blocks()) {
        let part = (block, sites.structure().first_in(id, block).is_some());
        match kind {
            BlockKind::If | BlockKind::LetElse => choices.push(Choice { blocks: vec![part], may_pass: true }),
            BlockKind::FirstArm => choices.push(Choice { blocks: vec![part], may_pass: false }),
            BlockKind::ElseIf | BlockKind::Else | BlockKind::Arm => {
                if let Some(choice) = choices.last_mut() {
                    choice.blocks.push(part);
                    choice.may_pass &= kind != BlockKind::Else;
                }
            }
            _ => {}
        }
    }
    choices
}

impl Choice {
    /// The way that was taken if none of the blocks with statements was, if there is but one.
    pub fn without(&self, taken: &[u32]) -> Option<Way> {
        if self.blocks.iter().any(|(block, _)| taken.contains(block)) {
            return None;
        }
        let mut empty = self.blocks.iter().filter(|(_, has_statements)| !has_statements).map(|(block, _)| *block);
        match (empty.next(), empty.next(), self.may_pass) {
            (None, _, true) => self.blocks.first().map(|(block, _)| Way::Without(*block)),
            (Some(block), None, false) => Some(Way::Block(block)),
            _ => None,
        }
    }
}
