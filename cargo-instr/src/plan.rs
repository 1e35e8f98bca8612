//! What the command tells the wrappers: a file beside the links by whose names cargo calls them, so that nothing of it gets
//! into the environment of the program that runs.
//!
//! A plan never changes: its directory is named after what is in it, and another plan has other links. Cargo counts the
//! workspace's wrapper among what makes a package what it is, so crates of different plans lie side by side, and commands
//! that run at the same time do not meet.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::selection::Selection;
use crate::user_wrappers::UserWrappers;

/// Identifies this build of `cargo instr` and of the runtime in it.
pub const BUILD: &str = env!("CARGO_INSTR_BUILD");

/// Name of the wrapper's link, by which the program knows what it is asked for.
pub const WRAPPER: &str = "cargo-instr-wrapper";

/// Name of the link that stands for the workspace's wrapper. What cargo calls is [`WRAPPER`], with this as an argument.
pub const WORKSPACE_WRAPPER: &str = "cargo-instr-workspace-wrapper";

const FILE: &str = "plan.json";

/// A way to compile the runtime. All crates of a program have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flavor {
    /// What it records.
    pub recording: Recording,
    /// With probes that are inlined, as it pays in programs that are optimised.
    pub inlined: bool,
}

/// What a program records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Recording {
    /// Each statement, as the sinks have it.
    Statements,
    /// The statement stack alone.
    OpenStatements,
    /// The compiler's edges, in all crates.
    Edges,
}

/// The plan of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Another build instruments anew.
    pub build: String,
    /// Where compiled runtimes are kept.
    pub cache: PathBuf,
    /// Our directory in the workspace's target directory.
    pub home: PathBuf,
    /// The manifests' directories of the packages to instrument.
    pub packages: Vec<PathBuf>,
    /// What of them.
    pub selection: Selection,
    /// How fine.
    pub level: Option<String>,
    /// Which runtime is linked.
    pub runtime: Flavor,
    /// What the user has set, to be called in turn.
    pub wrappers: UserWrappers,
}

impl Plan {
    /// Whether everything is instrumented that can be.
    pub fn is_whole(&self) -> bool {
        self.selection == Selection::default() && self.level.is_none()
    }

    /// Differs from that of any other plan.
    pub fn key(&self) -> String {
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Reads the plan in its directory.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn read(directory: &Path) -> Result<Self, Failure> {
        let file = directory.join(FILE);
        let text = fs::read_to_string(&file).map_err(|error| Failure::on("read", &file, &error))?;
        serde_json::from_str(&text).map_err(|error| Failure(format!("cannot read {}: {error}", file.display())))
    }

    /// Makes the plan's directory below `parent`, with links to `program`.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn write(&self, parent: &Path, program: &Path) -> Result<PathBuf, Failure> {
        let directory = parent.join(self.key());
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure(error.to_string()))?;
        let write = || {
            fs::create_dir_all(&directory)?;
            put(&directory.join(FILE), |fresh| fs::write(fresh, &text))?;
            put(&directory.join(WRAPPER), |fresh| symlink(program, fresh))?;
            put(&directory.join(WORKSPACE_WRAPPER), |fresh| symlink(program, fresh))
        };
        write().map_err(|error| Failure::on("write", &directory, &error))?;
        Ok(directory)
    }
}

/// All at once: the same plan may be in use.
fn put(path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("-{}", std::process::id()));
    let fresh = Path::new(&name);
    match fs::remove_file(fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => make(fresh)?,
    }
    fs::rename(fresh, path)
}
