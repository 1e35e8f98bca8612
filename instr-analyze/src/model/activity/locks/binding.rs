//! Which statements bind a name, and what they give it, by their texts.

use super::path::{is_of_name, parts, whole};

/// The value that a `let` gives this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given<'a> {
    /// This one, for good.
    Value(&'a str),
    /// One that others can follow.
    Changing,
    /// One that the text does not tell.
    Something,
}

/// What a `let` gives this name, if it binds it.
pub(super) fn given<'a>(text: &'a str, name: &str) -> Option<Given<'a>> {
    let text = text.strip_prefix("let ")?;
    let (pattern, value) = text.split_once('=').unwrap_or((text.trim_end_matches(';'), ""));
    let (pattern, value) = (untyped(pattern), value.trim().trim_end_matches(';'));
    if !has_name(pattern, name) {
        return None;
    }
    if pattern.contains(&format!("mut {name}")) {
        return Some(Given::Changing);
    }
    if value.contains(" else {") {
        return Some(Given::Something);
    }
    let tuple = pattern.strip_prefix('(').and_then(whole).zip(value.strip_prefix('(').and_then(whole));
    let found = match tuple {
        Some((patterns, values)) => {
            let (patterns, values) = (parts(patterns), parts(values));
            let at = patterns.iter().position(|pattern| *pattern == name);
            at.filter(|_| patterns.len() == values.len()).and_then(|at| values.get(at).copied())
        }
        None => (pattern == name && !value.is_empty()).then_some(value),
    };
    Some(found.map_or(Given::Something, Given::Value))
}

/// Whether the head of a statement with blocks binds the name for block number `block`, as far as its text can tell: one that is cut
/// may.
pub(super) fn binds_inside(text: &str, block: u32, name: &str) -> bool {
    let text = text.split_once(": ").filter(|(label, _)| label.starts_with('\'')).map_or(text, |(_, rest)| rest);
    let value = if text.starts_with("let ") { text.split_once("= ").map_or(text, |(_, value)| value) } else { text };
    let head = value.split_once('{').map_or(value, |(head, _)| head);
    let lets = |text: &str| {
        let patterns = text.split("let ").skip(1).filter_map(|rest| rest.split_once('='));
        patterns.into_iter().any(|(pattern, _)| has_name(pattern, name))
    };
    let is_cut = text.ends_with('…');
    match value.split(' ').next().unwrap_or_default() {
        "for" => head.split_once(" in ").is_none_or(|(pattern, _)| has_name(pattern, name)),
        "while" => lets(head),
        "if" if block == 0 => lets(head),
        "if" => is_cut || lets(value),
        "match" => {
            let arms = value.split("=>").collect::<Vec<_>>();
            is_cut || arms.split_last().is_some_and(|(_, patterns)| patterns.iter().any(|text| has_name(text, name)))
        }
        _ => false,
    }
}

/// Whether a closure in the text has a parameter of this name; one that cannot be seen may.
pub(super) fn is_parameter_of_closure(text: &str, name: &str) -> bool {
    if text.contains("async ") && !text.contains('|') {
        return false;
    }
    let parts: Vec<&str> = text.split('|').collect();
    let between = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    parts.len() < 3 || between.iter().filter(|text| is_balanced(text)).any(|parameters| has_name(parameters, name))
}

/// Whether nothing is closed in the text that was not opened there, and all of that is.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|c| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        depth >= 0
    }) && depth == 0
}

/// Whether the name is one of the words of the text.
fn has_name(text: &str, name: &str) -> bool {
    text.split(|c: char| !is_of_name(c)).any(|word| word == name)
}

/// A pattern without its type.
fn untyped(pattern: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in pattern.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return pattern.get(..at).unwrap_or_default().trim(),
            _ => {}
        }
    }
    pattern.trim()
}

#[cfg(test)]
mod tests {
    use super::{Given, binds_inside, given, is_parameter_of_closure};

    #[test]
    fn a_let_gives_a_name_its_value() {
        for (text, expected) in [
            ("let a = &x;", Some(Given::Value("&x"))),
            ("let a: Arc<Mutex<u8>> = x.clone();", Some(Given::Value("x.clone()"))),
            ("let (b, a) = (f(1, 2), Arc::clone(&x));", Some(Given::Value("Arc::clone(&x)"))),
            ("let (b, a) = pair;", Some(Given::Something)),
            ("let Pair { a, b } = pair;", Some(Given::Something)),
            ("let Some(a) = x else { return };", Some(Given::Something)),
            ("let mut a = &x;", Some(Given::Changing)),
            ("let a;", Some(Given::Something)),
            ("let ab = a;", None),
            ("a = x;", None),
        ] {
            assert_eq!(given(text, "a"), expected, "{text}");
        }
    }

    #[test]
    fn heads_bind_names_for_their_blocks() {
        for (text, block, expected) in [
            ("for a in list { f(a) }", 0, true),
            ("'x: for (b, a) in list { f(a) }", 0, true),
            ("for b in a { f(b) }", 0, false),
            ("if let Some(a) = x { f(a) } else { g() }", 0, true),
            ("if x { f(a) } else { let a = 1; }", 0, false),
            ("if x { f(b) } else if let Some(a) = y { f(a) }", 1, true),
            ("if x { f(b) } else if y { something(long…", 1, true),
            ("while let Some(a) = x.next() { f(a) }", 0, true),
            ("match x { Some(a) => f(a), None => g() }", 0, true),
            ("match x { Some(b) => f(a), None => f(a) }", 1, true),
            ("match x { Some(_) => f(a) }", 0, false),
            ("let b = match x { Some(a) => f(a) };", 0, true),
            ("match x { Some(_) => f…", 0, true),
            ("loop { let a = x; f(a) }", 0, false),
            ("unsafe { f(a) }", 0, false),
        ] {
            assert_eq!(binds_inside(text, block, "a"), expected, "{text}");
        }
    }

    #[test]
    fn closures_bind_their_parameters() {
        for (text, expected) in [
            ("let f = |a, b| g(a, b);", true),
            ("let f = |(b, a): (u8, u8)| g(a, b);", true),
            ("thread::spawn(move || f(a))", false),
            ("list.iter().map(|b| g(a, b)).filter(|c| h(c))", false),
            ("a text that is cut before its clos…", true),
        ] {
            assert_eq!(is_parameter_of_closure(text, "a"), expected, "{text}");
        }
    }
}
