//! Where a piece of source stands and what it says.

use instr_format::names::MacroFlag;
use instr_format::sites::Lines;
use proc_macro2::{Delimiter, Group, LineColumn, Span, TokenStream, TokenTree};

use quote::ToTokens as _;
use syn::Pat;

use crate::edges::Edges;
use crate::spacing;

/// Snippets are no longer, in bytes, the mark of a cut one included.
const SNIPPET_LEN: usize = 120;
/// And patterns of arms.
const PATTERN_LEN: usize = 48;
const CUT: char = '…';

/// The source text of a function's body, out of which its snippets are cut.
///
/// Cargo compiles macros without optimisation: what is done for each character is left to functions that the standard
/// library has compiled already.
pub(crate) struct Body {
    pub(crate) file: String,
    text: String,
    start: LineColumn,
    /// Where the lines begin, in bytes.
    lines: Vec<usize>,
    /// Byte offset of each character of `text` and of its end, so that a long line is not searched for each statement; empty
    /// where each character is a byte.
    characters: Vec<usize>,
}

impl Body {
    pub(crate) fn new(span: Span) -> Self {
        let text = span.source_text().unwrap_or_default();
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(newlines).collect();
        let characters = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
        };
        Body { file: span.file(), start: span.start(), text, lines, characters }
    }

    /// The lines of a function with this body whose first token stands in line `from`.
    pub(crate) fn lines_from(&self, from: usize) -> Lines {
        let (first, last) = (from.min(self.start.line), self.start.line + self.lines.len() - 1);
        Lines { first: first as u64, further: (last - first) as u64 }
    }

    /// The text from `from` to `to`, if it lies in the body.
    fn cut(&self, from: LineColumn, to: LineColumn) -> Option<&str> {
        self.text.get(self.offset(from)?..self.offset(to)?)
    }

    fn offset(&self, at: LineColumn) -> Option<usize> {
        let line = at.line.checked_sub(self.start.line)?;
        let column = if line == 0 { at.column.checked_sub(self.start.column)? } else { at.column };
        let start = *self.lines.get(line)?;
        if self.characters.is_empty() {
            return Some(start + column);
        }
        let first = self.characters.binary_search(&start).ok()?;
        self.characters.get(first + column).copied()
    }
}

/// The place and the text of a statement.
pub(crate) struct Place {
    /// Where the statement begins, behind its attributes.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) col: usize,
    /// How many lines further its last token is, as far as that is known.
    pub(crate) further: usize,
    pub(crate) macro_flag: MacroFlag,
    pub(crate) snippet: String,
    /// The file, if it is not that of the body.
    pub(crate) other_file: Option<String>,
}

/// Finds the place of a statement. `calls_macro`: it is nothing but a macro call.
pub(crate) fn place(code: &impl Edges, calls_macro: bool, body: &Body) -> Place {
    match code.edges() {
        Some((first, last)) if !is_expanded(first) && !is_expanded(last) => {
            between((first, last), macro_flag(false, calls_macro), true, body, || code.to_token_stream())
        }
        _ => place_of(without_attributes(code.to_token_stream()), calls_macro, body),
    }
}

/// Finds the place of a statement with these tokens, which are no attributes.
fn place_of(tokens: TokenStream, calls_macro: bool, body: &Body) -> Place {
    let (fragment, alone) = leading_fragment(&tokens);
    if let Some(fragment) = fragment.clone().filter(|_| alone) {
        return place_of(without_attributes(fragment), calls_macro, body);
    }
    let (first, last) = ends(tokens.clone()).unwrap_or((Span::call_site(), Span::call_site()));
    let ends_expanded = || ends(without_semicolon(&tokens)).is_some_and(|(_, last)| is_expanded(last));
    let expanded = fragment.is_some() || is_expanded(first) || is_expanded(last) && ends_expanded();
    between((first, last), macro_flag(expanded, calls_macro), is_expanded(last) == expanded, body, || tokens)
}

fn macro_flag(expanded: bool, calls_macro: bool) -> MacroFlag {
    match (expanded, calls_macro) {
        (true, _) => MacroFlag::Expansion,
        (false, true) => MacroFlag::Invocation,
        (false, false) => MacroFlag::None,
    }
}

/// The place between a first and a last token, `alike` if both came out of the same source, with `tokens` where that
/// does not tell the text.
fn between(
    (first, last): (Span, Span),
    macro_flag: MacroFlag,
    alike: bool,
    body: &Body,
    tokens: impl FnOnce() -> TokenStream,
) -> Place {
    let (start, end, file) = (first.start(), last.end(), first.file());
    let in_body = file == body.file && alike;
    let written = body.cut(start, end).filter(|text| in_body && begins_with(text, first));
    let further = if in_body { end.line.saturating_sub(start.line) } else { 0 };
    let snippet = match written {
        Some(text) => shorten(text, SNIPPET_LEN),
        None => shorten(&spacing::text(tokens()), SNIPPET_LEN),
    };
    let other_file = (file != body.file).then_some(file);
    Place { line: start.line, col: start.column + 1, further, macro_flag, snippet, other_file }
}

