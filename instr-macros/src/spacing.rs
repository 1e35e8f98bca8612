//! The text of tokens that no source text is at hand for.

use proc_macro2::{Delimiter, LineColumn, TokenStream, TokenTree};

/// The tokens, with spaces where they stand apart in the source.
pub(crate) fn text(tokens: TokenStream) -> String {
    let mut written = Written { text: String::new(), end: None };
    written.tokens(tokens);
    written.text
}

struct Written {
    text: String,
    /// Where the last token ends.
    end: Option<LineColumn>,
}

impl Written {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            let TokenTree::Group(group) = token else {
                let span = token.span();
                self.token(&token.to_string(), span.start(), span.end());
                continue;
            };
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => {
                    self.tokens(group.stream());
                    continue;
                }
            };
            // Those of the delimiters are lost when syn writes a group again.
            let (start, end) = (group.span().start(), group.span().end());
            self.token(open, start, LineColumn { column: start.column + 1, ..start });
            self.tokens(group.stream());
            self.token(close, LineColumn { column: end.column.saturating_sub(1), ..end }, end);
        }
    }

    fn token(&mut self, text: &str, start: LineColumn, end: LineColumn) {
        if self.end.is_some_and(|end| end != start) {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.end = Some(end);
    }
}
