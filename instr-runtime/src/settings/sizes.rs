//! How large rings are, and how much is kept.

use instr_format::names;
use instr_format::ring::{self, Clock};

use super::{Reader, Sink};

/// How rings are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ring {
    /// Bytes of records, a power of two.
    pub(crate) size: u32,
    pub(crate) clock: Clock,
    /// How many bytes of what a ring overwrites are kept.
    pub(crate) history: Option<u64>,
}

/// How many bytes of records are kept, of the newest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    /// Of a thread, in segments.
    pub(crate) thread: u64,
    /// Of the process.
    pub(crate) process: u64,
    /// Whether full segments of logs are compressed.
    pub(crate) compress: bool,
}

impl Reader<'_> {
    pub(super) fn sizes(&mut self, sink: Sink) -> (Ring, Caps) {
        let size = self.bytes(names::RING_BYTES, ring::flat::SIZE_MIN);
        let clock = self.word(names::CLOCK, Clock::ALL.map(|clock| (clock.word(), clock)));
        let history = self.switch(names::RING_HISTORY, false);
        let of_thread = self.bytes(names::MAX_BYTES, names::LEAST_MAX_BYTES);
        let of_process = self.bytes(names::MAX_TOTAL_BYTES, names::LEAST_MAX_BYTES);
        let compress =
            self.word(names::COMPRESS, [(names::COMPRESS_GZIP, true), (names::COMPRESS_OFF, false)]).unwrap_or(false);
        // What these have anyway.
        let own_clock = if sink == Sink::Write { Clock::Full } else { Clock::Off };
        let has_files = sink == Sink::Write || sink == Sink::Ring;
        let (ring, files) = (names::SINK_RING, "write` or `ring");
        for (name, is_given, takes, sinks) in [
            (names::RING_BYTES, size.is_some(), sink == Sink::Ring, ring),
            (names::CLOCK, clock.is_some_and(|clock| clock != own_clock), sink == Sink::Ring, ring),
            (names::RING_HISTORY, history, sink == Sink::Ring, ring),
            (names::MAX_BYTES, of_thread.is_some(), has_files, files),
            (names::MAX_TOTAL_BYTES, of_process.is_some(), has_files, files),
            (names::COMPRESS, compress, sink == Sink::Write, names::SINK_WRITE),
        ] {
            if is_given && !takes {
                let (sink, name) = (sink.word(), self.named(name));
                self.note(format_args!("{name} has no effect with {}={sink}, only with `{sinks}`", names::SINK));
            }
        }
        if sink == Sink::Ring && of_thread.is_some() && !history {
            self.note(format_args!("{} has no effect without {}=1", names::MAX_BYTES, names::RING_HISTORY));
        }
        let size = size.unwrap_or(names::DEFAULT_RING_BYTES);
        // What is beyond the largest ring is kept where history is.
        let beyond = size.checked_sub(ring::flat::SIZE_MAX).filter(|beyond| *beyond > 0);
        let thread = of_thread.unwrap_or(names::DEFAULT_MAX_BYTES);
        let history = history.then_some(thread).max(beyond);
        let least = if sink == Sink::Ring { history.unwrap_or(0) } else { thread };
        let ring = Ring {
            // A power of two, so that a position's place is found by a mask.
            size: 1 << size.min(ring::flat::SIZE_MAX).ilog2(),
            clock: clock.unwrap_or(Clock::Coarse),
            history,
        };
        let process = of_process.unwrap_or(names::DEFAULT_MAX_TOTAL_BYTES.max(least));
        let compress = compress && sink == Sink::Write;
        (ring, Caps { thread, process, compress })
    }
}
