//! Files that hold the debug information of another one: split off and found by name or build id, shared, or packed.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::elf::Elf;

/// Where a system keeps debug information.
const SYSTEM: &str = "/usr/lib/debug";

/// Where debug information is looked for that a file does not have itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    /// Beside the file: it belongs to what the user has built.
    Beside,
    /// There, and where the system keeps that of its libraries.
    Everywhere,
}

/// The file with the debug information of `elf`, if that has none itself.
pub(super) fn split_off(elf: &Elf, places: Places) -> Option<Elf> {
    let by_build = elf.build_id().and_then(|build| of_build(elf, &build, places));
    by_build.or_else(|| of_link(elf, places))
}

/// What `info`, a file with debug information, shares with others.
pub(super) fn shared(info: &Elf) -> Option<Elf> {
    let (name, build) = info.shared_link()?;
    let directory = info.path().parent()?;
    let mut paths = vec![directory.join(name)];
    paths.extend(paths_of_build(Path::new(SYSTEM), &build));
    paths.iter().filter_map(|path| Elf::open(path).ok()).find(|found| found.build_id().as_ref() == Some(&build))
}

/// The package of all units that were split off, of either file.
pub(super) fn package(elf: &Elf, info: &Elf) -> Option<Elf> {
    let beside = |file: &Elf| {
        let path = file.path().to_owned();
        let appended = OsString::from_iter([path.as_os_str(), ".dwp".as_ref()]);
        [PathBuf::from(appended), path.with_extension("dwp")]
    };
    [elf, info].into_iter().flat_map(beside).find_map(|path| Elf::open(&path).ok())
}

fn of_build(elf: &Elf, build: &[u8], places: Places) -> Option<Elf> {
    let (directory, name) = (elf.path().parent()?, elf.path().file_name()?);
    let mut paths = Vec::new();
    let system = (places == Places::Everywhere).then_some(Path::new(SYSTEM));
    for root in system.into_iter().chain([directory, &directory.join(".debug")]) {
        paths.extend(paths_of_build(root, build));
    }
    let name = OsString::from_iter([name, ".debug".as_ref()]);
    paths.extend([directory.join(&name), directory.join(".debug").join(&name)]);
    let is_right = |found: &Elf| found.has_debug_information() && found.build_id().as_deref() == Some(build);
    paths.iter().filter_map(|path| Elf::open(path).ok()).find(is_right)
}

/// `.build-id/ab/cdef.debug`
fn paths_of_build(root: &Path, build: &[u8]) -> Option<PathBuf> {
    let (first, rest) = build.split_first()?;
    let mut name = rest.iter().fold(String::new(), |mut name, byte| {
        // A string takes everything.
        let _ = write!(name, "{byte:02x}");
        name
    });
    name.push_str(".debug");
    Some(root.join(".build-id").join(format!("{first:02x}")).join(name))
}

fn of_link(elf: &Elf, places: Places) -> Option<Elf> {
    let (name, sum) = elf.debug_link()?;
    let directory = elf.path().parent()?;
    // Only a name: what is linked to lies in one of these.
    let name = Path::new(&name).file_name()?;
    let mut paths = vec![directory.join(name), directory.join(".debug").join(name)];
    if places == Places::Everywhere {
        paths.push(Path::new(SYSTEM).join(directory.strip_prefix("/").ok()?).join(name));
    }
    let is_right = |found: &Elf| found.has_debug_information() && found.checksum().is_ok_and(|found| found == sum);
    paths.iter().filter_map(|path| Elf::open(path).ok()).find(is_right)
}
