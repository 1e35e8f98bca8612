//! Parses a document into a `Value` and writes it again.

use std::fmt::Write as _;

/// What a turn makes.
pub type Output = String;

/// What is run.
pub fn prepare() -> impl FnMut() -> Output {
    let text = document();
    move || {
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        serde_json::to_string(&value).expect("a value")
    }
}

/// Objects with strings, escapes, numbers, lists and nothing, as services send them.
fn document() -> String {
    let mut text = String::from("[");
    for number in 0..20_u64 {
        let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{comma}{{\"id\": {number}, \"hash\": {hash}, \"name\": \"user {hash:x}\", \"active\": {}, \"score\": {}.{}, \
             \"text\": \"a line\\nof some length \\u00e9 and \\\"quotes\\\" in it\", \"parent\": null, \"tags\": [\"one\", \
             \"two\", {}, -{number}.5e-3]}}",
            number % 3 == 0,
            hash % 1000,
            number,
            hash % 77,
        );
    }
    text + "]"
}
