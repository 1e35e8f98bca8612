//! What programs obey of a value. They say what is wrong with it, and go on with the rest.

use instr_format::filter::Selectors;
use instr_format::value::Value;
// What programs read regular expressions with: it knows less than `regex`.
use regex_lite::Regex;

/// So much of a text. `None`: nothing, and the default holds.
pub(crate) fn usable(value: Value, text: &str) -> Option<String> {
    let is_good = |selector: &&str| !selector.trim().is_empty() && Selectors::errors(selector).next().is_none();
    match value {
        Value::Selectors => {
            let good: Vec<&str> = text.split(',').filter(is_good).collect();
            (!good.is_empty()).then(|| good.join(","))
        }
        Value::Word(_) => value.check(text).is_ok().then(|| text.trim().to_ascii_lowercase()),
        Value::Regex => Regex::new(text).is_ok().then(|| text.to_owned()),
        _ => value.check(text).is_ok().then(|| text.trim().to_owned()),
    }
}
