//! The versions of what the crates depend on: `versions.lock`, in the format of `Cargo.lock`, but for who depends on whom,
//! which differs from crate to crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

use crate::package::Package;
use crate::workspace;

/// Versions, by name and version, each with where it is from.
type Versions = BTreeMap<(String, String), Table>;

fn file() -> PathBuf {
    workspace().join("tests/src/published/versions.lock")
}

/// Gives a package the versions of this workspace and of the file.
pub(super) fn pin(package: &Package) {
    let ours = fs::read_to_string(workspace().join("Cargo.lock")).expect("a lock file");
    let mut pinned = read(&file());
    pinned.retain(|version, _| !versions(&ours).contains_key(version));
    package.write("Cargo.lock", &format!("{ours}\n{}", text(pinned)));
}

/// Writes the file: what is in it and what cargo has chosen for a package.
pub(super) fn keep(package: &Package) {
    let mut all = read(&file());
    all.extend(read(&package.path().join("Cargo.lock")));
    fs::write(file(), text(all)).expect("the same file");
}

fn read(path: &Path) -> Versions {
    versions(&fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}")))
}

fn versions(lock: &str) -> Versions {
    let lock: Table = lock.parse().expect("a lock file");
    let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let tables = packages.into_iter().filter_map(|package| package.try_into::<Table>().ok());
    let published = tables.filter(|package| package.contains_key("source"));
    let versions = published.map(|mut package| {
        package.remove("dependencies");
        let part = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        ((part("name"), part("version")), package)
    });
    versions.collect()
}

fn text(versions: Versions) -> String {
    let packages = versions.into_values().map(|package| format!("[[package]]\n{package}"));
    packages.collect::<Vec<_>>().join("\n")
}
