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
    let each = Bytes(DEFAULT_RING_BYTES);
    let threads = match run.threads.len() {
        1 => "its thread".to_owned(),
        count => format!("each of its {count} threads"),
    };
    writeln!(out, "  the logs of {SINK}={SINK_WRITE} take {}", Bytes(run.log_bytes))?;
    writeln!(out, "    {SINK}={SINK_RING} would keep the newest statements in {each} for {threads}")?;
    let (file, bytes) = run.tally.largest().unwrap_or_default();
    // Who leaves out everything learns nothing.
    if let percent @ 1..100 = bytes.saturating_mul(100) / run.log_bytes {
        writeln!(out, "    {EXCLUDE}={} would leave out {percent} % of the logs", Printable(file.as_bytes()))?;
    }
    Ok(())
}
