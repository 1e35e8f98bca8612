//! The runtime, compiled by the compiler that compiles the user's crates. Its sources, and those of all it depends on, are
//! in this program.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;

use crate::failure::Failure;
use crate::plan::{BUILD, Flavor, Recording};

const SOURCES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/runtime.tar.gz"));

/// A compiled runtime.
#[derive(Debug)]
pub struct Runtime {
    /// The library of the runtime itself.
    pub library: PathBuf,
    /// All libraries, this one included.
    pub libraries: Vec<PathBuf>,
    /// Differs from that of another build of the runtime, whose libraries may have the same names.
    pub key: String,
}

impl Runtime {
    /// Finds the runtime of this flavor for this compiler and target, or compiles it.
    ///
    /// # Errors
    /// When it does not compile or the cache cannot be written.
    pub fn get(cache: &Path, compiler: &Path, target: Option<&str>, flavor: Flavor) -> Result<Self, Failure> {
        let version = compiler_version(compiler)?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or_else(|| Failure(format!("{} does not say its host", compiler.display())))?;
        let target = target.unwrap_or(host);
        let key = key(&[BUILD, &version, target, &format!("{flavor:?}")]);
        let home = cache.join(&key);
        let build = home.join("build");
        let found = Runtime::find(&build, target, &key);
        if let Some(runtime) = found.filter(|_| done(&home).exists()) {
            return Ok(runtime);
        }
        let sources = home.join("sources");
        unpack(&sources)?;
        compile(&sources, &build, compiler, (target, flavor))?;
        fs::write(done(&home), "").map_err(|error| Failure::on("write", &done(&home), &error))?;
        Runtime::find(&build, target, &key)
            .ok_or_else(|| Failure(format!("no runtime was built in {}", build.display())))
    }

    /// Libraries for the target lie apart from those of the macros, which the compiler itself loads.
    fn find(build: &Path, target: &str, key: &str) -> Option<Self> {
        let mut libraries = files(&build.join(target).join("release/deps"), ".rlib");
        let library = libraries.iter().find(|path| name(path).starts_with("libinstr_runtime-"))?.clone();
        let macros = files(&build.join("release/deps"), std::env::consts::DLL_SUFFIX);
        libraries.extend(macros.into_iter().find(|path| name(path).contains("instr_macros-")));
        Some(Runtime { library, libraries, key: key.to_owned() })
    }

    /// Puts the libraries into a directory where every compiler and rustdoc looks that uses what is built there. Returns
    /// where the runtime itself is then. What an earlier build of it was linked with stays.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn provide(&self, directory: &Path) -> Result<PathBuf, Failure> {
        for library in &self.libraries {
            let to = directory.join(self.name_of(library));
            if !to.exists() {
                let fresh = directory.join(format!(".{}-{}", std::process::id(), name(library)));
                let copied = fs::copy(library, &fresh).and_then(|_| fs::rename(&fresh, &to));
                copied.map_err(|error| Failure::on("write", &to, &error))?;
            }
        }
        Ok(directory.join(self.name_of(&self.library)))
    }

    /// Cargo names libraries after all but their contents.
    fn name_of(&self, library: &Path) -> String {
        let (name, kind) = name(library).rsplit_once('.').unwrap_or_default();
        format!("{name}-{}.{kind}", self.key)
    }
}

/// Where compiled runtimes are kept: in the user's cache, or in `otherwise` where there is none.
pub fn cache(otherwise: &Path) -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let own = caches.map(|caches| caches.join("cargo-instr"));
    let is_writable = |path: &PathBuf| {
        let probe = path.join(format!(".{}", std::process::id()));
        fs::create_dir_all(path).and_then(|()| fs::write(&probe, "")).and_then(|()| fs::remove_file(&probe)).is_ok()
    };
    own.filter(is_writable).unwrap_or_else(|| otherwise.join("runtime"))
}

fn done(home: &Path) -> PathBuf {
    home.join("done")
}

/// What the compiler says of itself.
///
/// # Errors
/// When it cannot be run.
pub(crate) fn compiler_version(compiler: &Path) -> Result<String, Failure> {
    let output = Command::new(compiler).arg("-vV").output();
    let output = output.map_err(|error| Failure::on("run", compiler, &error))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A name for what differs in one of these.
pub(crate) fn key(parts: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Writes the sources that are in this program to a directory.
///
/// # Errors
/// When it cannot be written.
pub fn unpack_to(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    tar::Archive::new(GzDecoder::new(SOURCES)).unpack(directory)
}

/// All at once: another process may be about to do the same.
fn unpack(sources: &Path) -> Result<(), Failure> {
    let fresh = sources.with_file_name(format!("sources-{}", std::process::id()));
    let failure = |error| Failure::on("write", sources, &error);
    unpack_to(&fresh).map_err(failure)?;
    match fs::rename(&fresh, sources) {
        Err(error) if !sources.exists() => Err(failure(error)),
        // Someone was faster.
        Err(_) => fs::remove_dir_all(&fresh).map_err(failure),
        Ok(()) => Ok(()),
    }
}

/// Cargo makes whoever compiles it at the same time wait, and finds nothing left to do then.
fn compile(sources: &Path, build: &Path, compiler: &Path, (target, flavor): (&str, Flavor)) -> Result<(), Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let feature = match flavor.recording {
        Recording::Statements => "enabled",
        Recording::OpenStatements => "stack",
        Recording::Edges => "sancov",
    };
    command.args(["build", "--release", "--offline", "--quiet", "-p", "instr-runtime", "--features", feature]);
    command.arg("--target").arg(target).arg("--target-dir").arg(build).current_dir(sources);
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(is_for_own_crates) {
            command.env_remove(variable);
        }
    }
    // The user's own configuration holds here too, and may send libraries elsewhere.
    command.env("CARGO_BUILD_BUILD_DIR", build);
    command.env_remove("RUSTC_WRAPPER").env_remove("RUSTC_WORKSPACE_WRAPPER").env("RUSTC", compiler);
    // For programs that are optimised as a whole; and apart from the same crates in the user's program. Warnings stay:
    // by one of them Cargo learns that a target, such as those with musl, has no dylibs.
    let called = if flavor.inlined { "" } else { " --cfg instr_called" };
    let flags = "--cap-lints=warn -Cembed-bitcode=yes -Cmetadata=cargo-instr --cfg cargo_instr";
    command.env("RUSTFLAGS", format!("{flags}{called}"));
    let output = command.output().map_err(|error| Failure::on("run cargo in", sources, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let minimum = env!("CARGO_PKG_RUST_VERSION");
    Err(Failure(format!("instr's runtime does not compile for {target}; it needs rustc {minimum} or newer\n{said}")))
}

/// What the user has set for their own crates, and not for all that this machine compiles.
fn is_for_own_crates(variable: &str) -> bool {
    let is_linker = variable.starts_with("CARGO_TARGET_") && variable.ends_with("_LINKER");
    variable.starts_with("CARGO_") && !is_linker && !["CARGO_HOME", "CARGO_MAKEFLAGS"].contains(&variable)
}

fn files(directory: &Path, suffix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let paths = entries.filter_map(io::Result::ok).map(|entry| entry.path());
    paths.filter(|path| name(path).ends_with(suffix)).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
