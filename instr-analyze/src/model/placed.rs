//! Whether statements stand in a source file where they stood. White space does not count: where there is no source text, the
//! compiler makes its own.

/// So many statements tell whether a file that has none at its place is the one that was recorded.
const LOOKED_AT: usize = 64;
/// Of shorter ones, any file may have some.
const TELLING: usize = 8;
/// No statement begins so far to the right.
const COLUMNS: usize = 1 << 16;

/// A statement and its place, each number from 1.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
    /// What it says, ending in `…` if that was shortened.
    pub text: String,
}

/// The text of a source file.
#[derive(Debug)]
pub struct Text<'a> {
    source: &'a str,
    /// Where the lines begin.
    lines: Vec<usize>,
}

impl<'a> Text<'a> {
    /// The lines of a file.
    pub fn new(source: &'a str) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let behind = source.match_indices('\n').map(|(at, _)| at + 1);
        Text { source, lines: [0].into_iter().chain(behind).collect() }
    }

    /// Whether the statement is there.
    pub fn has(&self, placed: &Placed) -> bool {
        let number = |number: u64| usize::try_from(number.checked_sub(1)?).ok();
        let column = number(placed.column).filter(|column| *column < COLUMNS);
        let (Some(line), Some(column)) = (number(placed.line), column) else { return false };
        let Some(rest) = self.lines.get(line).and_then(|start| self.source.get(*start..)) else { return false };
        let mut rest = bare(rest.chars().skip(column));
        bare(shown(&placed.text).chars()).all(|character| rest.next() == Some(character))
    }

    /// Whether one of the statements is anywhere in it.
    pub fn knows_any(&self, placed: &[Placed]) -> bool {
        let source: String = bare(self.source.chars()).collect();
        let texts = placed.iter().map(|placed| bare(shown(&placed.text).chars()).collect::<String>());
        texts.filter(|text| text.len() >= TELLING).take(LOOKED_AT).any(|text| source.contains(&text))
    }
}

fn shown(text: &str) -> &str {
    text.strip_suffix('…').unwrap_or(text)
}

fn bare(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.filter(|character| !character.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_its_place_whatever_the_white_space() {
        let text = Text::new("fn f() {\n    é = call(a,\n        b);\n}\n");
        let at = |line, column, text: &str| Placed { line, column, text: text.to_owned() };
        for placed in [at(2, 9, "call( a, b );"), at(2, 9, "call(a…"), at(2, 5, "é = call(a,")] {
            assert!(text.has(&placed), "{placed:?}");
        }
        for placed in [at(2, 5, "call(a"), at(3, 9, "call(a"), at(9, 1, "b"), at(0, 0, "fn"), at(4, 1, "} fn")] {
            assert!(!text.has(&placed), "{placed:?}");
        }
        assert!(text.knows_any(&[at(9, 9, "x"), at(9, 9, "é = call(a, b…")]));
        assert!(!text.knows_any(&[at(9, 9, "b);"), at(9, 9, "another = call(a, b);")]));
    }
}
