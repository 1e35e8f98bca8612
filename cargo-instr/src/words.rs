//! What the word behind `cargo instr` means: a command that cargo can run by that name, or a verb of `instr-analyze`.

use std::process::Command;

use crate::overhead;
use crate::workspace::cargo;

/// Cargo's own commands that compile the workspace and run none of it.
const BUILD: [&str; 8] = ["build", "b", "check", "c", "doc", "d", "rustc", "rustdoc"];
/// Cargo's own commands that run what they have compiled.
const RUN: [&str; 5] = ["run", "r", "test", "t", "bench"];
/// Commands that come with cargo and compile nothing of the workspace, or have to see its sources as they are.
const PLAIN: [&str; 31] = [
    "add",
    "clippy",
    "config",
    "fetch",
    "fix",
    "fmt",
    "generate-lockfile",
    "git-checkout",
    "help",
    "info",
    "init",
    "locate-project",
    "login",
    "logout",
    "metadata",
    "miri",
    "new",
    "owner",
    "package",
    "pkgid",
    "publish",
    "read-manifest",
    "remove",
    "rm",
    "search",
    "tree",
    "uninstall",
    "update",
    "vendor",
    "version",
    "yank",
];
/// What `cargo report` takes. The bare word is ours.
const OF_CARGO_REPORT: [&str; 5] = ["future-incompatibilities", "future-incompat", "timings", "sessions", "rebuilds"];
/// How many aliases may stand for each other.
const DEPTH: usize = 8;

/// What a command does with the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Compiles it.
    Builds,
    /// Compiles it and runs a program or tests.
    Runs,
    /// Whatever a program of somebody else's does.
    Either,
}

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A verb of `instr-analyze`.
    Verb,
    /// A command of cargo's own, which takes all of cargo's options.
    Own(Kind),
    /// An alias of the user's or a program `cargo-NAME`, which may take none of them.
    Other(Kind),
    /// Our measurement of what instrumentation costs.
    Overhead,
    /// Nothing to instrument.
    Plain,
    /// Nothing that cargo knows.
    Unknown,
}

/// Whether a command of cargo's own compiles the workspace.
pub fn compiles(word: &str) -> bool {
    BUILD.contains(&word) || RUN.contains(&word)
}

/// What `word` means in front of `next`.
pub fn meaning(word: &str, next: Option<&str>) -> Meaning {
    match word {
        _ if RUN.contains(&word) => Meaning::Own(Kind::Runs),
        _ if BUILD.contains(&word) => Meaning::Own(Kind::Builds),
        overhead::WORD => Meaning::Overhead,
        "report" if next.is_some_and(|next| OF_CARGO_REPORT.contains(&next)) => Meaning::Plain,
        _ if PLAIN.contains(&word) => Meaning::Plain,
        _ if instr_analyze::cli::verbs().iter().any(|verb| verb == word) => Meaning::Verb,
        "install" => Meaning::Other(Kind::Builds),
        "nextest" if next.is_some_and(|next| ["run", "r"].contains(&next)) => {
            listed(word).map_or(Meaning::Unknown, |_| Meaning::Other(Kind::Runs))
        }
        _ => through_aliases(word, DEPTH),
    }
}

fn through_aliases(word: &str, depth: usize) -> Meaning {
    let Some(description) = listed(word) else { return Meaning::Unknown };
    let alias = description.strip_prefix("alias: ").and_then(|text| text.split_whitespace().next());
    match alias {
        Some(first) if RUN.contains(&first) => Meaning::Other(Kind::Runs),
        Some(first) if BUILD.contains(&first) => Meaning::Other(Kind::Builds),
        Some(first) if PLAIN.contains(&first) => Meaning::Plain,
        Some(first) if depth > 0 && first != word => through_aliases(first, depth - 1),
        _ => Meaning::Other(Kind::Either),
    }
}

/// What cargo says of one of its commands.
fn listed(word: &str) -> Option<String> {
    let output = Command::new(cargo()).arg("--list").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().skip(1).find_map(|line| {
        let line = line.trim();
        let (name, description) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        (name == word).then(|| description.trim().to_owned())
    })
}
