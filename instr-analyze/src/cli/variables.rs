//! The environment variables of instrumented programs, for `--help`.

use instr_format::names::VARIABLES;

/// Every variable with what it does and what holds when it is unset.
pub fn variables() -> String {
    let mut text =
        String::from("Environment variables that an instrumented program reads when it starts; empty is unset:");
    for variable in VARIABLES {
        let (name, meaning, default) = (variable.name, variable.meaning, variable.default);
        text.push_str(&format!("\n  {name}\n          {} [default: {default}]", wrapped(meaning)));
    }
    text
}

const WIDTH: usize = 100;

/// Lines that fit a terminal, behind what clap indents explanations by.
fn wrapped(text: &str) -> String {
    let (mut lines, mut length) = (String::new(), 0);
    for word in text.split(' ') {
        if length > 0 && length + word.len() > WIDTH {
            lines.push_str("\n          ");
            length = 0;
        } else if length > 0 {
            lines.push(' ');
        }
        lines.push_str(word);
        length += word.len() + 1;
    }
    lines
}
