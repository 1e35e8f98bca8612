//! Crates as they are, for the sake of messages.
//!
//! What the compiler says about a crate can point into a library that it uses, and what it then shows is taken from what
//! that library was compiled from: columns are those of the annotated text, and source lines are missing. So each library's
//! command line is kept, and for such a message the crate is checked once more against libraries as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

const FILE: &str = "library.json";

/// How to check a library as it is.
#[derive(Debug, Serialize, Deserialize)]
pub struct Library {
    /// Where the compiler runs.
    pub directory: PathBuf,
    /// The compiler and its arguments.
    pub command: Vec<String>,
    /// What cargo has set for it.
    pub environment: BTreeMap<String, String>,
    /// The files that are compiled in another form.
    pub files: BTreeSet<PathBuf>,
}

impl Library {
    /// Keeps it in `scratch`, before anything can depend on what is compiled.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, scratch: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string(self).map_err(|error| Failure(error.to_string()))?;
        let write = fs::create_dir_all(scratch).and_then(|()| fs::write(scratch.join(FILE), text));
        write.map_err(|error| Failure::on("write", scratch, &error))
    }

    fn read(scratch: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(scratch.join(FILE)).ok()?).ok()
    }
}

/// What this process has in its environment beyond what cargo itself has, which is the user's own affair.
pub fn set_by_cargo() -> BTreeMap<String, String> {
    let Ok(of_cargo) = fs::read(format!("/proc/{}/environ", parent_id())) else { return BTreeMap::new() };
    let of_cargo: BTreeSet<&[u8]> = of_cargo.split(|byte| *byte == 0).collect();
    let is_new =
        |name: &OsStr, value: &OsStr| !of_cargo.contains([name.as_bytes(), value.as_bytes()].join(&b'=').as_slice());
    let own = env::vars_os().filter(|(name, value)| is_new(name, value));
    own.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// The libraries that a crate uses.
#[derive(Debug)]
pub struct Libraries<'a> {
    /// Below it, each crate that was compiled by the plan has a directory of its name.
    home: &'a Path,
    /// Those that have been checked, with those that they use.
    checked: BTreeMap<String, Library>,
}

impl<'a> Libraries<'a> {
    /// None is known yet.
    pub fn new(home: &'a Path) -> Self {
        Libraries { home, checked: BTreeMap::new() }
    }

    /// The files of the libraries that the compiler's arguments name.
    pub fn files(&self, arguments: &[OsString]) -> BTreeSet<PathBuf> {
        let (mut files, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut rest = arguments.to_vec();
        while let Some(argument) = rest.pop() {
            let Some(name) = library_name(&argument).filter(|name| seen.insert(name.clone())) else { continue };
            if let Some(library) = Library::read(&self.home.join(name)) {
                files.extend(library.files);
                rest.extend(library.command.into_iter().map(OsString::from));
            }
        }
        files
    }

    /// The arguments with libraries as they are in place of those that were compiled in another form.
    pub fn in_place(&mut self, arguments: &[OsString]) -> Vec<OsString> {
        let mut replaced: Vec<OsString> = arguments.iter().map(|argument| self.checked_instead(argument)).collect();
        for name in self.checked.keys() {
            replaced.push("-L".into());
            replaced.push(OsString::from_iter([OsStr::new("dependency="), self.home.join(name).as_os_str()]));
        }
        replaced
    }

    /// `NAME=PATH`, behind `--extern`. What fails is seen in what comes of it.
    fn checked_instead(&mut self, argument: &OsStr) -> OsString {
        let Some(name) = library_name(argument) else { return argument.to_owned() };
        let scratch = self.home.join(&name);
        if !self.checked.contains_key(&name) {
            let Some(library) = Library::read(&scratch) else { return argument.to_owned() };
            let arguments: Vec<OsString> = library.command.iter().map(OsString::from).collect();
            let arguments = self.in_place(&arguments);
            let mut command = Command::new(&arguments[0]);
            for name in set_by_cargo().into_keys() {
                command.env_remove(name);
            }
            command.args(&arguments[1..]).current_dir(&library.directory).envs(&library.environment);
            // Its messages have been shown when it was compiled.
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            self.checked.insert(name.clone(), library);
        }
        let before = argument.to_str().and_then(|text| text.split_once('=')).map_or("", |(before, _)| before);
        OsString::from_iter([OsStr::new(before), OsStr::new("="), scratch.join(format!("lib{name}.rmeta")).as_os_str()])
    }
}

/// The name that a crate has among those of a plan, if the argument is `NAME=PATH` of a library.
fn library_name(argument: &OsStr) -> Option<String> {
    let path = Path::new(argument.to_str()?.split_once('=')?.1);
    let is_library = path.is_absolute() && path.extension().is_some_and(|kind| kind == "rlib" || kind == "rmeta");
    let name = path.file_stem()?.to_str()?.strip_prefix("lib")?;
    Some(name.to_owned()).filter(|_| is_library)
}

/// Whether a message points into one of the files, whose names are relative to `directory`.
pub fn points_into(message: &Value, files: &BTreeSet<PathBuf>, directory: &Path) -> bool {
    match message {
        Value::Object(fields) => fields.iter().any(|(name, value)| match value {
            Value::String(file) => name == "file_name" && files.contains(&directory.join(file)),
            value => points_into(value, files, directory),
        }),
        Value::Array(values) => values.iter().any(|value| points_into(value, files, directory)),
        _ => false,
    }
}

/// Whether the compiler says the same, wherever it points.
pub fn are_alike(one: &[Value], other: &[Value]) -> bool {
    let essence = |message: &Value| [&message["level"], &message["code"], &message["message"]].map(Value::to_string);
    one.iter().map(essence).eq(other.iter().map(essence))
}
