//! `--sancov`: no attribute and no macro, but the compiler's own SanitizerCoverage in every crate of the program, dependencies
//! included.
//!
//! Cargo is given a target, so that it builds what runs in the compiler and in build scripts apart, without one. Those crates stay
//! as they are. The others call the runtime at each edge, so the workspace's crates name it, in one line behind their last item.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::compiler::{Compiler, exit_code};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::overlay::{Overlay, remap_option};
use crate::plan::Plan;
use crate::runtime::{self, Runtime};

/// Has LLVM call the runtime at each edge, also at those that follow from others: where a thread was last is to be exact.
const FLAGS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=3",
    "-Cllvm-args=-sanitizer-coverage-trace-pc-guard",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-prune-blocks=0",
];
/// What the compiled code then calls.
const CALLBACK: &str = "__sanitizer_cov_trace_pc_guard";
/// The name by which a crate knows the runtime. It may have a dependency of the usual name.
const RUNTIME: &str = "instr_runtime_of_cargo_instr";

/// Compiles a crate, with its edges if it is the program's.
///
/// # Errors
/// When the compiler has no such pass, or the crate cannot even be handed to it.
pub fn compile(
    (home, plan): (&Path, &Plan),
    compiler: &Compiler<'_>,
    invocation: &Invocation,
    package: &Path,
) -> Result<ExitCode, Failure> {
    let Some(target) = invocation.target.as_deref().filter(|_| !invocation.runs_in_compiler()) else {
        return compiler.become_it();
    };
    check(home, compiler.rustc, target)?;
    let mut arguments = compiler.arguments.to_vec();
    arguments.extend(FLAGS.map(OsString::from));
    let needs_runtime = invocation.is_linked() || plan.packages.iter().any(|own| own == package);
    let directory = std::env::current_dir().unwrap_or_default();
    let input = &compiler.arguments[invocation.input];
    let root = directory.join(input);
    let Some(text) = fs::read_to_string(&root).ok().filter(|_| needs_runtime) else {
        return compiler.become_with(&arguments);
    };
    let text = text + &format!("\nextern crate {RUNTIME} as _;\n");
    let workspace = if package.starts_with(&directory) { &directory } else { package };
    let name = format!("{}{}", invocation.crate_name, invocation.extra_filename);
    let overlay = Overlay::of_root(&home.join("overlay").join(name), &root, workspace, text)?;
    arguments[invocation.input] = overlay.copy_of(&root).into();
    arguments.push(remap_option(&overlay.directory, "/"));
    if Path::new(input).is_relative() {
        // Of two that fit, the last one counts.
        arguments.push(remap_option(&overlay.copy_of(&directory), ""));
    }
    let runtime = Runtime::get(&plan.cache, compiler.rustc, Some(target), plan.runtime)?;
    let library = runtime.provide(&invocation.out_dir)?;
    let dependencies = OsString::from_iter([OsStr::new("dependency="), invocation.out_dir.as_os_str()]);
    let external = OsString::from_iter([OsStr::new(RUNTIME), OsStr::new("="), library.as_os_str()]);
    arguments.extend(["-L".into(), dependencies, "--extern".into(), external]);
    let mut command = compiler.command(&arguments);
    let status = command.status().map_err(|error| Failure::on("run", Path::new(command.get_program()), &error))?;
    overlay.restore_dep_info(&invocation.dep_info(), &directory, None)?;
    Ok(exit_code(status))
}

/// Whether the compiler does as it is told, which is asked once for each that comes to the plan in `home`.
fn check(home: &Path, rustc: &Path, target: &str) -> Result<(), Failure> {
    if !target.starts_with("x86_64-") || !target.contains("linux") {
        return Err(Failure(format!("--sancov is for x86_64 Linux alone, not for {target}")));
    }
    // To ask for its version takes as long as to compile a small crate. Behind one name rustup has several.
    let toolchain = std::env::var("RUSTUP_TOOLCHAIN").unwrap_or_default();
    let checked = home.join(format!("has-edges-{}", runtime::key(&[&rustc.to_string_lossy(), &toolchain, target])));
    if checked.exists() {
        return Ok(());
    }
    let (object, said) = compile_an_edge(home, rustc, target)?;
    let has_edges = object.windows(CALLBACK.len()).any(|bytes| bytes == CALLBACK.as_bytes());
    if !has_edges {
        let version = runtime::compiler_version(rustc)?;
        let version = version.lines().next().unwrap_or("this compiler");
        let message = "--sancov needs a compiler whose LLVM has SanitizerCoverage";
        return Err(Failure(format!("{message}, and {version} makes nothing of it\n{said}").trim_end().to_owned()));
    }
    fs::write(&checked, "").map_err(|error| Failure::on("write", &checked, &error))
}

/// What the compiler makes of a function, and what it says.
fn compile_an_edge(home: &Path, rustc: &Path, target: &str) -> Result<(Vec<u8>, String), Failure> {
    // Another process may be about to do the same.
    let directory: PathBuf = home.join(format!("edge-{}", std::process::id()));
    fs::create_dir_all(&directory).map_err(|error| Failure::on("create", &directory, &error))?;
    let mut command = Command::new(rustc);
    command.args(["--crate-name=edge", "--crate-type=lib", "--emit=obj", "--target", target, "-"]).args(FLAGS);
    command.arg("--out-dir").arg(&directory).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let failure = |error| Failure::on("run", rustc, &error);
    let mut child = command.spawn().map_err(failure)?;
    // A compiler that refuses its options reads nothing.
    let _ =
        child.stdin.take().map(|mut source| source.write_all(b"#![no_std]\n#[unsafe(no_mangle)]\npub fn edge() {}\n"));
    let output = child.wait_with_output().map_err(failure)?;
    let object = fs::read(directory.join("edge.o")).unwrap_or_default();
    fs::remove_dir_all(&directory).map_err(|error| Failure::on("remove", &directory, &error))?;
    Ok((object, String::from_utf8_lossy(&output.stderr).into_owned()))
}
