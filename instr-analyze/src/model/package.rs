//! Which package a statement is of, as far as its path and its module say.

use super::source_path::in_registry;
use super::statement::Statement;

/// A package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package<'a> {
    /// Its name as Cargo knows it, or the crate's where the path does not tell.
    pub name: &'a str,
    /// Its version, where the path tells.
    pub version: Option<&'a str>,
}

/// The package of a statement: a path in a registry names it, elsewhere the module path begins with the crate.
pub fn package(statement: &Statement) -> Package<'_> {
    let unpacked = in_registry(&statement.file).and_then(|path| path.split('/').next()).and_then(split);
    unpacked.unwrap_or_else(|| {
        let name = statement.module.split("::").next().unwrap_or_default();
        Package { name: if name.is_empty() { "?" } else { name }, version: None }
    })
}

// Input:  sha-1-0.10.1
// Output: sha-1, 0.10.1
fn split(directory: &str) -> Option<Package<'_>> {
    let at = directory.match_indices('-').find(|(at, _)| is_version(directory.get(at + 1..).unwrap_or_default()))?.0;
    Some(Package { name: directory.get(..at)?, version: directory.get(at + 1..) })
}

/// Whether it begins with three numbers, as versions do.
fn is_version(text: &str) -> bool {
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let numbers = text.get(..end).unwrap_or_default().split('.');
    numbers.clone().count() == 3 && numbers.into_iter().all(|number| number.parse::<u64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_the_registry_are_taken_apart() {
        let cases = [
            ("serde_json-1.0.149", Some(("serde_json", "1.0.149"))),
            ("sha-1-0.10.1", Some(("sha-1", "0.10.1"))),
            ("a-1.0.0-alpha.1", Some(("a", "1.0.0-alpha.1"))),
            ("a-1.0.0+1.2.3", Some(("a", "1.0.0+1.2.3"))),
            ("serde_json", None),
            ("-1.2", None),
        ];
        for (directory, expected) in cases {
            let found = split(directory).map(|found| (found.name, found.version.unwrap()));
            assert_eq!(found, expected, "{directory}");
        }
    }
}
