//! What some runs have reached and others have not.

use std::collections::BTreeMap;

use super::{Coverage, File};

/// What only the other side has reached of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyThere {
    /// The file.
    pub file: String,
    /// `module::function`; empty for lines of functions in other files.
    pub function: String,
    /// Where it begins.
    pub line: u64,
    /// Whether the function was not entered at all on this side.
    pub is_new: bool,
    /// The lines, each with how often it was reached there.
    pub lines: Vec<(u64, u64)>,
}

/// What was reached in `there` and not in `here`, by function, in the order of files and lines.
pub fn only_there(here: &Coverage, there: &Coverage) -> Vec<OnlyThere> {
    let nothing = File::default();
    let mut found = Vec::new();
    for (name, file) in &there.files {
        found.extend(in_file(name, here.files.get(name).unwrap_or(&nothing), file));
    }
    found
}

fn in_file(name: &str, here: &File, there: &File) -> Vec<OnlyThere> {
    let mut by_function: BTreeMap<Option<usize>, Vec<(u64, u64)>> = BTreeMap::new();
    for (number, line) in there.lines.iter().filter(|(_, line)| line.count() > 0) {
        if here.lines.get(number).is_none_or(|line| line.count() == 0) {
            by_function.entry(line.function).or_default().push((*number, line.count()));
        }
    }
    let of_function = |(index, lines): (Option<usize>, Vec<(u64, u64)>)| {
        let Some(function) = index.and_then(|index| there.functions.get(index)) else {
            return OnlyThere { file: name.to_owned(), function: String::new(), line: 0, is_new: false, lines };
        };
        let is_same = |other: &&super::Function| (other.line, &other.path) == (function.line, &function.path);
        let is_new = here.functions.iter().find(is_same).is_none_or(|function| function.hits.least == 0);
        let (file, line) = (name.to_owned(), function.line);
        OnlyThere { file, function: function.path.clone(), line, is_new, lines }
    };
    by_function.into_iter().map(of_function).collect()
}
