//! Makes a tree of records as they come.

use std::collections::{HashMap, VecDeque};

use instr_format::ring::Clock;

use super::{Node, Tree};
use crate::model::damage::{Damage, DamageList};
use crate::model::filter::Filter;
use crate::model::flow::{DEPTH_MAX, Entry, Event, Exit, Flow, UNKNOWN};
use crate::model::record::{Record, Stamp, Visitor, What};
use crate::model::sites::Sites;

/// A tree has no more nodes.
const NODES_MAX: usize = 1 << 16;
/// Nor longer paths.
const LEVELS_MAX: usize = 200;

/// Makes the tree of one thread.
pub struct Builder<'a> {
    sites: &'a Sites,
    flow: Flow<'a>,
    calls: Calls<'a>,
    newest: Option<Stamp>,
    damage: DamageList,
}

/// The tree, and where in it the thread is.
struct Calls<'a> {
    sites: &'a Sites,
    filter: &'a Filter<'a>,
    /// By the functions' first statements: whether the filter takes them.
    taken: HashMap<u32, bool>,
    tree: Tree,
    /// By caller and function.
    known: HashMap<(Option<usize>, u32), usize>,
    /// The nodes of the open calls, as the flow knows these; of a function that the filter leaves out, its caller's.
    open: VecDeque<Open>,
    /// Whether there are more of them: the outermost ones of a deep recursion.
    has_more: bool,
    /// Where the thread is.
    at: Option<usize>,
    /// Of the records since the clock was read: the node that they are all within.
    within: Option<usize>,
    /// When that was.
    since: Option<u64>,
}

#[derive(Clone, Copy)]
struct Open {
    node: Option<usize>,
    /// Whether the node is the call's own.
    is_own: bool,
}

impl<'a> Builder<'a> {
    /// Of the functions in the files that the filter takes.
    pub fn new(sites: &'a Sites, flow: Flow<'a>, filter: &'a Filter<'a>) -> Self {
        let calls = Calls::new(sites, filter);
        Builder { sites, flow, calls, newest: None, damage: DamageList::default() }
    }

    /// The tree, and what could not be read.
    pub fn finish(self) -> (Tree, Vec<Damage>) {
        let Builder { flow, mut calls, damage, .. } = self;
        flow.finish(&mut |event| calls.event(event));
        (calls.tree, damage.into_entries())
    }
}

impl Visitor for Builder<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let stamp = record.stamp;
        let seq = stamp.moment.seq;
        // In a log, a signal handler's lines come before the one that it interrupted.
        let newest = self.newest.replace(stamp).filter(|_| matches!(record.what, What::Site(_)));
        let missing = newest.map_or(0, |newest| seq.saturating_sub(newest.moment.seq).saturating_sub(1));
        self.calls.tree.clock = Some(stamp.clock);
        self.calls.tree.missing = self.calls.tree.missing.saturating_add(missing);
        if missing == 0 {
            self.calls.passed(stamp);
        } else {
            (self.calls.within, self.calls.since) = (None, None);
        }
        let id = self.sites.id(record).unwrap_or(UNKNOWN);
        let Builder { flow, calls, .. } = self;
        flow.push(id, stamp, missing > 0, &mut |event| calls.event(event));
        calls.reached(stamp);
    }

    fn damage(&mut self, damage: Damage) {
        self.damage.push(damage);
    }
}

impl<'a> Calls<'a> {
    fn new(sites: &'a Sites, filter: &'a Filter<'a>) -> Self {
        let (known, taken, open, tree) = (HashMap::new(), HashMap::new(), VecDeque::new(), Tree::default());
        let (has_more, at, within, since) = (false, None, None, None);
        Calls { sites, filter, taken, tree, known, open, has_more, at, within, since }
    }
}

