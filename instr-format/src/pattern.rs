//! Comma lists of globs, as in `INSTR_INCLUDE` and `--include`.
//!
//! `*` stands for any characters, also `/`; `?` for one character; `[a-z]` for one of a set, `[!a-z]` for one outside
//! it. A pattern with none of these matches wherever it occurs in the text; one with any must match the whole text.

use core::fmt;

/// A comma list of patterns that has been checked.
#[derive(Debug, Clone, Copy)]
pub struct Patterns<'a>(&'a str);

/// A pattern whose `[` is never closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern<'a>(pub &'a str);

impl fmt::Display for BadPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pattern `{}` has a `[` without `]`", self.0)
    }
}

impl core::error::Error for BadPattern<'_> {}

impl<'a> Patterns<'a> {
    /// Checks every pattern of `list`.
    ///
    /// # Errors
    /// The first pattern with an open set.
    pub fn new(list: &'a str) -> Result<Self, BadPattern<'a>> {
        let patterns = Patterns(list);
        match patterns.iter().find(|pattern| !is_closed(pattern)) {
            Some(pattern) => Err(BadPattern(pattern)),
            None => Ok(patterns),
        }
    }

    /// Whether any pattern matches `text`. Async-signal-safe.
    pub fn matches(&self, text: &str) -> bool {
        self.iter().any(|pattern| matches(pattern, text))
    }

    /// Whether the list holds no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.split(',').map(str::trim).filter(|pattern| !pattern.is_empty())
    }
}

/// Whether a text is among what one list includes, all if it is empty, and none of what the other one excludes. A list that
/// cannot be read matches nothing.
pub fn admits(include: &str, exclude: &str, text: &str) -> bool {
    let matches = |list| Patterns::new(list).is_ok_and(|list| list.matches(text));
    (Patterns(include).is_empty() || matches(include)) && !matches(exclude)
}

/// Whether one pattern matches `text`. Async-signal-safe.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    if has_wildcards(pattern) { matches_whole(pattern, text) } else { text.contains(pattern) }
}

/// Whether any character of the pattern stands for others.
pub(crate) fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// Whether every `[` of the pattern opens a set that is closed.
fn is_closed(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(open) = rest.find('[') {
        match set(&rest[open + 1..]) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// Splits `a-z]rest` behind its bracket. A `]` that comes first belongs to the set.
fn set(text: &str) -> Option<(Set<'_>, &str)> {
    let (negated, text) = match text.strip_prefix('!') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let first = text.chars().next()?.len_utf8();
    let close = first + text[first..].find(']')?;
    Some((Set { negated, members: &text[..close] }, &text[close + 1..]))
}

struct Set<'a> {
    negated: bool,
    members: &'a str,
}

impl Set<'_> {
    fn contains(&self, character: char) -> bool {
        let mut rest = self.members.chars();
        let mut found = false;
        while let Some(low) = rest.next() {
            let mut ahead = rest.clone();
            let high = match (ahead.next(), ahead.next()) {
                (Some('-'), Some(high)) => {
                    rest = ahead;
                    high
                }
                _ => low,
            };
            found |= (low..=high).contains(&character);
        }
        found != self.negated
    }
}

/// Whether `pattern` matches all of `text`. Where it fails, the last `*` takes one more character: linear in memory,
/// and at worst quadratic in time.
pub(crate) fn matches_whole(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(after_star) = pattern.strip_prefix('*') {
            retry = Some((after_star, text));
            pattern = after_star;
            continue;
        }
        if pattern.is_empty() && text.is_empty() {
            return true;
        }
        if let Some((after, left)) = one(pattern, text) {
            (pattern, text) = (after, left);
            continue;
        }
        let Some((after_star, from)) = retry else { return false };
        let mut characters = from.chars();
        if characters.next().is_none() {
            return false;
        }
        retry = Some((after_star, characters.as_str()));
        (pattern, text) = (after_star, characters.as_str());
    }
}

/// Matches the first element of the pattern against the first character; what is left of both.
fn one<'p, 't>(pattern: &'p str, text: &'t str) -> Option<(&'p str, &'t str)> {
    let mut characters = text.chars();
    let character = characters.next()?;
    let mut elements = pattern.chars();
    let after = match elements.next()? {
        '?' => elements.as_str(),
        '[' => {
            let (members, after) = set(elements.as_str())?;
            if !members.contains(character) {
                return None;
            }
            after
        }
        literal if literal == character => elements.as_str(),
        _ => return None,
    };
    Some((after, characters.as_str()))
}
