//! Marked statements: a comment behind a statement names it, and tests find it by that name.

use std::fs;

use serde_json::Value;

/// Where a thread is to be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The source file, from the workspace's root.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The statement.
    pub snippet: String,
}

impl Place {
    /// The line of `file` that ends in the comment `// mark`; the rest of that line is the whole statement.
    ///
    /// # Panics
    /// When there is no such line, or another.
    pub fn marked(file: &str, mark: &str) -> Self {
        let source = fs::read_to_string(crate::workspace().join(file)).expect("a source file");
        let comment = format!(" // {mark}");
        let mut lines = (1..).zip(source.lines()).filter_map(|(line, text)| Some((line, text.strip_suffix(&comment)?)));
        match (lines.next(), lines.next()) {
            (Some((line, text)), None) => Place { file: file.to_owned(), line, snippet: text.trim().to_owned() },
            _ => panic!("not one line of {file} is marked {mark}"),
        }
    }

    /// The last statement of a thread of a report.
    ///
    /// # Panics
    /// When it has none.
    pub fn last_of(thread: &Value) -> Self {
        let last = &thread["last"];
        let text = |key: &str| last[key].as_str().unwrap_or_else(|| panic!("{thread:#}")).to_owned();
        Place { file: text("file"), line: last["line"].as_u64().expect("a number"), snippet: text("snippet") }
    }
}
