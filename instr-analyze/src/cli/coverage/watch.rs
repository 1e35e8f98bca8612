//! `coverage --watch`: the output follows runs that go on.

use std::thread;
use std::time::Duration;

use super::output::Output;
use super::{CoverageArguments, Found};
use crate::cli::Failure;
use crate::model::filter::Filter;

const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Writes until the runs are over; runs that begin meanwhile are among them.
pub(super) fn run(arguments: &CoverageArguments, filter: &Filter<'_>, output: &Output<'_>) -> Result<(), Failure> {
    output.refuse_existing()?;
    let mut was_running = true;
    loop {
        let found = Found::read(&arguments.common.find_runs()?, filter)?;
        if !found.coverage.files.is_empty() {
            output.rewrite(&found.shown())?;
        }
        match (found.covered.is_running, was_running) {
            (true, _) => thread::sleep(POLL_INTERVAL),
            // What a process reached before its end may have been missed, and is there now.
            (false, true) => {}
            (false, false) => {
                found.said()?;
                return found.finish(arguments);
            }
        }
        was_running = found.covered.is_running;
    }
}
