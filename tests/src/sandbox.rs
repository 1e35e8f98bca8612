//! Namespaces of a test's own, in which it may mount and limit what it likes, root or not.

use std::path::Path;
use std::process::Command;

use crate::program::{Scene, run};

/// A command that runs `script` in new user, mount and process namespaces, as root in there. `$0` is the program, `$@`
/// what is added to the command. `Err`: why there are none to be had here.
///
/// # Errors
/// What the system said.
pub fn command(scene: &Scene, script: &str, program: &Path) -> Result<Command, String> {
    let unshare = Path::new("/usr/bin/unshare");
    let namespaces = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];
    if !unshare.exists() {
        return Err("there is no /usr/bin/unshare".to_owned());
    }
    let probe = run(scene.command(unshare).args(namespaces).arg("/bin/true"));
    if !probe.status.success() {
        return Err(format!("no namespaces: {}", probe.stderr.trim()));
    }
    let mut command = scene.command(unshare);
    command.args(namespaces).args(["/bin/sh", "-euc", script]).arg(program);
    Ok(command)
}
