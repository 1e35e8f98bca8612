//! What the text of a statement tells of the flow: how it begins, and what it calls by name.

/// The text of a statement, without what stands in its literals and in statements that lie in it.
pub(super) struct Text(String);

/// How a statement begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// `return`.
    Return,
    /// `break`.
    Break,
    /// `for` or `while`: a loop whose header is recorded before each turn.
    Header,
    /// `if` or `match`, maybe behind `let … =`: one of its blocks runs.
    Branch,
    /// Any other way.
    Other,
}

/// How often a statement names a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// It may call it so many times, each time that it runs.
    Calls(u32),
    /// It may call it any number of times: it names it without calling it, or its text is cut.
    Any,
}

impl Text {
    /// Of a statement with this snippet, in which others lie if `has_inner`.
    pub(super) fn new(snippet: &str, has_inner: bool) -> Self {
        let text = without_literals(snippet);
        let end = if has_inner { text.find('{') } else { None };
        Text(end.and_then(|end| text.get(..end)).unwrap_or(&text).to_owned())
    }

    pub(super) fn beginning(&self) -> Beginning {
        let word = |text: &str| text.split(|c: char| !is_of_name(c)).next().unwrap_or_default().to_owned();
        let mut text = self.0.trim_start();
        if let Some((_, behind)) = text.strip_prefix('\'').and_then(|label| label.split_once(':')) {
            text = behind.trim_start();
        }
        let value =
            text.strip_prefix("let ").and_then(|text| text.split_once("= ")).map(|(_, value)| value.trim_start());
        match word(text).as_str() {
            "return" => Beginning::Return,
            "break" => Beginning::Break,
            "for" | "while" => Beginning::Header,
            "if" | "match" => Beginning::Branch,
            _ if value.is_some_and(|value| matches!(word(value).as_str(), "if" | "match")) => Beginning::Branch,
            _ => Beginning::Other,
        }
    }

    /// Whether it has a `?`.
    pub(super) fn has_try(&self) -> bool {
        self.0.contains('?')
    }

    /// Whether it has an `.await`.
    pub(super) fn awaits(&self) -> bool {
        self.0.contains(".await")
    }

    /// Whether it calls anything, or invokes a macro, which may.
    pub(super) fn has_call(&self) -> bool {
        let is_call = |(at, _): (usize, &str)| {
            let before = self.0.get(..at).unwrap_or_default();
            before.ends_with(|c: char| is_of_name(c) || matches!(c, '>' | ')' | ']' | '!')) && !ends_in_keyword(before)
        };
        self.0.match_indices(['(', '[', '{']).any(is_call) || self.is_cut()
    }

    /// How often it names the function of this name.
    pub(super) fn names(&self, function: &str) -> Names {
        let (mut calls, mut others) = (0, self.is_cut());
        for (at, _) in self.0.match_indices(function) {
            let (before, behind) = (self.0.get(..at), self.0.get(at + function.len()..));
            let (before, behind) = (before.unwrap_or_default(), behind.unwrap_or_default());
            if before.ends_with(is_of_name) || behind.starts_with(is_of_name) {
                continue;
            }
            match behind.trim_start().starts_with('(') || behind.starts_with("::<") {
                true => calls += 1,
                false => others = true,
            }
        }
        // What a macro writes out calls this, by the texts in it.
        let written = function == "fmt" && self.0.contains('!');
        let drawn = function == "next" && self.beginning() == Beginning::Header;
        if others || written || drawn { Names::Any } else { Names::Calls(calls) }
    }

    fn is_cut(&self) -> bool {
        self.0.ends_with('…')
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn ends_in_keyword(before: &str) -> bool {
    ["if", "match", "while", "in", "return", "else", "loop"]
        .iter()
        .any(|word| before.strip_suffix(word).is_some_and(|before| !before.ends_with(is_of_name)))
}

/// The text with nothing in its strings and characters.
fn without_literals(snippet: &str) -> String {
    let mut text = String::with_capacity(snippet.len());
    let mut characters = snippet.chars().peekable();
    while let Some(c) = characters.next() {
        text.push(c);
        if c == '"' {
            while let Some(inner) = characters.next() {
                if inner == '\\' {
                    characters.next();
                } else if inner == '"' {
                    text.push('"');
                    break;
                }
            }
        } else if c == '\'' {
            // A character of one, or an escaped one; else it is a lifetime or a label.
            let mut ahead = characters.clone();
            let is_escaped = ahead.next() == Some('\\');
            if is_escaped {
                characters = ahead;
                characters.next();
                while characters.next_if(|inner| *inner != '\'').is_some() {}
                text.extend(characters.next());
            } else if ahead.next() == Some('\'') {
                characters.next();
                text.extend(characters.next());
            }
        }
    }
    if snippet.ends_with('…') && !text.ends_with('…') {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Beginning, Names, Text};

    fn text(snippet: &str) -> Text {
        Text::new(snippet, false)
    }

    #[test]
    fn a_statement_is_known_by_its_first_word() {
        for (snippet, expected) in [
            ("return;", Beginning::Return),
            ("returned(1)", Beginning::Other),
            ("break 'outer;", Beginning::Break),
            ("'outer: for x in v {", Beginning::Header),
            ("while let Some(x) = v.pop() {", Beginning::Header),
            ("loop {", Beginning::Other),
            ("if a { b } else { c }", Beginning::Branch),
            ("let x = match y {", Beginning::Branch),
            ("let x = iffy();", Beginning::Other),
        ] {
            assert_eq!(text(snippet).beginning(), expected, "{snippet}");
        }
    }

    #[test]
    fn functions_are_named_by_whole_words_outside_of_literals() {
        for (snippet, expected) in [
            ("walk(a) + self.walk(b)", Names::Calls(2)),
            ("sleepwalk(a); walker(b)", Names::Calls(0)),
            ("say(\"walk(\", '(', '\\'', walk(c))", Names::Calls(1)),
            ("v.iter().map(walk).sum()", Names::Any),
            ("Self::walk::<T>(a)", Names::Calls(1)),
            ("step(a, b, …", Names::Any),
        ] {
            assert_eq!(text(snippet).names("walk"), expected, "{snippet}");
        }
        assert_eq!(Text::new("for x in v { walk(x) }", true).names("walk"), Names::Calls(0));
        assert_eq!(text("println!(\"{x}\")").names("fmt"), Names::Any);
        assert_eq!(text("for x in v").names("next"), Names::Any);
    }

    #[test]
    fn calls_macros_and_question_marks_are_found_in_code_only() {
        assert!(!text("n / (n - 3)").has_call() && !text("if (a) {").has_call() && !text("\"f()\"").has_call());
        assert!(text("f(n)").has_call() && text("v.f::<T>()").has_call() && text("vec![1]").has_call());
        assert!(text("f(n)?;").has_try() && !text("say(\"what?\")").has_try() && !text("'?'").has_try());
        assert!(text("b.await").awaits() && !text("\".await\"").awaits());
    }
}
