//! Cargo's run with this program as its wrapper.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use instr_format::names::OUTPUT_DIR;

use crate::after;
use crate::arguments::{Arguments, Split};
use crate::child;
use crate::failure::Failure;
use crate::places::Places;
use crate::plan::{BUILD, Plan};
use crate::runtime;
use crate::user_wrappers::UserWrappers;
use crate::words::{self, Kind, Meaning};
use crate::workspace::{self, Refusal, cargo};

/// What cargo ends with when it cannot go on.
const CARGO_FAILED: u8 = 101;

/// Does what the command line asks for. `arguments` are those behind `cargo instr`.
///
/// # Errors
/// When cargo could not be run as asked.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let split = Split::new(arguments.clone());
    let meaning =
        split.word.as_deref().map(|word| words::meaning(word, split.cargo.first().and_then(|next| next.to_str())));
    if meaning == Some(Meaning::Verb) {
        return Ok(instr_analyze::cli::main("cargo instr", arguments));
    }
    let own = Arguments::of(&split);
    match meaning {
        Some(Meaning::Own(kind)) => instrumented(split, &own, kind, true),
        Some(Meaning::Other(kind)) => instrumented(split, &own, kind, false),
        Some(Meaning::Plain) => plain(&split),
        Some(Meaning::Verb) | None => {
            // Nobody is left to tell when this fails.
            let _ = write!(io::stderr(), "{}", Arguments::help());
            Ok(ExitCode::from(2))
        }
    }
}

/// Runs cargo as if we were not there.
fn plain(split: &Split) -> Result<ExitCode, Failure> {
    if let Some(option) = split.own.first() {
        let word = split.word.as_deref().unwrap_or_default();
        let option = option.to_string_lossy();
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "instr: `cargo {word}` is not instrumented: {option} has no effect");
    }
    let error = Command::new(cargo()).args(split.for_cargo()).exec();
    Err(Failure::on("run", Path::new("cargo"), &error))
}

/// Runs cargo with everything instrumented that it compiles. `takes_options`: those of cargo's.
fn instrumented(mut split: Split, own: &Arguments, kind: Kind, takes_options: bool) -> Result<ExitCode, Failure> {
    let selection = own.selection();
    selection.check().map_err(Failure)?;
    let metadata = match workspace::metadata(&split, !own.with_dep.is_empty()) {
        Ok(metadata) => metadata,
        // It may need none.
        Err(Refusal::OfCargo(_)) if !takes_options => return plain(&split),
        Err(Refusal::OfCargo(said)) => {
            // In its own words, and with its own exit code.
            let _ = writeln!(io::stderr(), "{said}");
            return Ok(ExitCode::from(CARGO_FAILED));
        }
        Err(Refusal::Other(failure)) => return Err(failure),
    };
    let home = split.take("--target-dir").pop().map_or_else(|| metadata.target_directory.clone().into(), absolute);
    let home = home.join("instr");
    let configuration = split.values("--config");
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
    if takes_options {
        split.take("--config");
        cargo.args(&split.word).args(&split.before);
        places.as_options(&wrappers, &configuration, &mut cargo);
        cargo.args(&split.cargo).args(&split.program);
    } else {
        places.as_variables(&wrappers, &mut cargo);
        cargo.args(split.for_cargo());
    }
    cargo.env_remove("RUSTC_WRAPPER").env_remove("RUSTC_WORKSPACE_WRAPPER").env(OUTPUT_DIR, &output);
    let earlier = after::runs(&output);
    let (status, pid) = child::wait(cargo)?;
    let reported = match kind {
        Kind::Builds if status.success() && places.finished != home => after::say_where(&places.finished),
        Kind::Builds => Ok(()),
        Kind::Runs | Kind::Either => after::report(&output, &earlier, status, pid),
    };
    if let Err(failure) = reported {
        // The exit code is the program's all the same; nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "cargo instr: {failure}");
    }
    Ok(child::exit_code(status))
}

/// The path as it is seen from elsewhere.
fn absolute(path: impl AsRef<OsStr>) -> PathBuf {
    env::current_dir().unwrap_or_default().join(path.as_ref())
}
