//! The documentation against the code.

use std::fs;

use instr_format::names::VARIABLES;

#[test]
fn the_reference_lists_every_variable_with_its_meaning_and_default() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference.md")).expect("the reference");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `INSTR_")).collect();
    let expected: Vec<String> = VARIABLES
        .iter()
        .map(|variable| format!("| `{}` | {} | {} |", variable.name, variable.meaning, variable.default))
        .collect();
    assert_eq!(rows, expected);
}
