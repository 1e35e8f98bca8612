//! Cargo's run with this program as its wrapper.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use cargo_metadata::Metadata;
use instr_format::names::OUTPUT_DIR;

use crate::after;
use crate::arguments::{Arguments, Split, Verb};
use crate::child;
use crate::failure::Failure;
use crate::plan::{BUILD, Plan, WORKSPACE_WRAPPER, WRAPPER};
use crate::runtime;
use crate::user_wrappers::UserWrappers;
use crate::workspace::{self, cargo};

/// Does what the command line asks for. `arguments` are those behind `cargo instr`.
///
/// # Errors
/// When cargo could not be run as asked.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let mut split = Split::new(arguments);
    let own = Arguments::of(&split);
    let selection = own.selection();
    selection.check().map_err(Failure)?;
    let metadata = workspace::metadata(&split, !own.with_dep.is_empty())?;
    let home = split.take("--target-dir").pop().map_or_else(|| metadata.target_directory.clone().into(), absolute);
    let home = home.join("instr");
    let configuration = split.take("--config");
    fs::create_dir_all(&home).map_err(|error| Failure::on("create", &home, &error))?;
    let plan = Plan {
        build: BUILD.to_owned(),
        cache: runtime::cache(&home),
        packages: workspace::packages(&metadata, &own.with_dep)?,
        selection,
        level: own.level(),
        wrappers: UserWrappers::find(&absolute(OsString::new()), &configuration)?,
    };
    let program = env::current_exe().map_err(|error| Failure(format!("cannot find this program: {error}")))?;
    let wrappers = plan.write(&home.join("plans"), &program)?;
    let places = Places::new(&home, &own.with_dep, &plan, &metadata);

    let output = match env::var_os(OUTPUT_DIR).filter(|directory| !directory.is_empty()) {
        Some(directory) => absolute(directory),
        None => home.join("runs").join(after::directory_name()),
    };
    let mut cargo = Command::new(cargo());
    cargo.arg(own.verb.name()).arg("--target-dir").arg(&places.finished);
    for given in configuration {
        cargo.arg("--config").arg(given);
    }
    // Behind those of the user, for the last one counts.
    cargo.args(setting("build.rustc-wrapper", &wrappers.join(WRAPPER)));
    cargo.args(setting("build.rustc-workspace-wrapper", &wrappers.join(WORKSPACE_WRAPPER)));
    if let Some(between) = &places.between {
        cargo.args(setting("build.build-dir", between));
    }
    cargo.args(&split.cargo).args(&split.program);
    cargo.env_remove("RUSTC_WRAPPER").env_remove("RUSTC_WORKSPACE_WRAPPER").env(OUTPUT_DIR, &output);
    let earlier = after::runs(&output);
    let (status, pid) = child::wait(cargo)?;
    let reported = match own.verb {
        Verb::Build if status.success() && places.finished != home => after::say_where(&places.finished),
        Verb::Build => Ok(()),
        Verb::Run | Verb::Test => after::report(&output, &earlier, status, pid),
    };
    if let Err(failure) = reported {
        // The exit code is the program's all the same; nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "cargo instr: {failure}");
    }
    Ok(child::exit_code(status))
}

fn setting(key: &str, path: &Path) -> [OsString; 2] {
    ["--config".into(), format!("{key}={:?}", path.to_string_lossy()).into()]
}

/// Where what is built goes.
struct Places {
    /// Programs, under names that say nothing of the plan. A program of another plan must not come between the end of
    /// building and the beginning of running.
    finished: PathBuf,
    /// All else, if apart, and if cargo knows how to (1.91).
    between: Option<PathBuf>,
}

impl Places {
    fn new(home: &Path, with: &[String], plan: &Plan, metadata: &Metadata) -> Self {
        let key = plan.key();
        let (finished, between) = match with {
            [] if plan.is_whole() => (home.to_owned(), home.to_owned()),
            [] => (home.join(format!("selected-{key}")), home.to_owned()),
            // Cargo never asks whether a dependency from a registry has to be compiled again.
            _ => {
                let own = home.join(format!("with-{}-{key}", with.join("-")));
                (own.clone(), own)
            }
        };
        // The user's configuration may name one of plain cargo's.
        Places { finished, between: metadata.build_directory.is_some().then_some(between) }
    }
}

/// The path as it is seen from elsewhere.
fn absolute(path: impl AsRef<OsStr>) -> PathBuf {
    env::current_dir().unwrap_or_default().join(path.as_ref())
}
