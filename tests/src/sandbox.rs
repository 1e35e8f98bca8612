//! Namespaces of a test's own, in which it may mount and limit what it likes, root or not.

use std::path::Path;
use std::process::Command;

use crate::program::Scene;

const UNSHARE: &str = "/usr/bin/unshare";

/// Why there are none to be had here, or no file system to be mounted in them.
pub fn missing() -> Option<String> {
    let scene = Scene::new();
    let probe = command(&scene, "mount -t tmpfs tmpfs .", Path::new("")).output();
    match probe {
        Err(error) => Some(format!("{UNSHARE}: {error}")),
        Ok(ended) if ended.status.success() => None,
        Ok(ended) => Some(format!("no namespaces: {}", String::from_utf8_lossy(&ended.stderr).trim())),
    }
}

/// A command that runs `script` in new user, mount and process namespaces, as root in there. `$0` is the program, `$@`
/// what is added to the command.
pub fn command(scene: &Scene, script: &str, program: &Path) -> Command {
    let mut command = scene.command(Path::new(UNSHARE));
    command.args(["--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]);
    command.args(["/bin/sh", "-euc", script]).arg(program);
    command
}
