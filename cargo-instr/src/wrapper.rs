//! The compiler's wrapper: `cargo-instr-wrapper rustc ARGUMENTS…`, as cargo calls it for every crate.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use instr_format::names::ENABLE;
use serde_json::{Value, json};

use crate::diagnostics::{self, Line};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::overlay::{Overlay, Source};
use crate::plan::{Plan, WORKSPACE_WRAPPER};
use crate::runtime::Runtime;

/// What a compiler ends with that was killed.
const KILLED: u8 = 101;

/// Compiles a crate, instrumented if the plan in the directory `home` says so.
///
/// # Errors
/// When the crate cannot even be handed to the compiler.
pub fn run(home: &Path, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let plan = Plan::read(home)?;
    let compiler = Compiler::new(&plan, arguments);
    let Some(invocation) = Invocation::parse(compiler.arguments) else { return compiler.become_it() };
    if invocation.crate_name == "instr_runtime" && invocation.is_enabled {
        return Err(Failure(
            "this workspace instruments itself: it turns the feature `enabled` of instr-runtime on; leave that out, or use \
             cargo without `instr`"
                .to_owned(),
        ));
    }
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    // Build scripts call the compiler too, to see what it can do.
    let is_asked_by_cargo = env::var_os("CARGO_CRATE_NAME").is_some_and(|name| name == *invocation.crate_name);
    if !is_asked_by_cargo || !plan.packages.contains(&package) || !invocation.is_program() {
        return compiler.become_it();
    }
    Crate { home, plan: &plan, compiler, invocation, package }.compile()
}

/// The compiler behind whatever the user has put before it.
struct Compiler<'a> {
    program: &'a OsStr,
    before: Vec<&'a OsStr>,
    rustc: &'a Path,
    arguments: &'a [OsString],
}

impl<'a> Compiler<'a> {
    fn new(plan: &'a Plan, arguments: &'a [OsString]) -> Self {
        // The compiler's name is the first argument, or the second one behind the workspace's wrapper.
        let is_name = |argument: &&OsString| !argument.as_encoded_bytes().starts_with(b"-");
        let (names, arguments) = arguments.split_at(arguments.iter().take_while(is_name).count());
        let mut before: Vec<&OsStr> = plan.wrappers.every_crate.iter().map(|wrapper| wrapper.as_os_str()).collect();
        for name in names {
            match Path::new(name).file_name() {
                // Ours. It does no more than to be there, in place of the user's.
                Some(link) if link == WORKSPACE_WRAPPER => {
                    before.extend(plan.wrappers.workspace.iter().map(|wrapper| wrapper.as_os_str()));
                }
                _ => before.push(name),
            }
        }
        let rustc = Path::new(names.last().map_or(OsStr::new("rustc"), OsString::as_os_str));
        let program = if before.is_empty() { rustc.as_os_str() } else { before.remove(0) };
        Compiler { program, before, rustc, arguments }
    }

    fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(self.program);
        command.args(&self.before).args(arguments);
        // A macro may use a crate that is instrumented for the program's sake. The compiler's doings are not to be recorded.
        command.env(ENABLE, "0");
        command
    }

    /// Compiles what was asked for, as if we were not there.
    fn become_it(&self) -> Result<ExitCode, Failure> {
        let error = self.command(self.arguments).exec();
        Err(Failure::on("run", Path::new(self.program), &error))
    }
}

/// A crate to instrument.
struct Crate<'a> {
    home: &'a Path,
    plan: &'a Plan,
    compiler: Compiler<'a>,
    invocation: Invocation,
    package: PathBuf,
}

