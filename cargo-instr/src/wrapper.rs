//! The compiler's wrapper: `cargo-instr-wrapper rustc ARGUMENTS…`, as cargo calls it for every crate.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use instr_config::build::How;
use serde_json::Value;

use crate::compiler::{Compiler, Outcome, exit_code, pass_on, say};
use crate::diagnostics::{is_error, note, warning};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::macros::Refused;
use crate::notes::Note;
use crate::overlay::{Overlay, Source, escaped, remap_option};
use crate::plain::{Libraries, Library, are_alike, points_into, set_by_cargo};
use crate::plan::{Plan, Recording};
use crate::rules::{self, Rules};
use crate::runtime::Runtime;
use crate::sancov;

/// Where crates are checked as they are.
const CHECKED: &str = "checked";
/// How often macros are left alone that errors name, before all are: each stage of the compiler has errors of its own.
const ATTEMPTS: usize = 3;

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
            "this workspace instruments itself: it turns a feature of instr-runtime on; leave that out, or use cargo without \
             `instr`"
                .to_owned(),
        ));
    }
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    // Build scripts call the compiler too, to see what it can do.
    let is_asked_by_cargo = env::var_os("CARGO_CRATE_NAME").is_some_and(|name| name == *invocation.crate_name);
    if !is_asked_by_cargo {
        return compiler.become_it();
    }
    if plan.runtime.recording == Recording::Edges {
        return sancov::compile((home, &plan), &compiler, &invocation, &package);
    }
    let is_instrumented = plan.packages.contains(&package) && invocation.is_program();
    let uses_others = !Libraries::new(&home.join(CHECKED)).files(compiler.arguments).is_empty();
    let compiled = Crate { home, plan: &plan, compiler, invocation, package };
    match (is_instrumented, uses_others) {
        (true, _) => compiled.compile(),
        (false, true) => compiled.compile_as_it_is(),
        (false, false) => compiled.compiler.become_it(),
    }
}

/// A crate of the program, or of what it is built with.
struct Crate<'a> {
    home: &'a Path,
    plan: &'a Plan,
    compiler: Compiler<'a>,
    invocation: Invocation,
    package: PathBuf,
}

