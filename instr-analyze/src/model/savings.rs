//! What a filter would leave out: of the file, the function and the thread that recorded most, the variable that excludes it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use instr_format::names;
use instr_format::pattern::Patterns;

use super::shell::quoted;
use super::source_path::short;
use super::statement::Statement;
use super::tally::{Sum, added};

/// A list of more threads to keep is not worth writing down.
const KEPT_MAX: usize = 8;

/// A filter, and what it would have left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// The variable.
    pub variable: &'static str,
    /// Its value.
    pub value: String,
    /// All that it leaves out.
    pub left_out: Sum,
}

impl fmt::Display for Saving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.variable, quoted(&self.value))
    }
}

/// Leaves out the file with the most records.
pub fn of_file(statements: &[(Statement, Sum)]) -> Option<Saving> {
    let files = added(statements.iter().map(|(statement, sum)| (statement.file.clone(), *sum)));
    let (file, _) = largest(&files).filter(|(file, _)| *file != "?")?;
    let shorter = short(file);
    let shorter = if file.contains(&shorter) { &shorter } else { file };
    let pattern = pattern(file, shorter, files.iter().map(|(file, _)| file));
    saving(names::EXCLUDE, pattern, &files)
}

/// Leaves out the function with the most records, and the closures in it.
pub fn of_function(statements: &[(Statement, Sum)]) -> Option<Saving> {
    let path = |statement: &Statement| format!("{}::{}", statement.module, statement.function_around());
    let functions = added(statements.iter().map(|(statement, sum)| (path(statement), *sum)));
    let (function, _) = largest(&functions).filter(|(function, _)| *function != "::?")?;
    let pattern = pattern(function, function, functions.iter().map(|(function, _)| function));
    saving(names::FUNCTION_EXCLUDE, pattern, &functions)
}

/// Leaves out the threads whose name has the most records, by naming all others: no variable excludes threads.
pub fn of_thread(threads: &[(String, Sum)]) -> Option<Saving> {
    let names = added(threads.iter().cloned());
    let (name, left_out) = largest(&names)?;
    let others: BTreeSet<&str> = names.iter().map(|(other, _)| other.as_str()).filter(|other| other != name).collect();
    let is_plain =
        |name: &&str| !name.is_empty() && name.trim() == *name && !name.contains([',', char::REPLACEMENT_CHARACTER]);
    if others.is_empty() || others.len() > KEPT_MAX || !others.iter().all(is_plain) {
        return None;
    }
    let value = others.into_iter().collect::<Vec<_>>().join(",");
    Some(Saving { variable: names::THREAD, value, left_out: *left_out })
}

fn largest(sums: &[(String, Sum)]) -> Option<&(String, Sum)> {
    sums.iter().min_by_key(|(name, sum)| (Reverse(sum.records), name))
}

// Input:  src/io.rs, and src/io.rs.in beside it      a[0],b.rs
// Output: src/io.r[s]                                a?0]?b.rs
/// A pattern for `text` and for no other one of `all`. Where nothing more is around it in another, `shorter`, a part of it, will do.
fn pattern<'a>(text: &str, shorter: &str, all: impl Iterator<Item = &'a String>) -> String {
    let is_special = |c: char| "*?[,".contains(c) || c.is_control();
    if text.contains(is_special) {
        return text.replace(is_special, "?");
    }
    if all.filter(|other| other.contains(shorter)).count() <= 1 {
        return shorter.to_owned();
    }
    match text.char_indices().next_back() {
        Some((at, last)) => format!("{}[{last}]", &text[..at]),
        None => String::new(),
    }
}

fn saving(variable: &'static str, value: String, all: &[(String, Sum)]) -> Option<Saving> {
    let patterns = Patterns::new(&value).ok()?;
    let mut left_out = Sum::default();
    all.iter().filter(|(text, _)| patterns.matches(text)).for_each(|(_, sum)| left_out += *sum);
    Some(Saving { variable, value, left_out })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_its_text_and_nothing_else() {
        for (text, shorter, others, expected) in [
            ("src/io.rs", "src/io.rs", ["src/main.rs", "io.rs"], "src/io.rs"),
            ("src/io.rs", "src/io.rs", ["a/src/io.rs", "io.rs"], "src/io.r[s]"),
            ("demo::run", "demo::run", ["demo::runner", "demo::main"], "demo::ru[n]"),
            ("/r/smallvec-1/lib.rs", "smallvec-1/lib.rs", ["src/lib.rs", "a"], "smallvec-1/lib.rs"),
            ("/r/smallvec-1/lib.rs", "smallvec-1/lib.rs", ["/v/smallvec-1/lib.rs", "a"], "/r/smallvec-1/lib.r[s]"),
            ("a[0],b.rs", "b.rs", ["a", "b"], "a?0]?b.rs"),
            ("<[T] as A>::f", "<[T] as A>::f", ["main", "f"], "<?T] as A>::f"),
            ("a]", "a]", ["a]b", "f"], "a[]]"),
        ] {
            let all: Vec<String> = [text].iter().chain(&others).map(|text| (*text).to_owned()).collect();
            let pattern = pattern(text, shorter, all.iter());
            assert_eq!(pattern, expected);
            let patterns = Patterns::new(&pattern).unwrap();
            let matched: Vec<_> = all.iter().filter(|text| patterns.matches(text)).collect();
            assert_eq!(matched, [text], "{pattern}");
        }
    }

    #[test]
    fn threads_are_left_out_by_naming_the_others() {
        let of = |names: &[(&str, u64)]| {
            let threads: Vec<_> =
                names.iter().map(|(name, records)| ((*name).to_owned(), Sum { records: *records, bytes: 0 })).collect();
            of_thread(&threads).map(|saving| (saving.to_string(), saving.left_out.records))
        };
        let left_out = of(&[("main", 9), ("pool", 7), ("pool", 5), ("io thread", 1)]);
        assert_eq!(left_out, Some(("INSTR_THREAD='io thread,main'".to_owned(), 12)));
        for names in [&[("main", 9)][..], &[("main", 9), ("a,b", 1)], &[("main", 9), ("", 1)], &[]] {
            assert_eq!(of(names), None, "{names:?}");
        }
    }
}
