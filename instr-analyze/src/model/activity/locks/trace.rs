//! Follows a name to where it comes from: through what is but another name, to arguments of the calls around, and out of closures.

use std::cell::Cell;

use super::binding::{Given, binds_inside, given, is_parameter_of_closure};
use super::identity::{Binding, Captured, Identity, Root, Scope, Step, Variable};
use super::path::{self, Path};
use crate::model::activity::structure::Structure;
use crate::model::sites::Sites;

/// So many names are followed in a row.
const STEPS_MAX: usize = 64;
/// Indexes are followed so deep in indexes.
const DEPTH_MAX: usize = 3;

/// Of each thread so many statements and names are looked at: a site table may hold anything.
const LOOKS_MAX: usize = 50_000;

/// What names are followed in: the open statements of a thread.
#[derive(Debug)]
pub(super) struct Trace<'a> {
    /// The outermost first; `None` is one that is not known.
    calls: &'a [Option<u32>],
    sites: &'a Sites,
    structure: &'a Structure,
    /// How many statements and names may still be looked at.
    left: Cell<usize>,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The statement.
    pub(super) statement: u32,
    /// In which call of its function.
    pub(super) scope: Scope,
}

/// Where a name comes from.
enum Origin {
    /// It is another name for this, which stands there.
    Alias(String, Place),
    Variable(Variable),
}

impl<'a> Trace<'a> {
    /// In the thread with these open statements, the outermost first.
    pub(super) fn new(calls: &'a [Option<u32>], sites: &'a Sites, structure: &'a Structure) -> Self {
        Trace { calls, sites, structure, left: Cell::new(LOOKS_MAX) }
    }

    /// What a path stands for.
    pub(super) fn identity(&self, text: &str, place: Place) -> Identity {
        self.followed(text, place, DEPTH_MAX)
    }

    fn followed(&self, text: &str, place: Place, depth: usize) -> Identity {
        let (mut text, mut place) = (text.to_owned(), place);
        let mut behind: Vec<Step> = Vec::new();
        for _ in 0..STEPS_MAX {
            if path::is_literal(&text) {
                return Identity { root: Root::Literal(text), steps: behind };
            }
            let Some(path) = Path::new(&text).filter(|_| self.spend(0)) else { break };
            behind.splice(0..0, path.steps.iter().map(|step| self.step(step, place, depth)));
            if path.is_global() {
                return Identity { root: Root::Global(path.root.to_owned()), steps: behind };
            }
            match self.origin(path.root, place) {
                Origin::Alias(next, at) => (text, place) = (next, at),
                Origin::Variable(variable) => return Identity { root: Root::Variable(variable), steps: behind },
            }
        }
        Identity { root: Root::Unknown(text), steps: behind }
    }

    fn step(&self, step: &path::Step<'_>, place: Place, depth: usize) -> Step {
        let depth = depth.checked_sub(1).filter(|_| self.spend(0));
        let value = |text: &str| match path::alias(text).zip(depth) {
            Some((text, depth)) => self.followed(text, place, depth),
            None => Identity { root: Root::Unknown(text.to_owned()), steps: Vec::new() },
        };
        match step {
            path::Step::Field(name) => Step::Field((*name).to_owned()),
            path::Step::Index(index) => Step::Index(Box::new(value(index))),
            path::Step::Call(name, arguments) => {
                Step::Call((*name).to_owned(), arguments.iter().map(|argument| value(argument)).collect())
            }
        }
    }

