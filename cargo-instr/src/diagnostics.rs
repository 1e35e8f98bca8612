//! What the compiler says.

use serde_json::{Value, json};

/// What a line on the compiler's standard error is.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Tells cargo that a library is there, for which other crates are waiting.
    Library,
    /// A message for people.
    Message(Value),
    /// Anything else.
    Other,
}

/// Looks at a line.
pub fn classify(line: &str) -> Line {
    let Ok(value) = serde_json::from_str::<Value>(line) else { return Line::Other };
    match value["$message_type"].as_str() {
        Some("diagnostic") => Line::Message(value),
        Some("artifact") if value["emit"] != "dep-info" => Line::Library,
        _ => Line::Other,
    }
}

/// Whether the message is an error.
pub fn is_error(message: &Value) -> bool {
    message["level"].as_str().is_some_and(|level| level.starts_with("error"))
}

/// A warning of ours, with what is to stand below it.
pub fn warning(message: &str, below: &str) -> Value {
    ours("warning", message, below)
}

/// A note of ours, which cargo does not count among the warnings.
pub fn note(message: &str, below: &str) -> Value {
    ours("note", message, below)
}

fn ours(level: &str, message: &str, below: &str) -> Value {
    json!({
        "$message_type": "diagnostic", "message": message, "code": null, "level": level, "spans": [], "children": [],
        "rendered": format!("{level}: {message}\n{below}\n"),
    })
}
