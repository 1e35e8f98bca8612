//! Which locks a thread holds and which one it waits for, as far as the texts of its open statements tell.
//!
//! A guard is held in the rest of the block that its `let` stands in, unless a `drop` of it stands there too; one of an
//! `if let`, a `match`, a `while let` or a `for`, in that statement's blocks; and one that is an argument, in what is called.

use super::structure::Structure;
use super::waiting::{Wait, wait};
use crate::model::chain::Chain;
use crate::model::sites::Sites;
use crate::model::statement::Statement;

/// Calls that take a lock, and whether others can hold it at the same time.
const CALLS: [(&str, bool); 8] = [
    (".lock()", false),
    (".lock_arc()", false),
    (".blocking_lock()", false),
    (".write()", false),
    (".blocking_write()", false),
    (".read()", true),
    (".blocking_read()", true),
    (".upgradable_read()", true),
];
/// What may stand between the lock and the end of a `let` that binds its guard.
const ON_THE_WAY: [&str; 5] = [".unwrap()", ".expect(", ".unwrap_or_else(", "?", ".await"];

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
}

impl Taking {
    /// Whether one thread has to wait while another holds the lock, if both names are of the same one.
    pub fn excludes(&self, other: &Taking) -> bool {
        !(self.is_shared && other.is_shared) && last_name(&self.name) == last_name(&other.name)
    }
}

/// The locks of a thread with these open statements.
pub fn locks(chain: &Chain, sites: &Sites, structure: &Structure) -> Locks {
    let open: Vec<u32> = chain.innermost.iter().rev().copied().flatten().collect();
    let Some(innermost) = open.last() else { return Locks::default() };
    let mut locks = Locks::default();
    for (at, id) in open.iter().enumerate() {
        held_around(*id, sites, structure, &mut locks.holds);
        if let Some(called) = open.get(at + 1).and_then(|id| sites.statement(*id)) {
            held_by_argument(*id, &called, sites, &mut locks.holds);
        }
    }
    let statement = sites.statement(*innermost);
    let waits = statement.as_ref().is_some_and(|statement| wait(&statement.snippet) == Some(Wait::Lock));
    if let Some(statement) = statement.filter(|_| waits) {
        locks.wants = taking(*innermost, &statement.snippet).map(|(taking, _)| taking);
    }
    locks
}

/// Adds what is held where the statement stands.
fn held_around(id: u32, sites: &Sites, structure: &Structure, holds: &mut Vec<Taking>) {
    let mut around: Vec<u32> = structure.outward(id).collect();
    around.reverse();
    for (at, statement) in around.iter().enumerate() {
        let mut held: Vec<(String, Taking)> = Vec::new();
        for id in structure.before(*statement) {
            let Some(statement) = sites.statement(id) else { continue };
            let text = statement.snippet.as_str();
            held.retain(|(guard, _)| !lets_go(text, guard));
            held.extend(bound(id, text));
        }
        holds.extend(held.into_iter().map(|(_, taking)| taking));
        if at + 1 < around.len() {
            holds.extend(sites.statement(*statement).and_then(|found| in_head(*statement, &found.snippet)));
        }
    }
}

