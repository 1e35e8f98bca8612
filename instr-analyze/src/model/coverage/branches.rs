//! The places where a program goes one way or another, and how often it went each, as far as statements tell it.
//!
//! A way whose block has a statement was taken as often as that one was reached. Of one without, such as an `else` that is not
//! there, only what is left of the statement's own hits tells, and only where nothing else can have become of them.

use instr_format::sites::BlockKind;
use serde::Serialize;

use super::hits::{Hits, Reached};
use super::layout::Layout;
use crate::model::sites::Sites;
use crate::model::statement::unescaped;

/// What decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BranchKind {
    /// An `if` with all that follows it.
    If,
    /// A `match`.
    Match,
    /// A `let … else`.
    LetElse,
    /// A `while` or `for` loop.
    Loop,
    /// The `?` of a statement.
    Try,
}

/// A way that it can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The condition held.
    Then,
    /// The condition of an `else if` held.
    ElseIf,
    /// No condition held.
    Else,
    /// An arm.
    Arm,
    /// The pattern of a `let … else` matched.
    Matched,
    /// It did not.
    Unmatched,
    /// The loop turned.
    Entered,
    /// It did not turn even once.
    NotEntered,
    /// All values were there.
    WentOn,
    /// A `?` left the function.
    Left,
}

/// One such place in a program.
#[derive(Debug)]
pub(super) struct Fork {
    /// The statement's id.
    pub(super) id: u32,
    pub(super) kind: BranchKind,
    /// The ways, each with the first statement of its block, if it has one.
    pub(super) ways: Vec<(Way, Option<u32>)>,
    /// The patterns of arms, as far as the table tells them.
    pub(super) patterns: Vec<String>,
    /// Whether it is decided whenever the statement is reached, and in nothing else of the statement.
    is_sole: bool,
    /// Whether the statement can be left before that is decided, or in other ways than by that.
    may_leave: bool,
}

/// The places in one statement.
pub(super) fn forks(sites: &Sites, layout: &Layout, id: u32) -> Vec<Fork> {
    let shape = sites.shape(id);
    let mut found: Vec<Fork> = Vec::new();
    // The last `if` that may go on, and the last `match`: inner ones have ended when an outer one goes on.
    let (mut chains, mut matches): (Vec<usize>, Option<usize>) = (Vec::new(), None);
    for (block, kind) in (0..).zip(shape.blocks()) {
        let first = layout.first(id, block);
        let mut begin = |kind, ways| {
            found.push(Fork { id, kind, ways, patterns: Vec::new(), is_sole: false, may_leave: false });
            found.len() - 1
        };
        match kind {
            BlockKind::If => chains.push(begin(BranchKind::If, vec![(Way::Then, first)])),
            BlockKind::FirstArm => matches = Some(begin(BranchKind::Match, vec![(Way::Arm, first)])),
            BlockKind::LetElse => {
                begin(BranchKind::LetElse, vec![(Way::Matched, None), (Way::Unmatched, first)]);
            }
            BlockKind::Turns => {
                begin(BranchKind::Loop, vec![(Way::Entered, first), (Way::NotEntered, None)]);
            }
            BlockKind::ElseIf => add(&mut found, chains.last(), (Way::ElseIf, first)),
            BlockKind::Else => add(&mut found, chains.pop().as_ref(), (Way::Else, first)),
            BlockKind::Arm => add(&mut found, matches.as_ref(), (Way::Arm, first)),
            BlockKind::Loop | BlockKind::Closure | BlockKind::Future | BlockKind::Plain => {}
        }
    }
    for chain in chains {
        add(&mut found, Some(&chain), (Way::Else, None));
    }
    if shape.tries() > 0 && layout.next(id).is_some() {
        let ways = vec![(Way::WentOn, None), (Way::Left, None)];
        found.push(Fork { id, kind: BranchKind::Try, ways, patterns: Vec::new(), is_sole: true, may_leave: false });
    }
    let mut patterns = sites.patterns(id);
    for fork in found.iter_mut().filter(|fork| fork.kind == BranchKind::Match) {
        fork.patterns = patterns.by_ref().take(fork.ways.len()).collect();
    }
    // A `match` with one arm, and a loop that nothing is known of, decide nothing.
    found.retain(|fork| fork.ways.len() > 1 && (fork.kind != BranchKind::Loop || fork.ways[0].1.is_some()));
    qualify(&mut found, sites, id);
    found
}

fn add(forks: &mut [Fork], at: Option<&usize>, way: (Way, Option<u32>)) {
    if let Some(fork) = at.and_then(|at| forks.get_mut(*at)) {
        fork.ways.push(way);
    }
}

