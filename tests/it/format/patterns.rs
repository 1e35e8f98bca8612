//! Comma lists of globs.

use instr_format::pattern::Patterns;
use proptest::prelude::*;

proptest! {
    #[test]
    fn globs_match_as_the_naive_matcher_does(pattern in "[ab*?é]{0,7}", text in "[abé/]{0,8}") {
        let elements: Vec<char> = pattern.chars().collect();
        let characters: Vec<char> = text.chars().collect();
        let expected = match pattern.contains(['*', '?']) {
            true => naive_glob(&elements, &characters),
            false => !pattern.is_empty() && text.contains(&pattern),
        };
        prop_assert_eq!(Patterns::new(&pattern).unwrap().matches(&text), expected);
    }

    #[test]
    fn sets_match_what_they_list(
       negated in any::<bool>(), low in proptest::char::range('a', 'e'), high in proptest::char::range('a', 'e'), other in proptest::char::range('f', 'h'), character in proptest::char::range('a', 'i')) {
        let pattern = format!("[{}{low}-{high}{other}]", if negated { "!" } else { "" });
        let inside = (low..=high).contains(&character) || other == character;
        let matches = Patterns::new(&pattern).unwrap().matches(&character.to_string());
        prop_assert_eq!(matches, inside != negated, "{}", pattern);
    }

    #[test]
    fn any_pattern_list_is_refused_or_matches_in_time(list in "[],!a*?\\[é-]{0,12}", text in "[],!aé-]{0,12}") {
        let list_or_all = format!("{list},*");
        if let Ok(patterns) = Patterns::new(&list) {
            prop_assert!(!patterns.is_empty() || !patterns.matches(&text));
            prop_assert!(Patterns::new(&list_or_all).is_ok_and(|patterns| patterns.matches(&text)));
        }
    }
}

fn naive_glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=text.len()).any(|skip| naive_glob(rest, &text[skip..])),
        (['?', rest @ ..], [_, text @ ..]) => naive_glob(rest, text),
        ([literal, rest @ ..], [character, text @ ..]) => literal == character && naive_glob(rest, text),
        _ => false,
    }
}