    /// Looks for what binds the name: further and further out, from closures also where these are made.
    fn origin(&self, name: &str, mut place: Place) -> Origin {
        let variable = |binding, place: Place, given: Option<Given<'_>>| {
            let body = self.structure.body(place.statement).unwrap_or(place.statement);
            let is_new = matches!(given, Some(Given::Value(value)) if path::is_new(value));
            let is_changing = given == Some(Given::Changing);
            let scope = self.scope_of(binding, place);
            Origin::Variable(Variable { name: name.to_owned(), binding, body, scope, is_new, is_changing })
        };
        loop {
            let first = self.structure.block(place.statement).unwrap_or(place.statement);
            if !self.spend(place.statement.saturating_sub(first)) {
                return variable(Binding::Unknown, place, None);
            }
            let before: Vec<u32> = self.structure.before(place.statement).collect();
            for id in before.into_iter().rev() {
                let text = self.text(id);
                let Some(given) = given(&text, name) else { continue };
                let place = Place { statement: id, ..place };
                return match given {
                    Given::Value(value) => match path::alias(value) {
                        Some(value) => Origin::Alias(value.to_owned(), place),
                        None => variable(Binding::Statement(id), place, Some(given)),
                    },
                    _ => variable(Binding::Statement(id), place, Some(given)),
                };
            }
            if let Some(around) = self.structure.around(place.statement) {
                let block = self.sites.nesting(place.statement).map_or(0, |nesting| nesting.block);
                place = Place { statement: around, scope: self.outward(around, place.scope) };
                if binds_inside(&self.text(around), block, name) {
                    return variable(Binding::Statement(around), place, None);
                }
            } else if let Some(outer) = self.structure.outer(place.statement) {
                if is_parameter_of_closure(&self.text(outer), name) {
                    return variable(Binding::Parameter, place, None);
                }
                place = Place { statement: outer, scope: self.captured(outer, place.scope) };
            } else {
                let at = self.parameter(name, place.statement);
                let argument = at.and_then(|at| self.argument(at, place));
                let binding = if at.is_some() { Binding::Parameter } else { Binding::Unknown };
                return argument
                    .map_or_else(|| variable(binding, place, None), |(text, place)| Origin::Alias(text, place));
            }
        }
    }

    /// The scope around a statement that others lie in: its loop may make one such closure after the other.
    fn outward(&self, around: u32, scope: Scope) -> Scope {
        match scope {
            Scope::Captured(captured) if self.structure.has_loop(around) => {
                Scope::Captured(Captured { is_shared: true, ..captured })
            }
            other => other,
        }
    }

    /// The scope that a closure was made in.
    fn captured(&self, outer: u32, scope: Scope) -> Scope {
        let body = self.structure.body(outer);
        match scope {
            Scope::Captured(captured) => Scope::Captured(Captured { is_shared: true, ..captured }),
            Scope::Own(call) => {
                let is_of_body = |at: &usize| {
                    let open = self.calls.get(*at).copied().flatten();
                    open.is_some_and(|open| self.structure.body(open) == body)
                };
                match (0..call).rev().find(is_of_body) {
                    Some(call) => Scope::Own(call),
                    None => Scope::Captured(Captured { made_in: outer, is_shared: false, is_one_of_many: false }),
                }
            }
        }
    }

    /// The scope of what is bound there.
    fn scope_of(&self, binding: Binding, place: Place) -> Scope {
        let Scope::Captured(captured) = place.scope else { return place.scope };
        let around = match binding {
            Binding::Statement(id) if !self.text(id).starts_with("let ") => Some(id),
            Binding::Statement(id) => self.structure.around(id),
            _ => None,
        };
        let is_in_loop = around.is_some_and(|id| self.structure.outward(id).any(|id| self.structure.has_loop(id)));
        let is_head = around.is_some() && matches!(binding, Binding::Statement(id) if around == Some(id));
        let outermost = self.structure.outward(place.statement).last().unwrap_or(place.statement);
        // That of a scope is called once.
        let is_in_closure = self.structure.outer(outermost).is_some_and(|outer| !self.text(outer).contains("scope("));
        Scope::Captured(Captured { is_one_of_many: is_in_loop || is_head || is_in_closure, ..captured })
    }

    /// Which parameter of its function has the name.
    fn parameter(&self, name: &str, statement: u32) -> Option<usize> {
        self.sites.parameters(statement).position(|parameter| parameter == name)
    }

    /// What the function around is given as its parameter number `at`, if its caller's statement tells, and where that stands.
    fn argument(&self, at: usize, place: Place) -> Option<(String, Place)> {
        let Scope::Own(call) = place.scope else { return None };
        let caller = call.checked_sub(1)?;
        let statement = (*self.calls.get(caller)?)?;
        let function = self.sites.statement(place.statement)?.function;
        let name = function.rsplit("::").next()?;
        let has_self = self.sites.parameters(place.statement).next().is_some_and(|first| first == "self");
        let text = self.text(statement);
        let arguments = path::arguments(&text, name, has_self)?;
        let value = path::alias(arguments.get(at)?)?;
        Some((value.to_owned(), Place { statement, scope: Scope::Own(caller) }))
    }

    /// Whether so many statements may be looked at; takes one more from what is left.
    fn spend(&self, statements: u32) -> bool {
        let left = self.left.get().checked_sub(statements as usize + 1);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    fn text(&self, id: u32) -> String {
        self.sites.statement(id).map(|statement| statement.snippet).unwrap_or_default()
    }
}
