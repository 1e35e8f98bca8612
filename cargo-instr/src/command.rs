//! The command line, and cargo's run with this program as its wrapper.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use clap::{CommandFactory as _, Parser, ValueEnum};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::after;
use crate::failure::Failure;
use crate::plan::{BUILD, Plan, WRAPPER};
use crate::runtime;
use crate::selection::Selection;

/// The variable that says where programs record to.
const OUTPUT_DIR: &str = "INSTR_OUTPUT_DIR";

/// Runs, tests or builds a package with every function of the workspace's own crates instrumented
///
/// Sources and manifests stay as they are. What is built goes to a directory of its own, `instr` below cargo's target
/// directory. A program that runs records to `instr/runs` there, unless INSTR_OUTPUT_DIR says otherwise; when it dies, the
/// report is printed.
#[derive(Debug, Parser)]
#[command(name = "cargo-instr", bin_name = "cargo instr", version, after_help = AFTER_HELP)]
#[command(override_usage = "cargo instr <run|test|build> [OPTIONS] [CARGO OPTIONS] [-- ARGUMENTS]")]
struct Arguments {
    /// What cargo is to do
    verb: Verb,
    /// Instrument this dependency too; can be given several times
    #[arg(long, value_name = "NAME")]
    with_dep: Vec<String>,
    /// Only files whose paths match: comma list of globs; one without wildcards matches anywhere in the path
    #[arg(long, value_name = "LIST")]
    include: Vec<String>,
    /// No files whose paths match; the same patterns
    #[arg(long, value_name = "LIST")]
    exclude: Vec<String>,
    /// Only functions whose paths match (`crate::module::Type::method`); the same patterns
    #[arg(long, value_name = "LIST")]
    function_include: Vec<String>,
    /// No functions whose paths match; the same patterns
    #[arg(long, value_name = "LIST")]
    function_exclude: Vec<String>,
    /// What to record
    #[arg(long, value_name = "LEVEL", value_enum)]
    level: Option<Level>,
}

const AFTER_HELP: &str = "\
All other options are cargo's: -p, --bin, --release, --features, --manifest-path and so on.

Exit codes: that of cargo or of the program; 128 + N if it was killed by signal N; 2 if cargo instr itself cannot go on.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verb {
    /// `cargo run`
    Run,
    /// `cargo test`
    Test,
    /// `cargo build`
    Build,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    /// Every statement
    Statement,
    /// The beginning of every block
    Block,
    /// The beginning of every function
    Function,
}

fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Does what the command line asks for. `arguments` are those behind `cargo instr`.
///
/// # Errors
/// When cargo could not be run as asked.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let split = Split::new(arguments);
    let own = Arguments::parse_from([OsString::from("cargo instr")].into_iter().chain(split.own.clone()));
    let selection = Selection {
        include: own.include.join(","),
        exclude: own.exclude.join(","),
        function_include: own.function_include.join(","),
        function_exclude: own.function_exclude.join(","),
    };
    selection.check().map_err(Failure)?;
    let metadata = metadata(&split, !own.with_dep.is_empty())?;
    let target = split.value("--target-dir").map_or_else(|| metadata.target_directory.clone().into(), absolute);
    let mut plan = Plan {
        build: BUILD.to_owned(),
        cache: PathBuf::new(),
        packages: packages(&metadata, &own.with_dep)?,
        selection,
        level: own.level.map(name),
        outer_wrapper: env::var_os("RUSTC_WRAPPER").filter(|wrapper| !wrapper.is_empty()).map(PathBuf::from),
    };
    let home = home(&target, &own.with_dep, &plan);
    fs::create_dir_all(&home).map_err(|error| Failure::on("create", &home, &error))?;
    plan.cache = runtime::cache(&home);
    plan.write(&home)?;
    let wrapper = link_wrapper(&home)?;

    let output = match env::var_os(OUTPUT_DIR).filter(|directory| !directory.is_empty()) {
        Some(directory) => absolute(directory),
        None => home.join("runs").join(after::directory_name()),
    };
    let mut cargo = Command::new(cargo());
    cargo.arg(name(own.verb)).arg("--target-dir").arg(&home);
    cargo.arg("--config").arg(format!("build.rustc-wrapper={:?}", wrapper.to_string_lossy()));
    cargo.args(&split.cargo).args(&split.program);
    cargo.env_remove("RUSTC_WRAPPER").env(OUTPUT_DIR, &output);
    let (status, pid) = wait(cargo)?;
    if own.verb != Verb::Build {
        after::report(&output, status, pid)?;
    }
    Ok(exit_code(status))
}

fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The command line in parts.
struct Split {
    /// What is for us.
    own: Vec<OsString>,
    /// What is for cargo.
    cargo: Vec<OsString>,
    /// What is for the program, with the `--` before it.
    program: Vec<OsString>,
}

