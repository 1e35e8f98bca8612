//! What of a package is instrumented: the part `build` of its `instr.toml`, as far as no option says otherwise.
//!
//! The command writes it for each package to a file of its own, and only when it has changed. Cargo compiles a crate again when
//! that file is newer: when the part has changed, appeared or gone, whatever else is in `instr.toml`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use instr_config::build::{Build, How};
use instr_format::keys::FILE;
use serde::{Deserialize, Serialize};

use crate::config;
use crate::failure::Failure;
use crate::selection::Selection;

const DIRECTORY: &str = "rules";

/// What holds for a package.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Where the paths of files begin.
    directory: PathBuf,
    build: Build,
}

impl Rules {
    /// Reads the file in the package's directory, else the one in the workspace's if the package is of it.
    ///
    /// # Errors
    /// When it cannot be read, or something in it cannot be used.
    pub fn of(package: &Path, workspace: Option<&Path>) -> Result<Self, Failure> {
        let directories = [Some(package), workspace].into_iter().flatten();
        let Some(directory) = directories.into_iter().find(|directory| directory.join(FILE).exists()) else {
            return Ok(Rules::default());
        };
        let file = config::read(&directory.join(FILE))?;
        let build = Build::new(&file);
        // Where the file is makes no difference then.
        let directory = if build == Build::default() { PathBuf::new() } else { directory.to_owned() };
        Ok(Rules { directory, build })
    }

    /// Writes them to the package's file below `home`, if they are not there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, home: &Path, package: &Path) -> Result<(), Failure> {
        let path = path(home, package);
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure(error.to_string()))?;
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            fs::create_dir_all(home.join(DIRECTORY))?;
            let fresh = path.with_extension(std::process::id().to_string());
            fs::write(&fresh, &text)?;
            fs::rename(fresh, &path)
        };
        write().map_err(|error| Failure::on("write", &path, &error))
    }

    /// Reads those of a package.
    ///
    /// # Errors
    /// When they are not there.
    pub fn read(home: &Path, package: &Path) -> Result<Self, Failure> {
        let path = path(home, package);
        let text = fs::read_to_string(&path).map_err(|error| Failure::on("read", &path, &error))?;
        serde_json::from_str(&text).map_err(|error| Failure(format!("cannot read {}: {error}", path.display())))
    }

    /// The same where options have the first say.
    #[must_use]
    pub fn below(mut self, options: &Selection) -> Self {
        let build = &mut self.build;
        for (option, rule) in [
            (&options.include_file, &mut build.include),
            (&options.exclude_file, &mut build.exclude),
            (&options.include_function, &mut build.include_function),
            (&options.exclude_function, &mut build.exclude_function),
        ] {
            if !option.is_empty() {
                rule.clear();
            }
        }
        self
    }

    /// Whether functions of the file are instrumented. Its path is absolute.
    pub fn admits_file(&self, file: &Path) -> bool {
        self.build.admits_file(&self.shown(file))
    }

    /// Whether the function with this path is instrumented.
    pub fn admits_function(&self, path: &str) -> bool {
        self.build.admits_function(path)
    }

    /// How those of a file are.
    pub fn how(&self, file: &Path) -> How {
        self.build.how(&self.shown(file))
    }

    fn shown(&self, file: &Path) -> String {
        file.strip_prefix(&self.directory).unwrap_or(file).to_string_lossy().into_owned()
    }
}

/// Where the rules of a package are.
pub fn path(home: &Path, package: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    package.hash(&mut hasher);
    home.join(DIRECTORY).join(format!("{:016x}", hasher.finish()))
}