impl Crate<'_> {
    /// Compiles it instrumented. Macros with which it does not compile so are left alone.
    fn compile(&self) -> Result<ExitCode, Failure> {
        let directory = current_directory()?;
        let mut refused = Note::read(self.home, &self.name()).unwrap_or_default().refused;
        let mut attempts = 0;
        let (overlay, outcome) = loop {
            let (overlay, outcome) = self.compile_without(&refused, &directory)?;
            if outcome.status.success() || outcome.is_waited_for {
                break (overlay, outcome);
            }
            let [macros, _] = &overlay.macros;
            if macros.is_empty() {
                return self.compile_plain(&outcome, &overlay, &directory);
            }
            attempts += 1;
            // Most often it does not compile as it is either.
            if attempts == 1 {
                let checked = self.check(self.compiler.arguments)?;
                if !checked.status.success() {
                    self.say_exactly(checked.messages, &directory)?;
                    self.restore_dep_info(&overlay, &directory)?;
                    return Ok(exit_code(checked.status));
                }
            }
            let errors: Vec<_> = outcome.messages.iter().filter(|message| is_error(message)).collect();
            if attempts == ATTEMPTS || !refused.add_named(macros, &errors, &directory) {
                refused.add(macros);
            }
        };
        let about_the_original = match outcome.messages.as_slice() {
            [_, ..] if outcome.status.success() => self.check_plain()?,
            _ => None,
        };
        self.say_exactly(about_the_original.unwrap_or(outcome.messages), &directory)?;
        self.restore_dep_info(&overlay, &directory)?;
        self.say_what_is_untouched(&overlay, &directory)?;
        Ok(exit_code(outcome.status))
    }

    /// Compiles it instrumented but for these macros.
    fn compile_without(&self, refused: &Refused, directory: &Path) -> Result<(Overlay, Outcome), Failure> {
        let invocation = &self.invocation;
        let input = &self.compiler.arguments[invocation.input];
        let workspace = if self.package.starts_with(directory) { directory } else { &self.package };
        let rules = Rules::read(&self.plan.home, &self.package)?.below(&self.plan.selection);
        let source = Source {
            root: &directory.join(input),
            crate_name: &invocation.crate_name,
            workspace,
            is_library: invocation.is_library(),
            attribute: &|how| self.attribute(how),
            skip: &format!("#[{}::instrument_source(skip)]", self.runtime_path()),
            runtime: &self.runtime_path(),
            directory: Path::new(input).is_relative().then_some(directory),
            refused,
            selection: &self.plan.selection,
            rules: &rules,
        };
        let overlay = Overlay::build(&self.home.join("overlay").join(self.name()), source)?;
        let (package, matched, refused) = (self.package.clone(), overlay.matched.clone(), refused.clone());
        Note { package, places: overlay.places, matched, refused, plain: None }.keep(self.home, &self.name())?;
        self.keep(overlay.files.keys().cloned().collect(), directory)?;

        let mut arguments = self.compiler.arguments.to_vec();
        arguments[invocation.input] = overlay.copy_of(source.root).into();
        arguments.push(remap_option(&overlay.directory, "/"));
        if Path::new(input).is_relative() {
            // Of two that fit, the last one counts.
            arguments.push(remap_option(&overlay.copy_of(directory), ""));
        }
        if overlay.needs_runtime {
            let (plan, compiler) = (&self.plan, self.compiler.rustc);
            let runtime = Runtime::get(&plan.cache, compiler, invocation.target.as_deref(), plan.runtime)?;
            let library = runtime.provide(&invocation.out_dir)?;
            let dependencies = OsString::from_iter([OsStr::new("dependency="), invocation.out_dir.as_os_str()]);
            let external = OsString::from_iter([OsStr::new(self.extern_name()), OsStr::new("="), library.as_os_str()]);
            arguments.extend(["-L".into(), dependencies, "--extern".into(), external]);
        }
        let outcome = Outcome::of(self.compiler.command(&arguments), pass_on)?;
        Ok((overlay, outcome))
    }

    /// What is not instrumented and uses what is: procedural macros, build scripts, crates between a package and `--with-dep`.
    fn compile_as_it_is(&self) -> Result<ExitCode, Failure> {
        let directory = current_directory()?;
        self.keep(BTreeSet::new(), &directory)?;
        let outcome = Outcome::of(self.compiler.command(self.compiler.arguments), pass_on)?;
        self.say_exactly(outcome.messages, &directory)?;
        Ok(exit_code(outcome.status))
    }

    /// The warnings about the crate as it is, if it is without errors. Those about the annotated one are almost the same, but
    /// not at the same columns and not with the same suggestions.
    fn check_plain(&self) -> Result<Option<Vec<Value>>, Failure> {
        let checked = self.check(self.compiler.arguments)?;
        Ok(Some(checked.messages).filter(|_| checked.status.success()))
    }

    fn check(&self, arguments: &[OsString]) -> Result<Outcome, Failure> {
        let scratch = self.scratch();
        fs::create_dir_all(&scratch).map_err(|error| Failure::on("create", &scratch, &error))?;
        let mut command = self.compiler.command(&self.invocation.to_check(arguments, &scratch));
        command.stdout(Stdio::null());
        Outcome::of(command, |_| Ok(()))
    }

    /// Messages that point into a library, which has been compiled from other text, are those of a check against that
    /// library as it is.
    fn say_exactly(&self, mut messages: Vec<Value>, directory: &Path) -> Result<(), Failure> {
        let checked = self.home.join(CHECKED);
        let mut libraries = Libraries::new(&checked);
        let files = libraries.files(self.compiler.arguments);
        if messages.iter().any(|message| points_into(message, &files, directory)) {
            let exact = self.check(&libraries.in_place(self.compiler.arguments))?.messages;
            if are_alike(&messages, &exact) {
                messages = exact;
            }
        }
        let mut stderr = io::stderr().lock();
        messages.iter().try_for_each(|message| say(&mut stderr, message))
    }

    /// Keeps what [`Crate::say_exactly`] wants to know of a library, before cargo knows that it is there.
    fn keep(&self, files: BTreeSet<PathBuf>, directory: &Path) -> Result<(), Failure> {
        let arguments = self.invocation.to_check(self.compiler.arguments, &self.scratch());
        let command = self.compiler.command(&arguments);
        let text = |text: &OsStr| text.to_string_lossy().into_owned();
        let library = Library {
            directory: directory.to_owned(),
            command: [command.get_program()].into_iter().chain(command.get_args()).map(text).collect(),
            environment: set_by_cargo(),
            files,
        };
        if self.invocation.is_library() { library.keep(&self.scratch()) } else { Ok(()) }
    }

    fn scratch(&self) -> PathBuf {
        self.home.join(CHECKED).join(self.name())
    }

    fn name(&self) -> String {
        format!("{}{}", self.invocation.crate_name, self.invocation.extra_filename)
    }

    /// What does not compile is compiled as it is, so that the messages are about that. Should it be our fault, the
    /// program is at least there.
    fn compile_plain(&self, instrumented: &Outcome, overlay: &Overlay, directory: &Path) -> Result<ExitCode, Failure> {
        let plain = Outcome::of(self.compiler.command(self.compiler.arguments), pass_on)?;
        self.say_exactly(plain.messages, directory)?;
        if plain.status.success() {
            let errors = instrumented.messages.iter().filter(|message| is_error(message));
            let said: String = errors.filter_map(|message| message["rendered"].as_str()).collect();
            let name = &self.invocation.crate_name;
            let message = format!("instr: `{name}` does not compile instrumented, and is used as it is");
            let note = Note::read(self.home, &self.name()).unwrap_or_default();
            Note { plain: Some(name.clone()), ..note }.keep(self.home, &self.name())?;
            say(&mut io::stderr(), &warning(&message, &said))?;
        }
        self.restore_dep_info(overlay, directory)?;
        Ok(exit_code(plain.status))
    }

    /// The name by which the crate knows the runtime. It may have a dependency of the usual name.
    fn extern_name(&self) -> &'static str {
        if self.invocation.has_runtime { "instr_runtime_of_cargo_instr" } else { "instr_runtime" }
    }

    /// The path of the runtime.
    fn runtime_path(&self) -> String {
        let colons = if self.invocation.is_2015 { "" } else { "::" };
        format!("{colons}{}", self.extern_name())
    }

    /// The attribute that instruments so, unless an option says otherwise.
    fn attribute(&self, how: &How) -> String {
        let path = self.runtime_path();
        // Nobody who could mark a signal handler has put the attribute there.
        let mut arguments = vec!["by_tool".to_owned()];
        if self.invocation.has_runtime {
            arguments.push(format!("crate = {path}"));
        }
        if let Some(level) = self.plan.level.as_ref().or(how.level.as_ref()) {
            arguments.push(format!("level = {level:?}"));
        }
        if let Some(macros) = &how.macros {
            arguments.push(format!("macros = {macros:?}"));
        }
        format!("#[{path}::instrument_source({})]", arguments.join(", "))
    }

    /// Cargo is to look at the originals, and at the rules.
    fn restore_dep_info(&self, overlay: &Overlay, directory: &Path) -> Result<(), Failure> {
        let rules = rules::path(&self.plan.home, &self.package);
        overlay.restore_dep_info(&self.invocation.dep_info(), directory, Some(&rules))
    }

    /// Says of which of the crate's files something is left as it is. Of those that were found, some may not be the crate's.
    fn say_what_is_untouched(&self, overlay: &Overlay, directory: &Path) -> Result<(), Failure> {
        let rules = fs::read_to_string(self.invocation.dep_info()).unwrap_or_default();
        let untouched = overlay.untouched.iter().map(|(path, untouched)| {
            (path, format!("{}:{}", untouched.line, untouched.column), format!("as {}", untouched.reason))
        });
        let [_, refused] = &overlay.macros;
        let refused = refused.iter().map(|(path, refused)| {
            let reason =
                format!("as the crate does not compile otherwise: functions that the macro `{}` makes", refused.name);
            (path, refused.lines.start().to_string(), reason)
        });
        for (path, place, reason) in untouched.chain(refused) {
            let shown = path.strip_prefix(directory).unwrap_or(path);
            if rules.lines().any(|line| line.strip_suffix(':') == Some(&escaped(shown))) {
                let message = format!("instr: not instrumented, {reason}");
                let place = format!(" --> {}:{place}\n", shown.display());
                say(&mut io::stderr(), &note(&message, &place))?;
            }
        }
        Ok(())
    }
}

fn current_directory() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| Failure(format!("cannot find the current directory: {error}")))
}
