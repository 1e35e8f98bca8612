//! The user's workspace, as cargo describes it.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::arguments::Split;
use crate::failure::Failure;
use crate::instrumentation::absolute;
use crate::user_wrappers;

/// Options of cargo's that its description depends on, and those of them that matter to dependencies alone.
const FLAGS: [&str; 3] = ["--offline", "--locked", "--frozen"];
const FEATURE_FLAGS: [&str; 2] = ["--all-features", "--no-default-features"];
const FEATURE_VALUES: [&str; 2] = ["--features", "-F"];
/// What cargo ends with when it cannot go on.
const CARGO_FAILED: u8 = 101;

/// The cargo that has called us.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Why there is no description of the workspace.
#[derive(Debug)]
pub enum Refusal {
    /// Cargo finds none that it understands, and this is what it says.
    OfCargo(String),
    /// Cargo could not be asked, or we cannot go on.
    Other(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Refusal::Other(failure)
    }
}

impl Refusal {
    /// Ends the command: cargo's refusal in its own words, and with its own exit code.
    ///
    /// # Errors
    /// When it was not cargo that refused.
    pub fn say(self) -> Result<ExitCode, Failure> {
        match self {
            Refusal::OfCargo(said) => {
                // Nobody is left to tell when this fails.
                let _ = writeln!(io::stderr(), "{said}");
                Ok(ExitCode::from(CARGO_FAILED))
            }
            Refusal::Other(failure) => Err(failure),
        }
    }
}

/// Asks cargo, with what dependencies resolve to if need be.
///
/// # Errors
/// What cargo says when there is no workspace that it understands.
pub fn metadata(split: &Split, dependencies: bool) -> Result<Metadata, Refusal> {
    let mut command = MetadataCommand::new();
    command.cargo_path(cargo());
    if let Some(manifest) = split.values("--manifest-path").pop() {
        command.manifest_path(PathBuf::from(manifest));
    }
    let (flags, values): (Vec<_>, Vec<_>) = if dependencies {
        ([FLAGS.as_slice(), &FEATURE_FLAGS].concat(), [&["--config"], FEATURE_VALUES.as_slice()].concat())
    } else {
        command.no_deps();
        (FLAGS.to_vec(), vec!["--config"])
    };
    let mut options: Vec<String> = flags.into_iter().filter(|flag| split.has(flag)).map(str::to_owned).collect();
    for option in values {
        let given = split.values(option).into_iter();
        options.extend(given.flat_map(|value| [option.to_owned(), value.to_string_lossy().into_owned()]));
    }
    command.other_options(options).exec().map_err(|error| match error {
        cargo_metadata::Error::CargoMetadata { stderr } => Refusal::OfCargo(stderr.trim_end().to_owned()),
        error => Refusal::Other(Failure(format!("cannot ask cargo for the workspace: {error}"))),
    })
}

/// The directories of the packages to instrument: the workspace's own and the dependencies named in `with`.
///
/// # Errors
/// When there is no such dependency.
pub fn packages(metadata: &Metadata, with: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut packages = metadata.workspace_packages();
    for name in with {
        let named: Vec<&Package> = metadata.packages.iter().filter(|package| package.name.as_str() == name).collect();
        if named.is_empty() {
            return Err(Failure(format!("--with-dep: no dependency is named `{name}`; `cargo tree` lists them")));
        }
        if named.iter().all(|package| runs_in_the_compiler(package)) {
            return Err(Failure(format!("--with-dep: `{name}` is a procedural macro, which runs in the compiler")));
        }
        packages.extend(named);
    }
    packages.retain(|package| !runs_in_the_compiler(package) && !is_the_runtime(package));
    let mut directories: Vec<PathBuf> = packages.iter().filter_map(|package| directory(package)).collect();
    directories.sort();
    directories.dedup();
    Ok(directories)
}

/// The directories of the packages with each of these names.
pub fn directories<'a>(metadata: &Metadata, names: &'a [String]) -> Vec<(&'a str, Vec<PathBuf>)> {
    let named = |name: &String| {
        let named = metadata.packages.iter().filter(|package| package.name.as_str() == name);
        named.filter_map(directory).collect()
    };
    names.iter().map(|name| (name.as_str(), named(name))).collect()
}

/// The directories of the workspace's own packages.
pub fn own_directories(metadata: &Metadata) -> Vec<PathBuf> {
    metadata.workspace_packages().into_iter().filter_map(directory).collect()
}

pub(crate) fn runs_in_the_compiler(package: &Package) -> bool {
    package.targets.iter().any(|target| target.is_proc_macro())
}

/// It cannot record itself.
pub(crate) fn is_the_runtime(package: &Package) -> bool {
    ["instr-config", "instr-format", "instr-runtime"].contains(&package.name.as_str())
}

pub(crate) fn directory(package: &Package) -> Option<PathBuf> {
    package.manifest_path.parent().map(|directory| directory.as_std_path().to_owned())
}

/// What cargo compiles for unless it is told.
///
/// # Errors
/// When cargo does not say it.
pub fn host() -> Result<String, Failure> {
    let output = Command::new(cargo()).arg("-vV").output();
    let output = output.map_err(|error| Failure::on("run", Path::new("cargo"), &error))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("cargo does not say its host".to_owned()))
}

/// Whether somebody has told cargo what to compile for.
///
/// # Errors
/// When a file of cargo's configuration cannot be read.
pub fn has_target(split: &Split, configuration: &[OsString]) -> Result<bool, Failure> {
    let is_given = !split.values("--target").is_empty();
    Ok(is_given || user_wrappers::names_target(&absolute(""), configuration)?)
}