impl Calls<'_> {
    /// Gives the time that has passed until a record to where the thread was.
    fn passed(&mut self, stamp: Stamp) {
        let Some(now) = stamp.elapsed_ns() else { return };
        if stamp.clock == Clock::Coarse && self.since == Some(now) {
            return;
        }
        if let Some(since) = self.since
            && let Some(node) = self.within.and_then(|node| self.tree.nodes.get_mut(node))
        {
            node.ns = node.ns.saturating_add(now.saturating_sub(since));
        }
        self.since = None;
    }

    /// Counts the statement at which the thread is.
    fn reached(&mut self, stamp: Stamp) {
        if let Some(node) = self.at.and_then(|at| self.tree.nodes.get_mut(at))
            && self.open.back().is_some_and(|open| open.is_own)
        {
            node.statements += 1;
            self.tree.statements += 1;
        }
        if self.since.is_none() {
            (self.since, self.within) = (stamp.elapsed_ns(), self.at);
        } else {
            self.within = self.common(self.within, self.at);
        }
    }

    /// The innermost node that is around both.
    fn common(&self, one: Option<usize>, other: Option<usize>) -> Option<usize> {
        let (mut one, mut other) = (one?, other?);
        // Parents stand before their children.
        while one != other {
            let inner = if one > other { &mut one } else { &mut other };
            *inner = self.tree.nodes.get(*inner)?.parent?;
        }
        Some(one)
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Lost => {
                // There may be many thousand nodes, and as many gaps.
                if std::mem::take(&mut self.has_more) {
                    self.tree.nodes.iter_mut().for_each(|node| node.open = 0);
                }
                while let Some(open) = self.open.pop_back() {
                    let node = open.node.filter(|_| open.is_own).and_then(|node| self.tree.nodes.get_mut(node));
                    node.into_iter().for_each(|node| node.open = 0);
                }
                self.at = None;
            }
            Event::Left(exit) => self.left(exit),
            Event::Entered(body, entry) => self.entered(body, entry),
            Event::Reached { .. } => {}
        }
    }

    fn left(&mut self, exit: Exit) {
        let Some(open) = self.open.pop_back() else { return };
        if let Some(node) = open.node.and_then(|node| self.tree.nodes.get_mut(node)).filter(|_| open.is_own) {
            node.open = node.open.saturating_sub(1);
            if let Some((_, count)) = node.exits.iter_mut().find(|(way, _)| *way == exit) {
                *count += 1;
            }
        }
        // Of the outermost call that is known, it stays, as it is not known whither that has returned.
        if let Some(caller) = self.open.back() {
            self.at = caller.node;
        }
    }

    fn entered(&mut self, body: u32, entry: Entry) {
        let (sites, filter) = (self.sites, self.filter);
        let takes = || sites.statement(body).is_some_and(|statement| filter.takes_file(&statement.file));
        let is_taken = !filter.restricts_files() || *self.taken.entry(body).or_insert_with(takes);
        let around = match (entry, self.open.back()) {
            (_, Some(caller)) => caller.node,
            (Entry::Before, None) => self.at,
            (Entry::Begun | Entry::Resumed, None) => None,
        };
        let node = if is_taken { self.node(around, body, entry) } else { None };
        let open = Open { node: node.or(around), is_own: node.is_some() };
        if let Some(node) = node.and_then(|node| self.tree.nodes.get_mut(node)) {
            node.calls += u64::from(entry == Entry::Begun);
            node.open += 1;
            node.deepest = node.deepest.max(node.open);
        }
        self.open.push_back(open);
        if self.open.len() > DEPTH_MAX {
            self.open.pop_front();
            self.has_more = true;
        }
        self.at = open.node;
    }

    /// The node of a function that was called there: the one on its path, or one below.
    fn node(&mut self, around: Option<usize>, body: u32, entry: Entry) -> Option<usize> {
        let nodes = &mut self.tree.nodes;
        let callers = std::iter::successors(around, |at| nodes.get(*at)?.parent);
        if let Some(at) = callers.into_iter().find(|at| nodes.get(*at).is_some_and(|node| node.body == body)) {
            return Some(at);
        }
        let parent = around.filter(|_| entry != Entry::Before);
        let level = parent.and_then(|at| nodes.get(at)).map_or(0, |node| node.level + 1);
        if let Some(known) = self.known.get(&(parent, body)) {
            return Some(*known);
        }
        if nodes.len() >= NODES_MAX || level >= LEVELS_MAX {
            self.tree.left_out += u64::from(entry == Entry::Begun);
            return None;
        }
        nodes.push(Node::new(body, parent, level));
        self.known.insert((parent, body), nodes.len() - 1);
        Some(nodes.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Calls, NODES_MAX};
    use crate::model::filter::Filter;
    use crate::model::flow::{DEPTH_MAX, Entry, Event};
    use crate::model::sites::Sites;

    #[test]
    fn a_gap_takes_no_longer_where_there_are_many_functions() {
        let (sites, filter) = (Sites::default(), Filter::new("", "", "").unwrap());
        let mut calls = Calls::new(&sites, &filter);
        let mut gap = |body: usize| {
            calls.event(Event::Lost);
            calls.event(Event::Entered(body as u32, Entry::Before));
        };
        (0..NODES_MAX).for_each(&mut gap);
        let begin = Instant::now();
        (0..1_000_000).for_each(|_| gap(0));
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    }

    #[test]
    fn no_call_is_open_behind_a_gap_however_deep_they_were() {
        let (sites, filter) = (Sites::default(), Filter::new("", "", "").unwrap());
        let mut calls = Calls::new(&sites, &filter);
        for body in (1..10).chain([0; DEPTH_MAX]) {
            calls.event(Event::Entered(body, Entry::Begun));
        }
        calls.event(Event::Lost);
        assert!(calls.tree.nodes.iter().all(|node| node.open == 0));
        calls.event(Event::Entered(0, Entry::Before));
        assert_eq!(calls.tree.nodes.iter().map(|node| node.open).sum::<u64>(), 1);
    }
}
