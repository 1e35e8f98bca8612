//! A statement within the text of its source file.

/// Lines of source around a statement.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The number of the first line, from 1.
    pub first: u64,
    /// The lines.
    pub lines: Vec<String>,
}

// Output: the line and the column, from 1
/// Where the statement is now, if it is in one place of `source` and has more than a name.
pub fn moved(source: &str, snippet: &str) -> Option<(u64, u64)> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let first =
        snippet.chars().next().filter(|_| snippet.contains(|char: char| !char.is_alphanumeric() && char != '_'))?;
    let is_inside = |at: usize| {
        let is_part = |character: char| character == '_' || character.is_alphanumeric();
        is_part(first) && source[..at].ends_with(is_part)
    };
    let mut places = source.match_indices(first).map(|(at, _)| at).filter(|at| !is_inside(*at));
    let mut here = places.by_ref().filter(|at| begins(source[*at..].chars(), snippet));
    let (at, None) = (here.next()?, here.next()) else { return None };
    let line = source[..at].matches('\n').count() + 1;
    let column = source[..at].chars().rev().take_while(|character| *character != '\n').count() + 1;
    Some((line as u64, column as u64))
}

/// The statement's line and `context` lines before and behind it; `None` when `source` does not hold the statement
/// `snippet` at `line` and `column`.
pub fn excerpt(source: &str, (line, column): (u64, u64), snippet: &str, context: u64) -> Option<Excerpt> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let index = usize::try_from(line.checked_sub(1)?).ok()?;
    let start = source.split_inclusive('\n').take(index).map(str::len).sum();
    let rest: &str = source.get(start..)?;
    let skipped = usize::try_from(column.checked_sub(1)?).ok()?;
    if rest.chars().take(skipped).any(|character| character == '\n') || !begins(rest.chars().skip(skipped), snippet) {
        return None;
    }
    around(source, line, context)
}

/// A line and `context` lines before and behind it, if `source` has that line.
pub fn around(source: &str, line: u64, context: u64) -> Option<Excerpt> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    source.lines().nth(usize::try_from(line.checked_sub(1)?).ok()?)?;
    let first = line.saturating_sub(context).max(1);
    let shown = usize::try_from((line - first).saturating_add(context).saturating_add(1)).unwrap_or(usize::MAX);
    let lines = source.lines().skip(usize::try_from(first - 1).ok()?).take(shown).map(str::to_owned).collect();
    Some(Excerpt { first, lines })
}

/// Whether `source`, its white space collapsed, begins with the snippet, which ends in `…` when it was shortened.
fn begins(source: impl Iterator<Item = char>, snippet: &str) -> bool {
    let mut in_space = false;
    let mut collapsed = source.filter_map(|character| {
        let space = character.is_whitespace();
        let repeated = space && in_space;
        in_space = space;
        (!repeated).then_some(if space { ' ' } else { character })
    });
    let snippet = snippet.strip_suffix('…').unwrap_or(snippet);
    !snippet.is_empty() && snippet.chars().all(|character| collapsed.next() == Some(character))
}