/// Says of each what is certain of it.
fn qualify(forks: &mut [Fork], sites: &Sites, id: u32) {
    let Some(site) = sites.text(id) else { return };
    let text = unescaped(site.snippet);
    let shape = sites.shape(id);
    let tries = shape.tries() > 0;
    let has_blocks = shape.blocks().any(|kind| !matches!(kind, BlockKind::Closure | BlockKind::Future));
    let count = |kind| forks.iter().filter(|fork| fork.kind == kind).count();
    let counts: Vec<usize> = forks.iter().map(|fork| count(fork.kind)).collect();
    for (fork, count) in forks.iter_mut().zip(counts) {
        let before = match fork.kind {
            BranchKind::If => text.split_once("if ").map(|(before, _)| before),
            BranchKind::Match => text.split_once("match ").map(|(before, _)| before),
            BranchKind::LetElse | BranchKind::Loop | BranchKind::Try => Some(""),
        };
        fork.is_sole = count == 1 && before.is_some_and(is_unconditional);
        let decided = match fork.kind {
            BranchKind::If | BranchKind::Match | BranchKind::Loop => text.split_once('{').map(|(before, _)| before),
            BranchKind::LetElse => text.rsplit_once("else").map(|(before, _)| before),
            BranchKind::Try => (!text.ends_with('…')).then_some(text.as_str()),
        };
        let ends_early = |text: &str| text.contains(".await") || text.contains("return ");
        fork.may_leave =
            decided.is_none_or(ends_early) || if fork.kind == BranchKind::Try { has_blocks } else { tries };
    }
}

/// Whether what stands behind this text runs whenever the statement does.
fn is_unconditional(before: &str) -> bool {
    !["&&", "||", "|", "{", ";", "!"].iter().any(|mark| before.contains(mark))
}

impl Fork {
    /// How often each way was taken in a run.
    pub(super) fn taken(&self, layout: &Layout, reached: &Reached<'_>) -> Vec<Hits> {
        let taken = self.taken_at_rest(layout, reached);
        let ways = taken.into_iter().zip(&self.ways);
        // What is left of numbers that change is not known.
        ways.map(|(hits, (_, first))| match first {
            None if reached.moving => Hits { least: 0, ..hits },
            _ => hits,
        })
        .collect()
    }

    fn taken_at_rest(&self, layout: &Layout, reached: &Reached<'_>) -> Vec<Hits> {
        let begun = layout.entries(reached, self.id);
        let passed = layout.next(self.id).map_or(Hits::UNKNOWN, |next| layout.entries(reached, next));
        // Those that can have become nothing else.
        let sure = if self.may_leave || reached.unwound { 0 } else { begun.least };
        let sure = sure.saturating_sub(reached.open_in(self.id));
        match self.kind {
            BranchKind::Try => {
                let left = Hits { least: sure.saturating_sub(passed.most), most: begun.less(passed).most };
                // What ends the process ends none of its values.
                vec![Hits { least: passed.least, most: begun.most }, left]
            }
            BranchKind::Loop => self.turned(layout, reached, (begun, passed, sure)),
            BranchKind::If | BranchKind::Match | BranchKind::LetElse => {
                self.decided(layout, reached, (begun, passed, sure))
            }
        }
    }

    fn turned(&self, layout: &Layout, reached: &Reached<'_>, (begun, passed, sure): (Hits, Hits, u64)) -> Vec<Hits> {
        let first = self.ways.first().and_then(|(_, first)| *first);
        let turns = first.map_or(Hits::UNKNOWN, |first| layout.entries(reached, first));
        let skipped = Hits {
            least: if self.is_sole { sure.max(passed.least).saturating_sub(turns.most) } else { 0 },
            most: if begun.most == u64::MAX { begun.most } else { begun.most.saturating_sub(turns.least.min(1)) },
        };
        vec![turns, skipped]
    }

    fn decided(&self, layout: &Layout, reached: &Reached<'_>, (begun, passed, sure): (Hits, Hits, u64)) -> Vec<Hits> {
        let taken = self.ways.iter().map(|(_, first)| first.map(|first| layout.entries(reached, first)));
        let taken: Vec<Option<Hits>> = taken.collect();
        let known = taken.iter().flatten().copied().fold(Hits::NEVER, Hits::plus);
        let is_only = self.is_sole && taken.iter().filter(|hits| hits.is_none()).count() == 1;
        let rest = Hits {
            least: if is_only { sure.max(passed.least).saturating_sub(known.most) } else { 0 },
            most: if layout.has_turns(self.id) { reached.of(self.id).less(known).most } else { begun.less(known).most },
        };
        taken.into_iter().map(|hits| hits.unwrap_or(rest)).collect()
    }
}
