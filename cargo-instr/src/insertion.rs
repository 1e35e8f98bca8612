//! Where in a source file an attribute goes, such that lines and columns stay.

use std::cmp::Reverse;
use std::ops::{Range, RangeInclusive};

use proc_macro2::{TokenStream, TokenTree};

/// A source file behind its head.
pub(crate) struct Text<'a> {
    body: &'a str,
    /// Where its tokens lie.
    ranges: Vec<Range<usize>>,
}

impl<'a> Text<'a> {
    /// The text of which these are the tokens.
    pub(crate) fn new(body: &'a str, tokens: TokenStream) -> Self {
        let mut ranges = Vec::new();
        token_ranges(tokens, &mut ranges);
        ranges.sort_unstable_by_key(|range| (range.end, Reverse(range.start)));
        Text { body, ranges }
    }

    /// Behind the last token before `start`, which is normally the end of an earlier line; or on the line after a doc
    /// comment, which would swallow the attribute.
    pub(crate) fn place(&self, start: usize) -> usize {
        let before = self.ranges.partition_point(|range| range.end <= start);
        let Some(last) = before.checked_sub(1).and_then(|last| self.ranges.get(last)) else { return 0 };
        match self.body[last.end..start].find('\n') {
            Some(newline) if self.body[last.start..].starts_with("//") => last.end + newline + 1,
            _ => last.end,
        }
    }

    /// Whether the rest of the line, which an attribute in front of `start` would move, holds more than comments and the head
    /// of an item.
    pub(crate) fn moves_code(&self, start: usize) -> bool {
        let line = self.body[self.place(start)..].lines().next().unwrap_or_default();
        line.split_once('{').is_some_and(|(_, behind)| !behind.trim().is_empty())
    }

    /// The line of this byte, from 1.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        1 + self.body[..at].matches('\n').count()
    }

    /// What these lines say.
    pub(crate) fn lines(&self, lines: &RangeInclusive<usize>) -> String {
        let before = lines.start().saturating_sub(1);
        let lines: Vec<&str> = self.body.lines().skip(before).take(lines.end() - before).collect();
        lines.join("\n")
    }

    /// The text with what is to be inserted at its places.
    pub(crate) fn with(&self, mut insertions: Vec<(usize, &str)>) -> String {
        insertions.sort_unstable();
        let (mut text, mut copied) = (String::new(), 0);
        for (place, inserted) in insertions {
            text.push_str(&self.body[copied..place]);
            // `name#` would be one token.
            if text.ends_with(|last: char| last == '_' || last.is_alphanumeric()) {
                text.push(' ');
            }
            text.push_str(inserted);
            copied = place;
        }
        text + &self.body[copied..]
    }
}

/// Where each token lies. A doc comment is several tokens, all but its closing bracket as long as itself.
fn token_ranges(tokens: TokenStream, ranges: &mut Vec<Range<usize>>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                ranges.push(group.span_open().byte_range());
                token_ranges(group.stream(), ranges);
                ranges.push(group.span_close().byte_range());
            }
            token => ranges.push(token.span().byte_range()),
        }
    }
}