/// The text of an arm's pattern, with the condition behind it.
pub(crate) fn pattern(pattern: &Pat, body: &Body) -> String {
    let tokens = pattern.to_token_stream();
    let written = ends(tokens.clone())
        .and_then(|(first, last)| body.cut(first.start(), last.end()).filter(|text| begins_with(text, first)));
    written.map_or_else(|| shorten(&spacing::text(tokens), PATTERN_LEN), |text| shorten(text, PATTERN_LEN))
}

/// A macro that is given a statement can have its own semicolon behind it.
fn without_semicolon(tokens: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens.pop_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
    tokens.into_iter().collect()
}

/// What a macro was given that the tokens begin with, and whether they are nothing else. It is in a group that cannot be
/// seen, or in the parentheses that `regroup` has made of one.
fn leading_fragment(tokens: &TokenStream) -> (Option<TokenStream>, bool) {
    let Some(TokenTree::Group(group)) = tokens.clone().into_iter().next() else { return (None, false) };
    let is_fragment = match group.delimiter() {
        Delimiter::None => true,
        Delimiter::Parenthesis => {
            let own = context(Span::mixed_site());
            own.is_some() && context(group.span()) == own
        }
        _ => false,
    };
    let alone = is_fragment && without_semicolon(tokens).into_iter().nth(1).is_none();
    (is_fragment.then(|| group.stream()), alone)
}

/// Positions of tokens that a macro made can lie about; the text of the first one tells.
fn begins_with(text: &str, first: Span) -> bool {
    !text.is_empty() && first.source_text().is_none_or(|token| text.starts_with(&token))
}

/// The span of the first token, as far as probes and attributes are concerned.
pub(crate) fn first_span(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().next().map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            first_span(group.stream()).unwrap_or(group.span())
        }
        TokenTree::Group(group) => group.span_open(),
        token => token.span(),
    })
}

/// The spans of the first and of the last token.
pub(crate) fn ends(tokens: TokenStream) -> Option<(Span, Span)> {
    let last = tokens.clone().into_iter().last()?;
    Some((first_span(tokens)?, last_span(last)))
}

fn last_span(token: TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            group.stream().into_iter().last().map_or(group.span(), last_span)
        }
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    }
}

/// Tokens behind the attributes of a statement.
pub(crate) fn without_attributes(tokens: TokenStream) -> TokenStream {
    let mut rest = tokens.into_iter().peekable();
    while rest.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')).is_some() {
        rest.next_if(|token| matches!(token, TokenTree::Group(group) if is_bracket(group)));
    }
    rest.collect()
}

fn is_bracket(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket
}

/// Whether a token came out of a macro's expansion.
fn is_expanded(span: Span) -> bool {
    let text = format!("{span:?}");
    !text.starts_with("#0 ") && context_in(&text).is_some_and(|context| context != "0")
}

/// The number of the expansion that a token came out of, 0 for what the user wrote. The compiler says so only in a span's
/// debug text, `#7 bytes(1..2)`; a test fails should that text change.
fn context(span: Span) -> Option<String> {
    context_in(&format!("{span:?}")).map(str::to_owned)
}

fn context_in(text: &str) -> Option<&str> {
    let context = text.strip_prefix('#')?.split(' ').next()?;
    context.bytes().all(|byte| byte.is_ascii_digit()).then_some(context)
}

/// One line, at most so many bytes.
fn shorten(text: &str, most: usize) -> String {
    let mut snippet = String::new();
    for line in text.split('\n') {
        append(&mut snippet, line.trim());
        if snippet.len() > most {
            let fits = (0..=most - CUT.len_utf8()).rev().find(|end| snippet.is_char_boundary(*end));
            snippet.truncate(fits.unwrap_or_default());
            snippet.push(CUT);
            break;
        }
    }
    snippet
}

/// Appends what stands on a line, with one space before it and between its words.
fn append(snippet: &mut String, line: &str) {
    if line.is_empty() {
        return;
    }
    if !snippet.is_empty() {
        snippet.push(' ');
    }
    if line.is_ascii() && !["  ", "\t", "\r", "\x0b", "\x0c"].iter().any(|apart| line.contains(apart)) {
        snippet.push_str(line);
    } else {
        // A literal can be longer than all that is wanted of it.
        for (position, word) in line.split_whitespace().enumerate().take(SNIPPET_LEN) {
            if position > 0 {
                snippet.push(' ');
            }
            snippet.push_str(word);
        }
    }
}
