//! What is known of each statement of a program before it runs: what can follow it, and whether its function may end with it.

use std::sync::Arc;

use super::text::{Beginning, Names, Text};
use crate::model::activity::structure::Structure;
use crate::model::sites::Sites;

/// What is known of the statements of a program, by id.
#[derive(Debug)]
pub struct Facts {
    structure: Arc<Structure>,
    of: Vec<Fact>,
}

#[derive(Debug, Clone, Copy)]
struct Fact {
    beginning: Beginning,
    has_try: bool,
    has_call: bool,
    /// Whether its function or closure may end once it has run.
    may_end: bool,
    /// Of the first statement of a body: whether that has an `.await`, by which it can be left and come back to.
    suspends: bool,
    /// Of the first statement of a body: whether a statement of the body names its function.
    recurses: bool,
}

impl Facts {
    /// Of the statements in `sites`.
    pub fn new(sites: &Sites) -> Self {
        let structure = Arc::clone(sites.structure());
        let ids = || 0..u32::try_from(sites.end()).unwrap_or(u32::MAX);
        let text = |id: u32| text(sites, &structure, id);
        let fact = |id: u32| {
            let text = text(id);
            let (has_try, has_call) = (text.has_try(), text.has_call());
            Fact { beginning: text.beginning(), has_try, has_call, may_end: false, suspends: false, recurses: false }
        };
        let of: Vec<Fact> = ids().map(fact).collect();
        let mut facts = Facts { structure, of };
        for id in ids() {
            let may_end = facts.ends_body(id);
            if let Some(fact) = facts.of.get_mut(id as usize) {
                fact.may_end = may_end;
            }
            let Some(body) = facts.structure.body(id) else { continue };
            let suspends = self::text(sites, &facts.structure, id).awaits();
            let recurses = facts.names(sites, id, body) != Names::Calls(0);
            if let Some(first) = facts.of.get_mut(body as usize) {
                first.suspends |= suspends;
                first.recurses |= recurses;
            }
        }
        facts
    }

    /// How often a statement names the function that begins with `body`.
    pub(super) fn names(&self, sites: &Sites, statement: u32, body: u32) -> Names {
        let Some(function) = sites.statement(body).map(|first| first.function) else { return Names::Calls(0) };
        match function.rsplit("::").next().filter(|_| !self.is_closure(body)) {
            Some(name) if !name.is_empty() => text(sites, &self.structure, statement).names(name),
            _ => Names::Calls(0),
        }
    }

    /// The first statement of the function or closure that this one is in, by which that is known.
    pub fn body(&self, id: u32) -> Option<u32> {
        self.structure.body(id)
    }

    /// Whether a body is a closure's or an async block's.
    pub(super) fn is_closure(&self, body: u32) -> bool {
        self.structure.outer(body).is_some()
    }

    /// The body of the function or closure that made this closure.
    pub(super) fn maker(&self, body: u32) -> Option<u32> {
        self.structure.body(self.structure.outer(body)?)
    }

    /// Whether the function or closure may end once the statement has run.
    pub(super) fn may_end(&self, id: u32) -> bool {
        self.fact(id).is_none_or(|fact| fact.may_end)
    }

    pub(super) fn has_call(&self, id: u32) -> bool {
        self.fact(id).is_none_or(|fact| fact.has_call)
    }

    pub(super) fn has_try(&self, id: u32) -> bool {
        self.fact(id).is_some_and(|fact| fact.has_try)
    }

    pub(super) fn returns(&self, id: u32) -> bool {
        self.beginning(id) == Beginning::Return
    }

    /// Whether it is the header of a loop, which is recorded before each turn.
    pub(super) fn is_header(&self, id: u32) -> bool {
        self.beginning(id) == Beginning::Header && self.structure.has_loop(id)
    }

    /// Whether a body can be left at an `.await`, and come back to.
    pub(super) fn suspends(&self, body: u32) -> bool {
        self.fact(body).is_some_and(|fact| fact.suspends)
    }

    /// Whether the function of a body calls itself, as far as its text tells.
    pub(super) fn recurses(&self, body: u32) -> bool {
        self.fact(body).is_some_and(|fact| fact.recurses)
    }

    /// Whether a call that was in statement `last` can be in `next`, of the same body, as its next one.
    pub(super) fn can_follow(&self, last: u32, next: u32) -> bool {
        if self.returns(last) {
            return false;
        }
        let around = |id: u32| self.structure.outward(id).skip(1);
        if self.is_header(next) {
            let is_turn = around(last).any(|outer| outer == next);
            if is_turn || (last == next && !self.structure.has_inner(next)) {
                return true;
            }
        }
        let common = |outer: &u32| around(last).any(|other| other == *outer);
        // Nothing is recorded between the turns of these.
        if around(next).filter(common).any(|outer| self.structure.has_loop(outer) && !self.is_header(outer)) {
            return true;
        }
        next > last && !self.excludes(last, next)
    }

    /// Whether both lie in different blocks of which only one runs.
    fn excludes(&self, one: u32, other: u32) -> bool {
        let Some((one, outer)) = self
            .structure
            .outward(one)
            .zip(self.structure.outward(one).skip(1))
            .find(|(_, outer)| self.structure.outward(other).skip(1).any(|around| around == *outer))
        else {
            return false;
        };
        let other = self.structure.outward(other).find(|id| self.structure.around(*id) == Some(outer));
        let block = |id: u32| self.structure.block(id);
        self.beginning(outer) == Beginning::Branch && other.is_some_and(|other| block(other) != block(one))
    }

    /// Whether nothing of the body follows a statement, as it returns or stands at the end of all blocks around it.
    fn ends_body(&self, id: u32) -> bool {
        if self.returns(id) {
            return true;
        }
        let mut is_left = self.beginning(id) == Beginning::Break;
        for (inner, at) in self.structure.outward(id).zip(0..) {
            if at > 0 && self.structure.has_loop(inner) {
                if !is_left {
                    return false;
                }
                is_left = false;
            }
            if !is_left && !self.structure.is_last(inner) {
                return false;
            }
        }
        true
    }

    fn beginning(&self, id: u32) -> Beginning {
        self.fact(id).map_or(Beginning::Other, |fact| fact.beginning)
    }

    fn fact(&self, id: u32) -> Option<&Fact> {
        self.of.get(id as usize)
    }
}

fn text(sites: &Sites, structure: &Structure, id: u32) -> Text {
    let snippet = sites.statement(id).map(|statement| statement.snippet);
    Text::new(&snippet.unwrap_or_default(), structure.has_inner(id))
}
