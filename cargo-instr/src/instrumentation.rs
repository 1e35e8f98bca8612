//! An instrumented build: what cargo is told, and where everything goes.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Metadata;
use instr_format::names::CONFIG;

use crate::arguments::{Split, What};
use crate::config::Config;
use crate::dependencies::Dependencies;
use crate::failure::Failure;
use crate::notes::Notes;
use crate::places::Places;
use crate::plan::{BUILD, Flavor, Plan, Recording};
use crate::rules::Rules;
use crate::runtime;
use crate::user_wrappers::UserWrappers;
use crate::workspace::{self, Refusal, cargo};

/// All that an instrumented build needs, written down for the wrappers.
#[derive(Debug)]
pub struct Instrumentation {
    /// Our directory in the workspace's target directory.
    pub home: PathBuf,
    /// Where programs go, and all else.
    pub places: Places,
    split: Split,
    configuration: Vec<OsString>,
    metadata: Metadata,
    plan: Plan,
    wrappers: PathBuf,
    with_dep: Vec<String>,
    /// What holds unless an option says otherwise.
    pub config: Config,
    /// What is said of dependencies before anything is built.
    pub left_out: Option<String>,
}

impl Instrumentation {
    /// Prepares the build that the command line asks for. `recording`: what is to be recorded, if it says so.
    ///
    /// # Errors
    /// When there is no workspace, or the target directory cannot be written.
    pub fn prepare(mut split: Split, what: &What, recording: Option<Recording>) -> Result<Self, Refusal> {
        let selection = what.selection();
        selection.check().map_err(Failure)?;
        let mut metadata = workspace::metadata(&split, false)?;
        let workspace: PathBuf = metadata.workspace_root.clone().into();
        let config = Config::find(&workspace)?;
        let of_config = match config.coverage() {
            Some("sancov") => Recording::Edges,
            _ if config.is_on("stack") => Recording::OpenStatements,
            _ => Recording::Statements,
        };
        let recording = recording.unwrap_or(of_config);
        let of_edges = recording == Recording::Edges;
        let with_dep = if what.with_dep.is_empty() { config.list("with_dep") } else { what.with_dep.clone() };
        // Edges are those of all crates anyway.
        let with_dep = if of_edges { Vec::new() } else { with_dep };
        let deps = !of_edges && (what.deps || config.is_on("deps"));
        if deps || !with_dep.is_empty() {
            metadata = workspace::metadata(&split, true)?;
        }
        let target = split.take("--target-dir").pop();
        let home = target.map_or_else(|| metadata.target_directory.clone().into(), absolute).join("instr");
        let configuration = split.values("--config");
        fs::create_dir_all(&home).map_err(|error| {
            let way_out = "name a directory that can be written to with --target-dir or CARGO_TARGET_DIR";
            Failure(format!("cannot create {}: {error}; {way_out}", home.display()))
        })?;
        let mut packages = workspace::packages(&metadata, &with_dep)?;
        let mut left_out = None;
        if deps {
            let dependencies = Dependencies::of(&metadata);
            packages.extend(dependencies.chosen.iter().cloned());
            packages.sort();
            packages.dedup();
            left_out = dependencies.left_out();
        }
        let own = workspace::own_directories(&metadata);
        for package in &packages {
            let workspace = own.contains(package).then_some(&*workspace);
            Rules::of(package, workspace)?.keep(&home, package)?;
        }
        let plan = Plan {
            build: BUILD.to_owned(),
            cache: runtime::cache(&home),
            home: home.clone(),
            packages,
            selection,
            level: what.level(),
            runtime: Flavor { recording, inlined: !of_edges && split.is_optimised() },
            wrappers: UserWrappers::find(&absolute(OsString::new()), &configuration)?,
        };
        let program = env::current_exe().map_err(|error| Failure(format!("cannot find this program: {error}")))?;
        let wrappers = plan.write(&home.join("plans"), &program)?;
        let with: Vec<String> = with_dep.iter().cloned().chain(deps.then(|| "all".to_owned())).collect();
        let places = Places::new(&home, &with, &plan, &metadata);
        let places = match of_edges && !workspace::has_target(&split, &configuration)? {
            true => places.for_target(workspace::host()?),
            false => places,
        };
        Ok(Instrumentation { home, places, split, configuration, metadata, plan, wrappers, with_dep, config, left_out })
    }

    /// Cargo with our wrappers. `takes_options`: those of cargo's.
    pub fn command(&self, takes_options: bool) -> Command {
        let mut command = Command::new(cargo());
        let mut split = self.split.clone();
        if takes_options {
            split.take("--config");
            command.args(&split.before).args(&split.word);
            self.places.as_options(&self.wrappers, &self.configuration, &mut command);
            command.args(&split.cargo).args(&split.program);
        } else {
            self.places.as_variables(&self.wrappers, &mut command);
            command.args(split.for_cargo());
        }
        command.env_remove("RUSTC_WRAPPER").env_remove("RUSTC_WORKSPACE_WRAPPER");
        // Tests run elsewhere.
        if let Some(path) = self.config.path() {
            command.env(CONFIG, path);
        }
        command
    }

    /// What options of ours had no effect, once everything is compiled.
    pub fn warnings(&self) -> Vec<String> {
        let with = workspace::directories(&self.metadata, &self.with_dep);
        Notes::read(&self.wrappers).warnings(&self.plan.selection, &with, &workspace::own_directories(&self.metadata))
    }

    /// Where programs are, if not where one would look for them.
    pub fn unexpected_place(&self) -> Option<&Path> {
        Some(self.places.finished.as_path()).filter(|finished| *finished != self.home)
    }
}

/// The path as it is seen from elsewhere.
pub fn absolute(path: impl AsRef<OsStr>) -> PathBuf {
    env::current_dir().unwrap_or_default().join(path.as_ref())
}
