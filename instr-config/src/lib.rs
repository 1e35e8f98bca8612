//! Reads `instr.toml`: every key that stands in it, with the line, and whatever is wrong with it.
//!
//! `toml_parser` knows the syntax, the tables of `instr-format` know the keys, `read` brings both together, and `problem` says
//! what does not fit. The runtime reads before `main` and in memory of its own, so none of this allocates; with the feature
//! `std` there is a [`File`](file::File) besides, for those who may.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "std", test))]
extern crate std;

mod path;
mod problem;
mod read;
mod room;
#[cfg(test)]
mod tests;

#[cfg(any(feature = "std", test))]
pub mod build;
#[cfg(any(feature = "std", test))]
pub mod file;

pub use problem::{Error, Place, Problem, Shown};
pub use read::{Entry, Found, read};
pub use toml_parser::lexer::Token;

/// The tokens of a text, for [`read`].
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    toml_parser::Source::new(text).lex()
}

/// Why a file of more than [`SIZE_MAX`](instr_format::keys::SIZE_MAX) bytes is not read.
pub const TOO_LARGE: &str = "it is larger than 64K";
/// Why a file is not read that is not text.
pub const NOT_TEXT: &str = "it is not UTF-8";

const _: () = assert!(instr_format::keys::SIZE_MAX == 64 << 10);

/// Why a file with this path is not read. `INSTR_CONFIG` may name any.
pub fn refusal(path: &[u8]) -> Option<&'static str> {
    let ends = [&b".yaml"[..], b".yml", b".json"];
    let ends_in = |end: &&[u8]| {
        path.get(path.len().saturating_sub(end.len())..).is_some_and(|last| last.eq_ignore_ascii_case(end))
    };
    let is_other = ends.iter().any(ends_in);
    is_other.then_some("instr reads TOML, as in instr.toml, and nothing else")
}
