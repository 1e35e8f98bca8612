//! Which places the selectors of `INSTR_ONLY` and the rules around them admit.

use instr_format::filter::{BadSelector, Filter, Place, Rules, Selectors};
use instr_format::pattern::Patterns;

const FILE: &str = "src/net/server.rs";
const PATH: &str = "app::net::server::Conn::handle_read";
const MODULE: &str = "app::net::server";

fn place() -> Place<'static> {
    Place { file: FILE, path: PATH, module_len: MODULE.len() }
}

fn rules(include: &'static str, exclude: &'static str) -> Rules<'static, ()> {
    let patterns = |list| Patterns::new(list).ok().filter(|patterns| !patterns.is_empty());
    Rules { include: patterns(include), exclude: patterns(exclude), include_regex: None, exclude_regex: None }
}

fn open() -> Filter<'static, ()> {
    Filter { file: rules("", ""), function: rules("", ""), only: None }
}

fn admits(filter: &Filter<'_, ()>) -> bool {
    filter.admits(&place(), |(), _| true)
}

#[test]
fn selectors_match_paths_from_any_segment_on() {
    for (selector, expected) in [
        ("server:*", true),
        ("net:*", true),
        ("app:*", true),
        ("net::server:*", true),
        ("app::net::server:*", true),
        ("server:Conn::*", true),
        ("net:server::Conn::handle_*", true),
        ("server:handle_*", false),
        ("server:*handle_*", true),
        ("serv:*", false),
        ("erver:*", false),
        ("s*r:*", true),
        ("client:*", false),
        ("handle_read:*", false),
        ("server::*", true),
        ("server::Conn::handle_read", true),
        ("Conn::handle_*", true),
        ("onn::handle_*", false),
        ("handle_*", true),
        ("handle_", true),
        ("net/server", true),
        ("*/server.rs", true),
        ("server.rs*", false),
        ("file=server.rs", true),
        ("file=src/*", true),
        ("file=net/*", false),
        ("file=handle", false),
        ("func=handle_read", true),
        ("func=handle_*", true),
        ("func=Conn::*", true),
        ("func=app::*::handle_read", true),
        ("func=*write", false),
        ("func=server.rs", false),
        ("module=server", true),
        ("module=net::*", true),
        ("module=app::net::server", true),
        ("module=net::*::*", false),
        ("module=Conn", false),
        ("client, handle_read", true),
        (" file=nowhere , module=server ", true),
        ("a::b=c", false),
    ] {
        assert_eq!(Selectors::errors(selector).count(), 0, "{selector}");
        let filter = Filter { only: Selectors::new(selector), ..open() };
        assert_eq!(admits(&filter), expected, "{selector}");
    }
}

#[test]
fn a_selector_that_cannot_be_read_is_named_and_the_others_select() {
    for (list, error) in [
        ("fil=x", BadSelector::Key("fil")),
        ("line=3", BadSelector::Key("line")),
        ("file=", BadSelector::Incomplete("file=")),
        ("=x", BadSelector::Incomplete("=x")),
        (":x", BadSelector::Incomplete(":x")),
        ("server:", BadSelector::Incomplete("server:")),
    ] {
        assert_eq!(Selectors::errors(list).collect::<Vec<_>>(), [error], "{list}");
        assert!(Selectors::new(list).is_none(), "{list}");
        let both = format!("{list},handle_read");
        assert_eq!(Selectors::errors(&both).count(), 1);
        assert!(admits(&Filter { only: Selectors::new(&both), ..open() }), "{both}");
        let neither = format!("{list},client");
        assert!(!admits(&Filter { only: Selectors::new(&neither), ..open() }), "{neither}");
    }
    let said = Selectors::errors("func=[x").next().expect("an error").to_string();
    assert_eq!(said, "pattern `[x` has a `[` without `]`");
    let said = Selectors::errors("fil=x").next().expect("an error").to_string();
    assert_eq!(said, "unknown selector `fil=`, expected `file=`, `func=` or `module=`");
    assert!(Selectors::new(" ,,").is_none());
}

/// Every combination of parts that agree and parts that do not.
#[test]
fn every_part_must_agree() {
    let sides = |text: &'static str| {
        [(rules("", ""), true), (rules(text, ""), true), (rules("", "zz"), true), (rules("zz", ""), false)]
            .into_iter()
            .chain([(rules("", text), false), (rules(text, text), false)])
    };
    let only = [("", true), ("handle_*", true), ("zz", false), ("zz,server:*", true)];
    for (file, file_agrees) in sides("server") {
        for (function, function_agrees) in sides("handle") {
            for (selectors, only_agrees) in only {
                let filter = Filter { file, function, only: Selectors::new(selectors) };
                assert_eq!(admits(&filter), file_agrees && function_agrees && only_agrees, "{filter:?}");
            }
        }
    }
}

#[test]
fn regular_expressions_are_asked_for_the_text_that_they_are_about() {
    let regexes = |include, exclude| Rules { include_regex: include, exclude_regex: exclude, ..rules_of_texts() };
    fn rules_of_texts() -> Rules<'static, &'static str> {
        Rules { include: None, exclude: None, include_regex: None, exclude_regex: None }
    }
    let is_equal = |regex: &&str, text: &str| *regex == text;
    for (file, function, expected) in [
        (regexes(Some(FILE), None), regexes(Some(PATH), None), true),
        (regexes(Some(PATH), None), regexes(None, None), false),
        (regexes(None, None), regexes(Some(FILE), None), false),
        (regexes(None, Some(FILE)), regexes(None, None), false),
        (regexes(None, None), regexes(None, Some(PATH)), false),
        (regexes(None, Some(PATH)), regexes(None, Some(FILE)), true),
    ] {
        assert_eq!(Filter { file, function, only: None }.admits(&place(), is_equal), expected);
    }
}
