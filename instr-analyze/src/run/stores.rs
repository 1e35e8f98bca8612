//! Where runs lie that nobody has named: in `./instr-logs`, and in `target/instr/runs` of the workspace around.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use instr_format::names::{DEFAULT_OUTPUT_DIR, RUNS_OF_CARGO_INSTR};
use serde::Deserialize;

/// Both places, whether they are there or not; the second one only in a workspace.
pub fn stores() -> Vec<PathBuf> {
    let logs = Path::new(".").join(DEFAULT_OUTPUT_DIR);
    [logs].into_iter().chain(target().map(|target| shortened(target.join(RUNS_OF_CARGO_INSTR)))).collect()
}

/// As seen from here, if it is below.
fn shortened(path: PathBuf) -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).map(Path::to_owned).unwrap_or(path)
}

/// The target directory of the workspace around.
fn target() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    if let Some(target) = env::var_os("CARGO_TARGET_DIR").filter(|target| !target.is_empty()) {
        return Some(here.join(target));
    }
    let manifest = here.ancestors().map(|dir| dir.join("Cargo.toml")).find(|manifest| manifest.is_file())?;
    // In somebody else's workspace, cargo could be made to run what they like.
    let by_cargo = if is_ours(&manifest) { ask_cargo(&manifest) } else { None };
    by_cargo.or_else(|| {
        let below = here.ancestors().map(|dir| dir.join("target"));
        below.into_iter().find(|target| target.join(RUNS_OF_CARGO_INSTR).is_dir())
    })
}

fn is_ours(path: &Path) -> bool {
    let (Ok(file), Ok(own)) = (fs::metadata(path), fs::metadata("/proc/self")) else { return false };
    file.uid() == own.uid()
}

fn ask_cargo(manifest: &Path) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).ok()?;
    Some(metadata.target_directory)
}
