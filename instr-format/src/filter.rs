//! Which statements are recorded: what the filter variables say of a place in the source, for the runtime and for the tools.

use core::fmt;

use crate::pattern::{self, BadPattern, Patterns};

/// Where a statement stands, none of it escaped.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Path of the file, as the compiler was given it.
    pub file: &'a str,
    /// `module::function`; what is in a closure goes with the function around it.
    pub path: &'a str,
    /// How much of `path` is the module.
    pub module_len: usize,
}

impl<'a> Place<'a> {
    fn module(&self) -> &'a str {
        self.path.get(..self.module_len).unwrap_or_default()
    }
}

/// What a text must and must not match. `R` is a regular expression of whichever library.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a, R> {
    /// One of these must match.
    pub include: Option<Patterns<'a>>,
    /// None of these may.
    pub exclude: Option<Patterns<'a>>,
    /// This must match.
    pub include_regex: Option<R>,
    /// This must not.
    pub exclude_regex: Option<R>,
}

impl<R> Rules<'_, R> {
    fn admit(&self, text: &str, is_match: impl Fn(&R, &str) -> bool) -> bool {
        self.include.is_none_or(|patterns| patterns.matches(text))
            && !self.exclude.is_some_and(|patterns| patterns.matches(text))
            && self.include_regex.as_ref().is_none_or(|regex| is_match(regex, text))
            && !self.exclude_regex.as_ref().is_some_and(|regex| is_match(regex, text))
    }
}

/// Everything that decides about a place; each part must agree.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a, R> {
    /// About the file.
    pub file: Rules<'a, R>,
    /// About `module::function`.
    pub function: Rules<'a, R>,
    /// One of these must match.
    pub only: Option<Selectors<'a>>,
}

impl<R> Filter<'_, R> {
    /// Whether statements at this place are recorded.
    pub fn admits(&self, place: &Place<'_>, is_match: impl Fn(&R, &str) -> bool + Copy) -> bool {
        self.file.admit(place.file, is_match)
            && self.function.admit(place.path, is_match)
            && self.only.is_none_or(|selectors| selectors.match_place(place))
    }

    /// Whether every place is admitted.
    pub fn admits_all(&self) -> bool {
        let is_open = |rules: &Rules<'_, R>| {
            let patterns = [rules.include, rules.exclude];
            let regexes = [&rules.include_regex, &rules.exclude_regex];
            patterns.iter().all(Option::is_none) && regexes.iter().all(|regex| regex.is_none())
        };
        is_open(&self.file) && is_open(&self.function) && self.only.is_none()
    }
}

/// A comma list of selectors, as in `INSTR_ONLY`. Those that cannot be read select nothing.
#[derive(Debug, Clone, Copy)]
pub struct Selectors<'a>(&'a str);

impl<'a> Selectors<'a> {
    /// The selectors of this list; `None` if none of them can be read, or there is none.
    pub fn new(list: &'a str) -> Option<Self> {
        parse(list).any(|selector| selector.is_ok()).then_some(Selectors(list))
    }

    /// Each one that cannot be read.
    pub fn errors(list: &'a str) -> impl Iterator<Item = BadSelector<'a>> {
        parse(list).filter_map(Result::err)
    }

    fn match_place(&self, place: &Place<'_>) -> bool {
        parse(self.0).filter_map(Result::ok).any(|selector| selector.matches(place))
    }
}

fn parse(list: &str) -> impl Iterator<Item = Result<Selector<'_>, BadSelector<'_>>> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(Selector::parse)
}

/// Why a selector cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadSelector<'a> {
    /// `key=…` with another key than `file`, `func` or `module`.
    Key(&'a str),
    /// Nothing before or behind the `=` or `:`.
    Incomplete(&'a str),
    /// A glob that cannot be read.
    Glob(BadPattern<'a>),
}

impl fmt::Display for BadSelector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadSelector::Key(key) => write!(f, "unknown selector `{key}=`, expected `file=`, `func=` or `module=`"),
            BadSelector::Incomplete(word) => write!(f, "selector `{word}` selects nothing"),
            BadSelector::Glob(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for BadSelector<'_> {}

#[derive(Clone, Copy)]
enum Selector<'a> {
    File(&'a str),
    Function(&'a str),
    Module(&'a str),
    /// What is below a module and matches the glob from there on.
    Below(&'a str, &'a str),
    Anything(&'a str),
}

impl<'a> Selector<'a> {
    fn parse(word: &'a str) -> Result<Self, BadSelector<'a>> {
        let selector = match (word.split_once('='), split_at_colon(word)) {
            (Some((key, glob)), _) if key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') => {
                let glob = glob.trim();
                match key {
                    _ if key.is_empty() || glob.is_empty() => return Err(BadSelector::Incomplete(word)),
                    "file" => Selector::File(glob),
                    "func" => Selector::Function(glob),
                    "module" => Selector::Module(glob),
                    _ => return Err(BadSelector::Key(key)),
                }
            }
            (_, Some(("", _) | (_, ""))) => return Err(BadSelector::Incomplete(word)),
            (_, Some((module, glob))) => Selector::Below(module, glob),
            (_, None) => Selector::Anything(word),
        };
        match selector.globs().find_map(|glob| Patterns::new(glob).err()) {
            Some(error) => Err(BadSelector::Glob(error)),
            None => Ok(selector),
        }
    }

    fn globs(self) -> impl Iterator<Item = &'a str> {
        let (first, second) = match self {
            Selector::File(glob) | Selector::Function(glob) | Selector::Module(glob) | Selector::Anything(glob) => {
                (glob, None)
            }
            Selector::Below(module, glob) => (module, Some(glob)),
        };
        [first].into_iter().chain(second)
    }

    fn matches(self, place: &Place<'_>) -> bool {
        match self {
            Selector::File(glob) => pattern::matches(glob, place.file),
            Selector::Function(glob) => matches_path(glob, place.path),
            Selector::Module(glob) => matches_path(glob, place.module()),
            Selector::Below(module, glob) => tails(place.path)
                .flat_map(splits)
                .any(|(head, rest)| pattern::matches_whole(module, head) && pattern::matches_whole(glob, rest)),
            Selector::Anything(glob) => pattern::matches(glob, place.file) || matches_path(glob, place.path),
        }
    }
}

/// Splits `name:glob` at its first single colon: those of `a::b` come in pairs.
fn split_at_colon(word: &str) -> Option<(&str, &str)> {
    let is_colon = |at: usize| word.as_bytes().get(at) == Some(&b':');
    let at = (0..word.len()).find(|at| is_colon(*at) && !is_colon(at + 1) && !(*at > 0 && is_colon(at - 1)))?;
    Some((&word[..at], &word[at + 1..]))
}

/// Whether a pattern matches a Rust path, or the end of it from one of its segments on.
fn matches_path(glob: &str, path: &str) -> bool {
    if pattern::has_wildcards(glob) {
        tails(path).any(|tail| pattern::matches_whole(glob, tail))
    } else {
        path.contains(glob)
    }
}

/// The path from each of its segments on.
fn tails(path: &str) -> impl Iterator<Item = &str> {
    [path].into_iter().chain(splits(path).map(|(_, tail)| tail))
}

/// What is before and behind each `::` of a path.
fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices("::").map(|(at, colons)| (&path[..at], &path[at + colons.len()..]))
}