impl Split {
    /// Our options may stand among cargo's.
    fn new(mut arguments: Vec<OsString>) -> Self {
        let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
        let program = arguments.split_off(end);
        let (mut own, mut cargo) = (Vec::new(), Vec::new());
        let command = Arguments::command();
        let options: Vec<String> = command
            .get_arguments()
            .filter_map(|option| option.get_long())
            .map(|option| format!("--{option}"))
            .collect();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy().into_owned();
            let is = |option: &String| {
                text == *option || text.strip_prefix(option).is_some_and(|rest| rest.starts_with('='))
            };
            let is_for_help = ["-h", "--help", "-V", "--version"].contains(&text.as_str());
            let is_verb = own.is_empty() && !text.starts_with('-');
            if options.iter().any(is) || is_for_help || is_verb {
                let takes_next = options.contains(&text) && !is_for_help;
                own.push(argument);
                own.extend(takes_next.then(|| rest.next()).flatten());
            } else {
                cargo.push(argument);
            }
        }
        Split { own, cargo, program }
    }

    /// The value of one of cargo's options.
    fn value(&self, option: &str) -> Option<OsString> {
        let mut rest = self.cargo.iter();
        while let Some(argument) = rest.next() {
            if argument == option {
                return rest.next().cloned();
            }
            if let Some(value) = argument.to_str().and_then(|text| text.strip_prefix(option)?.strip_prefix('=')) {
                return Some(value.into());
            }
        }
        None
    }

    fn has(&self, option: &str) -> bool {
        self.cargo.iter().any(|argument| argument == option)
    }
}

fn metadata(split: &Split, dependencies: bool) -> Result<Metadata, Failure> {
    let mut command = MetadataCommand::new();
    command.cargo_path(cargo());
    if let Some(manifest) = split.value("--manifest-path") {
        command.manifest_path(PathBuf::from(manifest));
    }
    if !dependencies {
        command.no_deps();
    }
    let options = ["--offline", "--locked", "--frozen"].into_iter().filter(|option| split.has(option));
    command.other_options(options.map(str::to_owned).collect::<Vec<_>>());
    command.exec().map_err(|error| match error {
        cargo_metadata::Error::CargoMetadata { stderr } => Failure(stderr.trim_end().to_owned()),
        error => Failure(error.to_string()),
    })
}

/// The directories of the packages to instrument.
fn packages(metadata: &Metadata, with: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut packages = metadata.workspace_packages();
    for name in with {
        let before = packages.len();
        packages.extend(metadata.packages.iter().filter(|package| package.name.as_str() == name));
        if packages.len() == before {
            return Err(Failure(format!("--with-dep: no dependency is named `{name}`; `cargo tree` lists them")));
        }
    }
    packages.retain(|package| !runs_in_the_compiler(package) && !is_the_runtime(package));
    let mut directories: Vec<PathBuf> = packages.iter().filter_map(|package| directory(package)).collect();
    directories.sort();
    directories.dedup();
    Ok(directories)
}

fn runs_in_the_compiler(package: &Package) -> bool {
    package.targets.iter().any(|target| target.is_proc_macro())
}

/// It cannot record itself.
fn is_the_runtime(package: &Package) -> bool {
    ["instr-format", "instr-runtime"].contains(&package.name.as_str())
}

fn directory(package: &Package) -> Option<PathBuf> {
    package.manifest_path.parent().map(|directory| directory.as_std_path().to_owned())
}

/// Where everything goes. Cargo never asks whether a dependency from a registry has to be compiled again, so each choice of
/// instrumented ones has its own place.
fn home(target: &Path, with: &[String], plan: &Plan) -> PathBuf {
    let home = target.join("instr");
    if with.is_empty() {
        return home;
    }
    let mut hasher = DefaultHasher::new();
    format!("{plan:?}").hash(&mut hasher);
    home.join(format!("with-{}-{:08x}", with.join("-"), hasher.finish() >> 32))
}

/// The link by whose name this program knows that it is called as a wrapper.
fn link_wrapper(home: &Path) -> Result<PathBuf, Failure> {
    let program = env::current_exe().map_err(|error| Failure(format!("cannot find this program: {error}")))?;
    let link = home.join(WRAPPER);
    if fs::read_link(&link).ok().as_ref() != Some(&program) {
        let fresh = home.join(format!("{WRAPPER}-{}", std::process::id()));
        let linked = symlink(&program, &fresh).and_then(|()| fs::rename(&fresh, &link));
        linked.map_err(|error| Failure::on("write", &link, &error))?;
    }
    Ok(link)
}

fn absolute(path: OsString) -> PathBuf {
    env::current_dir().unwrap_or_default().join(path)
}

/// Waits for cargo, whose place the program takes that it runs. Whoever ends a program that hangs wants to see the report,
/// so we live on: the keyboard's signals reach the program anyway, the others are passed on.
fn wait(mut command: Command) -> Result<(ExitStatus, u32), Failure> {
    let failure = |error| Failure::on("run", Path::new("cargo"), &error);
    let mut signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP]).map_err(failure)?;
    let mut child = command.spawn().map_err(failure)?;
    let pid = child.id();
    let handle = signals.handle();
    let passing = std::thread::spawn(move || {
        for signal in signals.forever() {
            let passed = match signal {
                SIGTERM => Signal::TERM,
                SIGHUP => Signal::HUP,
                _ => continue,
            };
            if let Some(child) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                // It may just have ended.
                let _ = kill_process(child, passed);
            }
        }
    });
    let status = child.wait().map_err(failure);
    handle.close();
    let _ = passing.join();
    Ok((status?, pid))
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(2);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
