//! Which locks a thread holds and which one it waits for, as far as the texts of its open statements tell.
//!
//! A guard is held in the rest of the block that its `let` stands in, unless a `drop` of it stands there too; one of an
//! `if let`, a `match`, a `while let` or a `for`, in that statement's blocks; and one that is an argument, in what is called.

mod binding;
mod identity;
mod path;
#[cfg(test)]
mod tests;
mod text;
mod trace;

use self::identity::Identity;
pub use self::identity::Likeness;
use self::identity::Scope;
use self::text::{Taken, bound, in_head, is_within_call, lets_go, method, taken};
use self::trace::{Place, Trace};
use super::structure::Structure;
use super::waiting::{Wait, wait};
use crate::model::chain::Chain;
use crate::model::sites::Sites;

/// So many of the locks that a thread holds are looked at, the innermost ones.
const HOLDS_MAX: usize = 256;

/// The locks of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locks {
    /// The one that it waits for.
    pub wants: Option<Taking>,
    /// Those that it holds, the outermost first.
    pub holds: Vec<Taking>,
}

/// A lock that a statement takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// What the statement calls it.
    pub name: String,
    /// Whether others can hold it at the same time.
    pub is_shared: bool,
    /// The statement.
    pub statement: u32,
    /// The statement's file.
    file: String,
    /// Which one it is.
    lock: Identity,
}

impl Taking {
    /// What the lock is called where its name comes from, if that is another name: `y` of `transfer(&x, &y)`.
    pub fn traced(&self) -> Option<String> {
        Some(self.lock.to_string()).filter(|traced| *traced != self.name)
    }

    /// How likely this one, which is held, keeps a thread waiting for the other: that which holds it, or another one.
    pub fn keeps(&self, wanted: &Taking, is_one_thread: bool) -> Likeness {
        let are_shared = self.is_shared && wanted.is_shared;
        if are_shared { Likeness::Different } else { self.likeness(wanted, is_one_thread) }
    }

    /// How likely both are of the same lock.
    pub fn likeness(&self, other: &Taking, is_one_thread: bool) -> Likeness {
        self.lock.likeness(&other.lock, is_one_thread, self.file == other.file)
    }
}

/// The locks of a thread with these open statements.
pub fn locks(chain: &Chain, sites: &Sites, structure: &Structure) -> Locks {
    let calls: Vec<Option<u32>> = chain.innermost.iter().rev().copied().collect();
    let thread = Open { trace: Trace::new(&calls, sites, structure), sites, structure };
    let open: Vec<(usize, u32)> = calls.iter().enumerate().filter_map(|(call, id)| Some((call, (*id)?))).collect();
    let Some((innermost, id)) = open.last().copied() else { return Locks::default() };
    let mut held = Vec::new();
    for (at, (call, id)) in open.iter().enumerate() {
        thread.held_around(*call, *id, &mut held);
        if let Some((_, called)) = open.get(at + 1) {
            held.extend(thread.held_by_argument(*call, *id, *called));
        }
    }
    let text = thread.text(id);
    let wanted = taken(&text).filter(|_| wait(&text) == Some(Wait::Lock));
    let wants = wanted.map(|taken| thread.taking(&Raw::new(innermost, id, &taken)));
    let left_out = held.len().saturating_sub(HOLDS_MAX);
    let holds = held.iter().skip(left_out).map(|raw| thread.taking(raw)).collect();
    Locks { wants, holds }
}

/// A lock that a statement takes, in call number `call` of the thread's open ones, as it is written there.
struct Raw {
    call: usize,
    statement: u32,
    name: String,
    is_shared: bool,
}

impl Raw {
    fn new(call: usize, statement: u32, taken: &Taken<'_>) -> Self {
        Raw { call, statement, name: taken.name.to_owned(), is_shared: taken.is_shared }
    }
}

/// The open statements of a thread, and what is known of them.
struct Open<'a> {
    trace: Trace<'a>,
    sites: &'a Sites,
    structure: &'a Structure,
}

impl Open<'_> {
    fn taking(&self, raw: &Raw) -> Taking {
        let Raw { call, statement, ref name, is_shared } = *raw;
        let lock = self.trace.identity(name, Place { statement, scope: Scope::Own(call) });
        let file = self.sites.statement(statement).map(|statement| statement.file).unwrap_or_default();
        Taking { name: name.clone(), is_shared, statement, file, lock }
    }

    fn text(&self, id: u32) -> String {
        self.sites.statement(id).map(|statement| statement.snippet).unwrap_or_default()
    }

    /// Adds what is held where the statement stands.
    fn held_around(&self, call: usize, id: u32, holds: &mut Vec<Raw>) {
        let mut around: Vec<u32> = self.structure.outward(id).collect();
        around.reverse();
        for (at, statement) in around.iter().enumerate() {
            let mut held: Vec<(String, Raw)> = Vec::new();
            for id in self.structure.before(*statement) {
                let text = self.text(id);
                held.retain(|(guard, _)| !lets_go(&text, guard));
                held.extend(bound(&text).map(|(guard, taken)| (guard.to_owned(), Raw::new(call, id, &taken))));
            }
            holds.extend(held.into_iter().map(|(_, raw)| raw));
            if at + 1 < around.len() {
                holds.extend(in_head(&self.text(*statement)).map(|taken| Raw::new(call, *statement, &taken)));
            }
        }
    }

    /// The lock that a statement holds while it is in the function that it has `called`.
    fn held_by_argument(&self, call: usize, id: u32, called: u32) -> Option<Raw> {
        let text = self.text(id);
        let taken = taken(&text)?;
        let called = self.sites.statement(called)?;
        let name = called.function.split("::").filter(|part| *part != "{{closure}}").last().unwrap_or_default();
        // The function may be the one that locks, or what makes the lock.
        let is_before = !taken.behind.contains(name) && !is_within_call(&text, name, taken.name);
        let is_argument = method(name).is_none() && !is_before && bound(&text).is_none();
        is_argument.then(|| Raw::new(call, id, &taken))
    }
}
