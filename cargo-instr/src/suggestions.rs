//! What a word that nobody knows was most likely meant to be.

use crate::arguments::{Arguments, Split};
use crate::overhead;

/// As much alike as two words have to be, from 0 to 1.
const ALIKE: f64 = 0.7;

/// Cargo's own options, whatever they look like.
const OF_CARGO: [&str; 43] = [
    "--all",
    "--all-features",
    "--all-targets",
    "--artifact-dir",
    "--bench",
    "--benches",
    "--bin",
    "--bins",
    "--color",
    "--config",
    "--doc",
    "--example",
    "--examples",
    "--exclude",
    "--features",
    "--frozen",
    "--future-incompat-report",
    "--help",
    "--ignore-rust-version",
    "--jobs",
    "--keep-going",
    "--lib",
    "--list",
    "--locked",
    "--lockfile-path",
    "--manifest-path",
    "--message-format",
    "--no-default-features",
    "--no-fail-fast",
    "--no-run",
    "--offline",
    "--package",
    "--profile",
    "--quiet",
    "--release",
    "--target",
    "--target-dir",
    "--test",
    "--tests",
    "--timings",
    "--verbose",
    "--version",
    "--workspace",
];

/// A line for each of cargo's options that cargo does not have, and that looks like one of ours.
pub fn of_options(split: &Split) -> Vec<String> {
    let ours = Arguments::options();
    let given = split.before.iter().chain(&split.cargo).filter_map(|argument| argument.to_str());
    let names = given
        .filter(|argument| argument.starts_with("--"))
        .map(|argument| argument.split('=').next().unwrap_or(argument));
    let unknown = names.filter(|name| !OF_CARGO.contains(name));
    unknown
        .filter_map(|name| {
            let meant =
                ours.iter().rev().map(|option| (likeness(name, option), option)).max_by(|a, b| a.0.total_cmp(&b.0))?;
            (meant.0 >= ALIKE).then(|| format!("`{name}`: did you mean `{}`?", meant.1))
        })
        .collect()
}

/// The word of ours that a command was most likely meant to be that cargo does not know.
pub fn of_verb(word: &str) -> Option<String> {
    let mut verbs = instr_analyze::cli::verbs();
    verbs.push(overhead::WORD.to_owned());
    let verb = verbs.into_iter().max_by(|a, b| strsim::jaro(word, a).total_cmp(&strsim::jaro(word, b)))?;
    (strsim::normalized_damerau_levenshtein(word, &verb) >= ALIKE).then_some(verb)
}

/// By their letters, or by their words, in whatever order.
fn likeness(given: &str, option: &str) -> f64 {
    let words = |text: &str| {
        let mut words: Vec<String> = text.split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        words.sort();
        words
    };
    let (given_words, option_words) = (words(given), words(option));
    let is_part = given_words.iter().all(|word| option_words.contains(word));
    // `--include` was ours once.
    let by_words = match given_words.len() {
        _ if !is_part => 0.0,
        length if length == option_words.len() => 1.0,
        _ => ALIKE,
    };
    strsim::normalized_damerau_levenshtein(given, option).max(by_words)
}
