//! What a run with large logs would have taken otherwise.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::names::{DEFAULT_RING_BYTES, EXCLUDE, SINK, SINK_RING, SINK_WRITE};

use super::number::Bytes;
use crate::run::load::{LARGE, Run};

/// Says it, if the run's logs are large.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    if run.log_bytes <= LARGE {
        return Ok(());
    }
    let threads = run.threads.len() as u64;
    let ring = Bytes(threads.saturating_mul(DEFAULT_RING_BYTES));
    let each = Bytes(DEFAULT_RING_BYTES);
    writeln!(out, "  the logs of {SINK}={SINK_WRITE} take {}", Bytes(run.log_bytes))?;
    writeln!(out, "    {SINK}={SINK_RING} would keep the newest statements in {ring} ({each} for each thread)")?;
    let (file, bytes) = run.tally.largest().unwrap_or_default();
    let percent = bytes.saturating_mul(100) / run.log_bytes;
    if percent > 0 {
        writeln!(out, "    {EXCLUDE}={} would leave out {percent} % of the logs", Printable(file.as_bytes()))?;
    }
    Ok(())
}
