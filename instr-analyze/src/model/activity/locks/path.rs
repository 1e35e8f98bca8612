//! The texts of paths, `self.accounts[from].balance`, and what they stand for: where they begin, their steps, and which values are but
//! other names for them.

/// A path, cut into its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path<'a> {
    /// What it begins with: `self`, `crate::LOG`, `state()`.
    pub(super) root: &'a str,
    /// What follows, the outermost first.
    pub(super) steps: Vec<Step<'a>>,
}

/// A part of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// `.name`
    Field(&'a str),
    /// `.name(arguments)`; also the arguments of the root, without a name.
    Call(&'a str, Vec<&'a str>),
    /// `[index]`
    Index(&'a str),
}

/// Longer texts are no other names: the macros write none.
const TEXT_MAX: usize = 1000;
/// Calls that wrap a value in another one which gives access to the same.
const WRAPPERS: [&str; 2] = ["Arc::new(", "Rc::new("];
/// Methods without arguments that give the same, or access to it.
const SAME: [&str; 9] =
    ["clone", "as_ref", "as_mut", "borrow", "borrow_mut", "deref", "deref_mut", "unwrap", "to_owned"];

impl<'a> Path<'a> {
    /// Of a text that is nothing but a path.
    pub(super) fn new(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || ending(text) != text || text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let end = text.find(['.', '[', '(']).unwrap_or(text.len());
        let (root, mut rest) = text.split_at(end);
        let mut steps = Vec::new();
        while let Some(opening) = rest.chars().next() {
            let inner = rest.get(1..)?;
            let next = match opening {
                '.' => {
                    let end = inner.find(['.', '[', '(']).unwrap_or(inner.len());
                    let (name, behind) = inner.split_at(end);
                    steps.push(Step::Field(name));
                    behind
                }
                '(' => {
                    let (arguments, behind) = enclosed(inner)?;
                    let name = match steps.pop() {
                        Some(Step::Field(name)) => name,
                        None => "",
                        Some(_) => return None,
                    };
                    steps.push(Step::Call(name, parts(arguments)));
                    behind
                }
                '[' => {
                    let (index, behind) = enclosed(inner)?;
                    steps.push(Step::Index(index.trim()));
                    behind
                }
                _ => return None,
            };
            rest = next;
        }
        steps
            .retain(|step| !matches!(step, Step::Call(name, arguments) if arguments.is_empty() && SAME.contains(name)));
        (!root.is_empty()).then_some(Path { root, steps })
    }

    /// Whether the root is no variable: a static, a function, a path of modules.
    pub(super) fn is_global(&self) -> bool {
        let is_call = matches!(self.steps.first(), Some(Step::Call("", _)));
        is_call || self.root.contains("::") || self.root.starts_with(char::is_uppercase)
    }
}

/// The path or the literal that a value is but another name for: `x` of `&x`, `Arc::clone(&x)` and `x.clone()`.
pub(super) fn alias(value: &str) -> Option<&str> {
    let mut text = value.trim();
    if text.len() > TEXT_MAX {
        return None;
    }
    loop {
        let before = text;
        text = text.trim_start_matches(['&', '*']).trim_start();
        text = text.strip_prefix("mut ").unwrap_or(text).trim_start();
        if let Some(inner) = text.strip_prefix('(').and_then(whole) {
            text = inner.trim();
        }
        let wrapper = WRAPPERS.iter().find_map(|call| text.find(call).map(|at| at + call.len()));
        let clone = text.find("::clone(").map(|at| at + "::clone(".len());
        let call = clone.or(wrapper).filter(|at| text.get(..at - 1).is_some_and(|name| ending(name) == name));
        if let Some(inner) = call.and_then(|at| whole(text.get(at..)?)) {
            text = inner.trim();
        }
        if text == before {
            break;
        }
    }
    // What a function returns may be another thing each time.
    let is_path = Path::new(text).is_some_and(|path| !matches!(path.steps.first(), Some(Step::Call("", _))));
    (is_literal(text) || is_path).then_some(text)
}

/// Whether it is a number, a character or a text.
pub(super) fn is_literal(text: &str) -> bool {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(is_of_name);
    let is_quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && skipped(text) == text.len();
    is_number || is_quoted('"') || is_quoted('\'')
}

/// Whether the value was made there, of nothing that others have too.
pub(super) fn is_new(value: &str) -> bool {
    let is_struct = value.starts_with(char::is_uppercase) && value.trim_start_matches(is_of_name).starts_with(" {");
    let is_made =
        ["::new(", "default()", "::from(", "vec![", "::with_capacity("].iter().any(|call| value.contains(call));
    (is_struct || is_made) && !value.contains('&') && !value.contains("clone(")
}

/// The arguments of the only call of `function` in a text; of a method, the first is what it is called on if it `has_self`.
pub(super) fn arguments<'a>(text: &'a str, function: &str, has_self: bool) -> Option<Vec<&'a str>> {
    let is_call = |at: &usize| {
        let behind = text.get(at + function.len()..).unwrap_or_default();
        !text.get(..*at).unwrap_or_default().ends_with(is_of_name) && behind.starts_with('(')
    };
    let mut calls = text.match_indices(function).map(|(at, _)| at).filter(is_call);
    let (at, None) = (calls.next()?, calls.next()) else { return None };
    let (inner, _) = enclosed(text.get(at + function.len() + 1..)?)?;
    let mut arguments = parts(inner);
    if let Some(before) = text.get(..at)?.strip_suffix('.').filter(|_| has_self) {
        arguments.insert(0, ending(before));
    }
    Some(arguments)
}