/// The guard that a `let` binds, and its lock.
fn bound(id: u32, text: &str) -> Option<(String, Taking)> {
    let (pattern, value) = text.strip_prefix("let ")?.split_once('=')?;
    let guard = pattern.split(':').next()?.trim().trim_start_matches("mut ").trim();
    let guard = guard.strip_prefix("Ok(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(guard);
    let guard = guard.trim_start_matches("mut ");
    let is_name = guard != "_" && guard.chars().all(|char| char == '_' || char.is_alphanumeric());
    let (taking, mut behind) = taking(id, value.trim())?;
    while let Some((call, next)) = ON_THE_WAY.iter().find_map(|call| Some((call, behind.strip_prefix(call)?))) {
        // A call with arguments ends where its parenthesis is closed.
        behind = if call.ends_with('(') { next.get(closing(next)?..)? } else { next };
    }
    let is_guard = matches!(behind.trim(), "" | ";") || behind.trim_start().starts_with("else");
    let is_reference = value.trim_start().starts_with(['&', '*']);
    (is_name && is_guard && !is_reference).then(|| (guard.to_owned(), taking))
}

/// The lock that a statement with blocks holds in them.
fn in_head(id: u32, text: &str) -> Option<Taking> {
    let behind_label =
        text.split_once(": ").filter(|(label, _)| label.starts_with('\'')).map_or(text, |(_, rest)| rest);
    let holds = ["if let ", "while let ", "match ", "for "].iter().any(|word| behind_label.starts_with(word));
    let head = text.split_once('{').map_or(text, |(head, _)| head);
    if holds { taking(id, head).map(|(taking, _)| taking) } else { None }
}

/// Adds the lock that a statement holds while it is in the function that it has `called`.
fn held_by_argument(id: u32, called: &Statement, sites: &Sites, holds: &mut Vec<Taking>) {
    let Some(statement) = sites.statement(id) else { return };
    let Some((taking, behind)) = taking(id, &statement.snippet) else { return };
    let name = called.function.split("::").filter(|part| *part != "{{closure}}").last().unwrap_or_default();
    // The function may be the one that locks.
    let is_the_lock = CALLS.iter().any(|(call, _)| call.trim_start_matches('.').trim_end_matches("()") == name);
    // Or what makes it.
    let is_before = !behind.contains(name) && !is_within_call(&statement.snippet, name, &taking.name);
    if !is_the_lock && !is_before && bound(id, &statement.snippet).is_none() {
        holds.push(taking);
    }
}

/// Whether the lock is an argument of a call of this function.
fn is_within_call(text: &str, function: &str, lock: &str) -> bool {
    let (Some(call), Some(lock)) = (text.find(function), text.rfind(lock)) else { return false };
    call < lock
}

/// Whether the statement drops this guard, or gives it away.
fn lets_go(text: &str, guard: &str) -> bool {
    let dropped = |call: &str| text.match_indices(call).any(|(at, _)| text[at + call.len()..].starts_with(')'));
    dropped(&format!("drop({guard}")) || text.contains(&format!(".wait({guard})"))
}

/// The last lock that the text takes, and what stands behind it.
fn taking(statement: u32, text: &str) -> Option<(Taking, &str)> {
    let last = CALLS.iter().filter_map(|(call, is_shared)| Some((text.rfind(call)?, call.len(), *is_shared))).max()?;
    let (at, len, is_shared) = last;
    let name = receiver(text.get(..at)?).to_owned();
    (!name.is_empty()).then_some((Taking { name, is_shared, statement }, text.get(at + len..)?))
}

/// The path that the text ends in: `self.accounts[from]`.
fn receiver(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut start = text.len();
    for (at, char) in text.char_indices().rev() {
        match char {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '.' | ':' | '_' => {}
            char if char.is_alphanumeric() => {}
            _ => break,
        }
        start = at;
    }
    text[start..].trim_start_matches('.')
}

/// What the lock is called in the end: its field, or its name.
fn last_name(name: &str) -> &str {
    let behind = name.rsplit(['.', ':']).next().unwrap_or(name);
    if behind.chars().all(|char| char.is_ascii_digit()) { name } else { behind }
}

/// Where the parenthesis is closed that was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, char) in text.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{bound, in_head, receiver};

    #[test]
    fn a_let_binds_a_guard_if_nothing_is_made_of_it() {
        for (text, expected) in [
            ("let mut log = LOG.lock().unwrap();", Some(("log", "LOG"))),
            ("let a = self.a.lock().expect(\"not (yet) poisoned\");", Some(("a", "self.a"))),
            ("let Ok(_inner) = inner.lock() else { return };", Some(("_inner", "inner"))),
            ("let guard: MutexGuard<u8> = m.lock();", Some(("guard", "m"))),
            (
                "let from = accounts[from].lock().unwrap_or_else(PoisonError::into_inner);",
                Some(("from", "accounts[from]")),
            ),
            ("let table = table.read()?;", Some(("table", "table"))),
            ("let _ = m.lock().unwrap();", None),
            ("let len = m.lock().unwrap().len();", None),
            ("let copy = *m.lock().unwrap();", None),
            ("m.lock().unwrap().push(1);", None),
        ] {
            let found = bound(0, text);
            assert_eq!(found.as_ref().map(|(guard, lock)| (guard.as_str(), lock.name.as_str())), expected, "{text}");
        }
    }

    #[test]
    fn some_statements_hold_in_their_blocks_what_their_heads_lock() {
        let name = |text| in_head(0, text).map(|taking| taking.name);
        assert_eq!(
            name("if let Some(job) = self.jobs.lock().unwrap().pop() { run(job) }").as_deref(),
            Some("self.jobs")
        );
        assert_eq!(name("'a: while let Some(job) = jobs.lock().unwrap().pop() { … }").as_deref(), Some("jobs"));
        assert_eq!(name("match m.lock() { Ok(_) => a(), Err(_) => b() }").as_deref(), Some("m"));
        assert_eq!(name("if m.lock().unwrap().is_empty() { a() }"), None);
        assert_eq!(name("while m.lock().unwrap().is_empty() { a() }"), None);
    }

    #[test]
    fn a_receiver_goes_back_to_where_its_path_begins() {
        for (text, expected) in [
            ("let a = LOG", "LOG"),
            ("f(&self.a", "self.a"),
            ("x = table(1, 2)[n]", "table(1, 2)[n]"),
            ("*a::B", "a::B"),
            ("", ""),
        ] {
            assert_eq!(receiver(text), expected);
        }
    }
}
