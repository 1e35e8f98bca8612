//! The part `build` of `instr.toml`, as it holds for the crate that is being compiled.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use instr_config::build::{Build, How};
use instr_config::file::File;
use instr_format::keys;

use crate::scope::{Level, Macros};

/// What the file says.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where it is; absolute.
    pub(crate) path: PathBuf,
    build: Arc<Build>,
    files: Mutex<BTreeMap<String, Option<Arc<ForFile>>>>,
    /// What cannot be used of it. Then nothing is instrumented.
    errors: Vec<String>,
    is_reported: AtomicBool,
    is_tracked: AtomicBool,
}

impl Config {
    /// Finds the file of the crate and reads it, once for all of its attributes. `None`: there is none.
    ///
    /// It is in the package's directory, else in the one that cargo runs the compiler in: of the packages of a workspace, that
    /// is the workspace's.
    pub(crate) fn get() -> Option<Arc<Self>> {
        // An editor expands the macros of all crates in one process.
        static READ: Mutex<BTreeMap<PathBuf, Option<Arc<Config>>>> = Mutex::new(BTreeMap::new());
        let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |package: &PathBuf| {
            let directories = [Some(package.clone()), env::current_dir().ok()];
            let paths = directories.into_iter().flatten().map(|directory| directory.join(keys::FILE));
            paths.into_iter().find(|path| path.exists()).map(|path| Arc::new(Self::read(path)))
        };
        read.entry(package).or_insert_with_key(find).clone()
    }

    fn read(path: PathBuf) -> Self {
        let here = env::current_dir().unwrap_or_default();
        let shown = path.strip_prefix(&here).unwrap_or(&path);
        let (build, errors) = match File::read_as(&path, shown) {
            Ok(file) => (Build::new(&file), file.errors.iter().map(|error| error.to_string()).collect()),
            Err(error) => (Build::default(), vec![format!("cannot read {}: {error}", shown.display())]),
        };
        let (build, files) = (Arc::new(build), Mutex::default());
        Config { path, build, files, errors, is_reported: AtomicBool::new(false), is_tracked: AtomicBool::new(false) }
    }

    /// Whether all of it can be used.
    ///
    /// # Errors
    /// What cannot, for one of the crate's attributes; and for each whose item may be left out, so that nobody may get to see it.
    pub(crate) fn report(&self, may_be_left_out: bool) -> Result<bool, String> {
        let reports = || may_be_left_out || !self.is_reported.swap(true, Relaxed);
        match self.errors.as_slice() {
            [] => Ok(true),
            errors if reports() => Err(errors.join("\n")),
            _ => Ok(false),
        }
    }

    /// Whether the entry by which cargo learns of the file belongs to an item: to one in a crate, and to each that may be left
    /// out.
    pub(crate) fn is_tracked_by(&self, may_be_left_out: bool) -> bool {
        may_be_left_out || !self.is_tracked.swap(true, Relaxed)
    }

    /// What holds for a file of the crate, as the compiler names it; `None`: it is left out.
    pub(crate) fn for_file(&self, file: String) -> Option<Arc<ForFile>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(file).or_insert_with_key(|file| self.find(file).map(Arc::new)).clone()
    }

    fn find(&self, file: &str) -> Option<ForFile> {
        let here = env::current_dir().unwrap_or_default();
        let absolute = here.join(file);
        let directory = self.path.parent().unwrap_or(&here);
        let shown = absolute.strip_prefix(directory).unwrap_or(&absolute).to_string_lossy();
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
        let in_package = absolute.strip_prefix(&package).unwrap_or(&absolute);
        self.build.admits_file(&shown).then(|| ForFile {
            build: Arc::clone(&self.build),
            how: self.build.how(&shown),
            module: module(&env::var("CARGO_CRATE_NAME").unwrap_or_default(), in_package),
        })
    }
}

/// What holds in a file.
#[derive(Debug, Clone)]
pub(crate) struct ForFile {
    build: Arc<Build>,
    how: How,
    /// The path of the module at hand, with the crate's name.
    module: String,
}

impl ForFile {
    /// `level`, unless an attribute says otherwise.
    pub(crate) fn level(&self) -> Option<Level> {
        self.how.level.as_deref().and_then(Level::of_word)
    }

    /// `macros`, the same.
    pub(crate) fn macros(&self) -> Option<Macros> {
        self.how.macros.as_deref().and_then(Macros::of_word)
    }

    /// What holds in an inline module.
    pub(crate) fn inside(&self, name: &str) -> Arc<Self> {
        Arc::new(ForFile { module: format!("{}::{name}", self.module), ..self.clone() })
    }

    /// Whether a function of the module is instrumented.
    pub(crate) fn admits_function(&self, path: &str) -> bool {
        self.build.admits_function(&format!("{}::{path}", self.module))
    }
}

/// The module that a file makes, by cargo's rules for where the files of crates are.
fn module(crate_name: &str, file: &Path) -> String {
    let names: Vec<&str> = file.iter().filter_map(|name| name.to_str()).collect();
    // The directory of the crate's root, or the root itself.
    let (is_own_directory, rest) = match names.as_slice() {
        ["src", "bin", _, rest @ ..] | ["tests" | "benches" | "examples", _, rest @ ..] => (false, rest),
        ["src", rest @ ..] => (true, rest),
        rest => (true, rest),
    };
    let mut names = rest.to_vec();
    let last = names.pop().unwrap_or_default();
    let stem = last.strip_suffix(".rs").unwrap_or(last);
    let is_root = names.is_empty() && (stem == "main" || stem.is_empty() || is_own_directory && stem == "lib");
    names.extend((!is_root && stem != "mod").then_some(stem));
    names.insert(0, crate_name);
    names.join("::")
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn modules_are_named_by_their_files() {
        for (file, path) in [
            ("src/lib.rs", "demo"),
            ("src/main.rs", "demo"),
            ("src/a.rs", "demo::a"),
            ("src/a/mod.rs", "demo::a"),
            ("src/a/b.rs", "demo::a::b"),
            ("src/tests/mod.rs", "demo::tests"),
            ("src/a/main.rs", "demo::a::main"),
            ("build/generated.rs", "demo::build::generated"),
            ("src/bin/tool.rs", "demo"),
            ("src/bin/tool/main.rs", "demo"),
            ("src/bin/tool/a.rs", "demo::a"),
            ("tests/it.rs", "demo"),
            ("tests/it/main.rs", "demo"),
            ("tests/it/a/b.rs", "demo::a::b"),
        ] {
            assert_eq!(module("demo", file.as_ref()), path, "{file}");
        }
    }
}