/// The path that the text ends in: `self.accounts[from]`.
pub(super) fn ending(text: &str) -> &str {
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

/// What is within a parenthesis that was opened before the text, and what is behind it.
pub(super) fn enclosed(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut at) = (1_usize, 0);
    while let Some(c) = text.get(at..)?.chars().next() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        at += skipped(text.get(at..)?);
    }
    None
}

/// The same if nothing is behind it.
pub(super) fn whole(text: &str) -> Option<&str> {
    enclosed(text).filter(|(_, behind)| behind.is_empty()).map(|(inner, _)| inner)
}

/// What stands between the commas that are in no parentheses.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut at) = (Vec::new(), 0_usize, 0, 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.extend(text.get(start..at).map(str::trim));
                start = at + 1;
            }
            _ => {}
        }
        at += text.get(at..).map_or(1, skipped);
    }
    parts.extend(text.get(start..).map(str::trim).filter(|last| !last.is_empty()));
    parts
}

/// The length of the character that the text begins with, or of the literal.
fn skipped(text: &str) -> usize {
    let first = text.chars().next().map_or(1, char::len_utf8);
    let mut characters = text.char_indices().skip(1);
    let quote = match text.as_bytes() {
        [b'"', ..] => '"',
        // A lifetime is not closed.
        [b'\'', b'\\', ..] | [b'\'', _, b'\'', ..] => '\'',
        _ => return first,
    };
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{Path, Step, alias, arguments, ending, is_new};

    #[test]
    fn a_receiver_goes_back_to_where_its_path_begins() {
        for (text, expected) in [
            ("let a = LOG", "LOG"),
            ("f(&self.a", "self.a"),
            ("x = table(1, 2)[n]", "table(1, 2)[n]"),
            ("*a::B", "a::B"),
            ("", ""),
        ] {
            assert_eq!(ending(text), expected);
        }
    }

    #[test]
    fn a_path_is_cut_into_its_steps() {
        let steps = |text| Path::new(text).map(|path| (path.root.to_owned(), format!("{:?}", path.steps)));
        let expected = |root: &str, steps: &[Step<'_>]| Some((root.to_owned(), format!("{steps:?}")));
        use Step::{Call, Field, Index};
        assert_eq!(steps("a"), expected("a", &[]));
        assert_eq!(steps("self.a[i + 1].0"), expected("self", &[Field("a"), Index("i + 1"), Field("0")]));
        assert_eq!(steps("bank.of(x, \"a,b\").it"), expected("bank", &[Call("of", vec!["x", "\"a,b\""]), Field("it")]));
        assert_eq!(steps("state().log"), expected("state", &[Call("", vec![]), Field("log")]));
        assert_eq!(steps("crate::LOG.clone()"), expected("crate::LOG", &[]));
        for text in ["", "1", "a + b", "a[", "&a", "a b"] {
            assert_eq!(steps(text), None, "{text}");
        }
    }

    #[test]
    fn some_values_are_other_names_of_others() {
        for (value, expected) in [
            ("&x", Some("x")),
            ("&mut self.a", Some("self.a")),
            ("Arc::clone(&x)", Some("x")),
            ("std::sync::Arc::clone(&self.a[0])", Some("self.a[0]")),
            ("x.clone()", Some("x.clone()")),
            ("Arc::new(x)", Some("x")),
            ("(x)", Some("x")),
            ("&**x", Some("x")),
            ("7", Some("7")),
            ("'a'", Some("'a'")),
            ("Mutex::new(0)", None),
            ("state()", None),
            ("a + b", None),
            ("Arc::clone(&a).b(c) + 1", None),
            ("if a { b } else { c }", None),
        ] {
            assert_eq!(alias(value), expected, "{value}");
        }
    }

    #[test]
    fn a_new_value_shares_nothing() {
        for (value, expected) in [
            ("Arc::new(Mutex::new(1))", true),
            ("Account::default()", true),
            ("Bank { accounts: vec![1] }", true),
            ("Worker::new(&queue)", false),
            ("Worker { queue: queue.clone(), at: Mutex::new(1) }", false),
            ("find(1)", false),
        ] {
            assert_eq!(is_new(value), expected, "{value}");
        }
    }

    #[test]
    fn arguments_are_those_of_the_only_call() {
        for (text, has_self, expected) in [
            ("transfer(&x, &y)", false, Some(vec!["&x", "&y"])),
            ("let sum = bank.transfer(0, f(1, 2)).unwrap();", true, Some(vec!["bank", "0", "f(1, 2)"])),
            ("Bank::transfer(&bank, 0)", true, Some(vec!["&bank", "0"])),
            ("transfer(&x, &y) + transfer(&y, &x)", false, None),
            ("retransfer(&x)", false, None),
            ("transfer(&x, …", false, None),
            ("names.for_each(transfer)", false, None),
            ("transfer(\")\", ')')", false, Some(vec!["\")\"", "')'"])),
            ("transfer()", false, Some(vec![])),
        ] {
            assert_eq!(arguments(text, "transfer", has_self), expected, "{text}");
        }
    }
}