impl Crate<'_> {
    fn compile(&self) -> Result<ExitCode, Failure> {
        let (directory, invocation) = (current_directory()?, &self.invocation);
        let input = &self.compiler.arguments[invocation.input];
        let workspace = if self.package.starts_with(&directory) { &directory } else { &self.package };
        let (attribute, skip) = self.attributes();
        let source = Source {
            root: &directory.join(input),
            crate_name: &invocation.crate_name,
            workspace,
            attributes: (&attribute, &skip),
            selection: &self.plan.selection,
        };
        let overlay = Overlay::build(&self.home.join("overlay").join(self.name()), source)?;

        let mut arguments = self.compiler.arguments.to_vec();
        arguments[invocation.input] = overlay.copy_of(source.root).into();
        let remap = |from: &Path, to: &str| OsString::from_iter([&remap_option(from), OsStr::new(to)]);
        arguments.push(remap(&overlay.directory, "/"));
        if Path::new(input).is_relative() {
            // Of two that fit, the last one counts.
            arguments.push(remap(&overlay.copy_of(&directory), ""));
        }
        if overlay.places > 0 {
            let runtime = Runtime::get(&self.plan.cache, self.compiler.rustc, invocation.target.as_deref())?;
            runtime.provide(&invocation.out_dir)?;
            let library = invocation.out_dir.join(runtime.library.file_name().unwrap_or_default());
            let dependencies = OsString::from_iter([OsStr::new("dependency="), invocation.out_dir.as_os_str()]);
            let external = OsString::from_iter([OsStr::new(self.extern_name()), OsStr::new("="), library.as_os_str()]);
            arguments.extend(["-L".into(), dependencies, "--extern".into(), external]);
        }
        let outcome = Outcome::of(self.compiler.command(&arguments), pass_on)?;
        if !outcome.status.success() && !outcome.is_waited_for {
            return self.compile_plain(&outcome, &overlay, &directory);
        }
        let about_the_original = match outcome.messages.as_slice() {
            [_, ..] if outcome.status.success() => self.check_plain()?,
            _ => None,
        };
        let mut stderr = io::stderr().lock();
        for message in about_the_original.as_ref().unwrap_or(&outcome.messages) {
            say(&mut stderr, message)?;
        }
        self.restore_dep_info(&overlay, &directory)?;
        Ok(exit_code(outcome.status))
    }

    /// The warnings about the crate as it is. Those about the annotated one are almost the same, but not at the same
    /// columns and not with the same suggestions.
    fn check_plain(&self) -> Result<Option<Vec<Value>>, Failure> {
        let scratch = self.home.join("checked").join(self.name());
        fs::create_dir_all(&scratch).map_err(|error| Failure::on("create", &scratch, &error))?;
        let mut command = self.compiler.command(&self.invocation.to_check(self.compiler.arguments, &scratch));
        command.stdout(Stdio::null());
        let outcome = Outcome::of(command, |_| Ok(()))?;
        Ok(Some(outcome.messages).filter(|_| outcome.status.success()))
    }

    fn name(&self) -> String {
        format!("{}{}", self.invocation.crate_name, self.invocation.extra_filename)
    }

    /// What does not compile is compiled as it is, so that the messages are about that. Should it be our fault, the
    /// program is at least there.
    fn compile_plain(&self, instrumented: &Outcome, overlay: &Overlay, directory: &Path) -> Result<ExitCode, Failure> {
        let plain = Outcome::of(self.compiler.command(self.compiler.arguments), pass_on)?;
        let mut stderr = io::stderr().lock();
        for message in &plain.messages {
            say(&mut stderr, message)?;
        }
        if plain.status.success() {
            let errors = instrumented.messages.iter().filter(|message| diagnostics::is_error(message));
            let said: String = errors.filter_map(|message| message["rendered"].as_str()).collect();
            let name = &self.invocation.crate_name;
            let message =
                format!("warning: instr: `{name}` does not compile instrumented, and is used as it is\n{said}\n");
            say(&mut stderr, &diagnostic("warning", &message))?;
        }
        self.restore_dep_info(overlay, directory)?;
        Ok(exit_code(plain.status))
    }

    /// The name by which the crate knows the runtime. It may have a dependency of the usual name.
    fn extern_name(&self) -> &'static str {
        if self.invocation.has_runtime { "instr_runtime_of_cargo_instr" } else { "instr_runtime" }
    }

    /// The attribute that instruments, and the one that leaves out.
    fn attributes(&self) -> (String, String) {
        let colons = if self.invocation.is_2015 { "" } else { "::" };
        let path = format!("{colons}{}", self.extern_name());
        let mut arguments = Vec::new();
        if self.invocation.has_runtime {
            arguments.push(format!("crate = {path}"));
        }
        if let Some(level) = &self.plan.level {
            arguments.push(format!("level = {level:?}"));
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        (format!("#[{path}::instrument_source{arguments}]"), format!("#[{path}::instrument_source(skip)]"))
    }

    /// Cargo is to look at the originals.
    fn restore_dep_info(&self, overlay: &Overlay, directory: &Path) -> Result<(), Failure> {
        let file = self.invocation.dep_info();
        let Ok(text) = fs::read_to_string(&file) else { return Ok(()) };
        let text = text.replace(&format!("{}/", escaped(&overlay.copy_of(directory))), "");
        let text = text.replace(&escaped(&overlay.directory), "");
        fs::write(&file, text).map_err(|error| Failure::on("write", &file, &error))
    }
}

/// What the compiler did.
struct Outcome {
    status: ExitStatus,
    messages: Vec<Value>,
    /// Whether cargo has been told of a library, and may be using it.
    is_waited_for: bool,
}

impl Outcome {
    /// Runs the compiler. Messages are kept, everything else is for `other` at once.
    fn of(mut command: Command, other: impl Fn(&[u8]) -> io::Result<()>) -> Result<Self, Failure> {
        let program = PathBuf::from(command.get_program());
        let failure = |error: io::Error| Failure::on("run", &program, &error);
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(failure)?;
        let (mut messages, mut is_waited_for) = (Vec::new(), false);
        let mut line = Vec::new();
        let mut lines = BufReader::new(child.stderr.take().ok_or_else(|| Failure("no pipe".to_owned()))?);
        while lines.read_until(b'\n', &mut line).map_err(failure)? > 0 {
            match diagnostics::classify(&String::from_utf8_lossy(&line)) {
                Line::Message(message) => messages.push(message),
                kind => {
                    is_waited_for |= kind == Line::Library;
                    other(&line).map_err(failure)?;
                }
            }
            line.clear();
        }
        Ok(Outcome { status: child.wait().map_err(failure)?, messages, is_waited_for })
    }
}

fn pass_on(line: &[u8]) -> io::Result<()> {
    io::stderr().write_all(line)
}

fn say(stderr: &mut impl io::Write, message: &Value) -> Result<(), Failure> {
    writeln!(stderr, "{message}").map_err(|error| Failure(format!("cannot write to cargo: {error}")))
}

fn diagnostic(level: &str, rendered: &str) -> Value {
    let message = rendered.lines().next().unwrap_or_default().trim_start_matches("warning: ");
    json!({
        "$message_type": "diagnostic", "message": message, "code": null, "level": level, "spans": [], "children": [],
        "rendered": rendered,
    })
}

fn exit_code(status: ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(KILLED))
}

fn remap_option(from: &Path) -> OsString {
    OsString::from_iter([OsStr::new("--remap-path-prefix="), from.as_os_str(), OsStr::new("=")])
}

/// A path as rules for `make` have it.
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace(' ', "\\ ")
}

fn current_directory() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| Failure(format!("cannot find the current directory: {error}")))
}
