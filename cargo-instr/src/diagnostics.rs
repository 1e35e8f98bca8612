//! The compiler's messages about annotated files, as they would be about the originals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::annotate::Annotated;

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

/// Takes the attributes out of a message: out of the text that it shows, and out of its places.
pub fn restore(message: &mut Value, attributes: &[&str], workspace: &Path, files: &BTreeMap<PathBuf, Annotated>) {
    match message {
        Value::String(text) => {
            for attribute in attributes {
                if text.contains(attribute) {
                    *text = text.replace(attribute, "");
                }
            }
        }
        Value::Array(values) => {
            values.iter_mut().for_each(|value| restore(value, attributes, workspace, files));
        }
        Value::Object(fields) => {
            let file =
                fields.get("file_name").and_then(Value::as_str).and_then(|name| files.get(&workspace.join(name)));
            if let Some(file) = file {
                for end in ["start", "end"] {
                    restore_place(fields, end, file);
                }
            }
            fields.values_mut().for_each(|value| restore(value, attributes, workspace, files));
        }
        _ => {}
    }
}

/// One end of a span, whose bytes are counted from the start of the file, and columns from that of the line.
fn restore_place(fields: &mut serde_json::Map<String, Value>, end: &str, file: &Annotated) {
    let (byte, column) = (format!("byte_{end}"), format!("column_{end}"));
    let Some(at) = fields.get(&byte).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok()) else { return };
    let Some(before) = file.text.get(..at) else { return };
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let length = |from: usize| {
        let inserted = file.inserted.iter().filter(|range| range.start >= from && range.end <= at);
        inserted.map(|range| range.len() as u64).sum::<u64>()
    };
    for (field, moved) in [(byte, length(0)), (column, length(line))] {
        if let Some(value) = fields.get_mut(&field)
            && let Some(number) = value.as_u64()
        {
            *value = number.saturating_sub(moved).into();
        }
    }
}
