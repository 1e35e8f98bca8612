//! What the texts of statements say of locks: which they take, which guards they bind, and which they let go.

use super::path::{enclosed, ending};

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

/// A lock that a text takes.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    /// What it calls it.
    pub(super) name: &'a str,
    pub(super) is_shared: bool,
    /// What stands behind the call.
    pub(super) behind: &'a str,
}

/// The last lock that the text takes.
pub(super) fn taken(text: &str) -> Option<Taken<'_>> {
    let last = CALLS.iter().filter_map(|(call, is_shared)| Some((text.rfind(call)?, call.len(), *is_shared))).max()?;
    let (at, len, is_shared) = last;
    let name = ending(text.get(..at)?);
    (!name.is_empty()).then_some(Taken { name, is_shared, behind: text.get(at + len..)? })
}

/// The method of this name, if it takes locks.
pub(super) fn method(name: &str) -> Option<&'static str> {
    CALLS.iter().map(|(call, _)| *call).find(|call| call.trim_start_matches('.').trim_end_matches("()") == name)
}

/// The guard that a `let` binds, and its lock.
pub(super) fn bound(text: &str) -> Option<(&str, Taken<'_>)> {
    let (pattern, value) = text.strip_prefix("let ")?.split_once('=')?;
    let guard = pattern.split(':').next()?.trim().trim_start_matches("mut ").trim();
    let guard = guard.strip_prefix("Ok(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(guard);
    let guard = guard.trim_start_matches("mut ");
    let is_name = guard != "_" && guard.chars().all(|char| char == '_' || char.is_alphanumeric());
    let taken = taken(value.trim())?;
    let mut behind = taken.behind;
    while let Some((call, next)) = ON_THE_WAY.iter().find_map(|call| Some((call, behind.strip_prefix(call)?))) {
        // A call with arguments ends where its parenthesis is closed.
        behind = if call.ends_with('(') { enclosed(next)?.1 } else { next };
    }
    let is_guard = matches!(behind.trim(), "" | ";") || behind.trim_start().starts_with("else");
    let is_reference = value.trim_start().starts_with(['&', '*']);
    (is_name && is_guard && !is_reference).then_some((guard, taken))
}

/// The lock that a statement with blocks holds in them.
pub(super) fn in_head(text: &str) -> Option<Taken<'_>> {
    let behind_label =
        text.split_once(": ").filter(|(label, _)| label.starts_with('\'')).map_or(text, |(_, rest)| rest);
    let holds = ["if let ", "while let ", "match ", "for "].iter().any(|word| behind_label.starts_with(word));
    let head = text.split_once('{').map_or(text, |(head, _)| head);
    if holds { taken(head) } else { None }
}

/// Whether the lock is an argument of a call of this function.
pub(super) fn is_within_call(text: &str, function: &str, lock: &str) -> bool {
    let (Some(call), Some(lock)) = (text.find(function), text.rfind(lock)) else { return false };
    call < lock
}

/// Whether the statement drops this guard, or gives it away.
pub(super) fn lets_go(text: &str, guard: &str) -> bool {
    let dropped = |call: &str| text.match_indices(call).any(|(at, _)| text[at + call.len()..].starts_with(')'));
    dropped(&format!("drop({guard}")) || text.contains(&format!(".wait({guard})"))
}

#[cfg(test)]
mod tests {
    use super::{bound, in_head};

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
            let found = bound(text);
            assert_eq!(found.map(|(guard, taken)| (guard, taken.name)), expected, "{text}");
        }
    }

    #[test]
    fn some_statements_hold_in_their_blocks_what_their_heads_lock() {
        let name = |text| in_head(text).map(|taken| taken.name);
        assert_eq!(name("if let Some(job) = self.jobs.lock().unwrap().pop() { run(job) }"), Some("self.jobs"));
        assert_eq!(name("'a: while let Some(job) = jobs.lock().unwrap().pop() { … }"), Some("jobs"));
        assert_eq!(name("match m.lock() { Ok(_) => a(), Err(_) => b() }"), Some("m"));
        assert_eq!(name("if m.lock().unwrap().is_empty() { a() }"), None);
        assert_eq!(name("while m.lock().unwrap().is_empty() { a() }"), None);
    }
}
