//! The formats: what the encoders write the decoders read, and nothing that they are given makes them panic.

mod edges;
mod filters;
mod orders;
mod patterns;
mod records;
mod rings;
mod spelling;
mod stacks;
mod tables;
mod words;

use instr_format::escape::{Escaped, unescape};
use instr_format::names::MacroFlag;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Text of characters that formats stumble over, and of any others.
fn text(max: usize) -> impl Strategy<Value = String> {
    let character =
        prop_oneof![select(vec![' ', '\\', 'x', 's', '\n', '\u{1b}', '\u{202e}', 'é', '…', '😀']), any::<char>()];
    vec(character, 0..max).prop_map(String::from_iter)
}

fn flag() -> impl Strategy<Value = MacroFlag> {
    select(MacroFlag::ALL.to_vec())
}

fn escaped(text: &str) -> String {
    Escaped(text.as_bytes()).to_string()
}

fn unescaped(escaped: &[u8]) -> Vec<u8> {
    unescape(escaped).collect::<Result<_, _>>().expect("only whole escapes")
}
