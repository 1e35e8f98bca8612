//! Signals by which a person ends the measurement: the run at hand is stopped, and what it has recorded is removed.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

use crate::failure::Failure;

static SEEN: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Has the signals noted from now on instead of ending this process.
///
/// # Errors
/// When the kernel refuses.
pub fn watch() -> Result<(), Failure> {
    let seen = SEEN.get_or_init(Arc::default);
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_usize(signal, Arc::clone(seen), number)
            .map_err(|error| Failure::on("watch", Path::new("signals"), &error))?;
    }
    Ok(())
}

/// Whether one has arrived.
pub fn arrived() -> bool {
    number() != 0
}

/// What a shell makes of the one that has arrived.
pub fn exit_code() -> ExitCode {
    ExitCode::from(u8::try_from(128 + number()).unwrap_or(u8::MAX))
}

fn number() -> usize {
    SEEN.get().map_or(0, |seen| seen.load(Ordering::Relaxed))
}
