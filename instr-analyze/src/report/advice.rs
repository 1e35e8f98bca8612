//! What a run with large logs would have taken otherwise.

use std::io::{self, Write};

use instr_format::names::{DEFAULT_RING_BYTES, SINK, SINK_RING, SINK_WRITE};

use super::number::Bytes;
use crate::model::savings;
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
    let Some(saving) = savings::of_file(&run.tally.statements(&run.sites)) else { return Ok(()) };
    // Who leaves out everything learns nothing.
    if let percent @ 1..100 = saving.left_out.bytes.saturating_mul(100) / run.log_bytes {
        writeln!(out, "    {saving} would leave out {percent} % of the logs")?;
    }
    Ok(())
}
