//! Where records go.

pub(crate) mod count;
#[cfg(feature = "enabled")]
pub(crate) mod gzip;
pub(crate) mod ring;
pub(crate) mod write;

use crate::process::Process;
use crate::settings::{self, Coverage, Focus, Sink};
use crate::site::{ASKED, COUNTED, OFF, ON, RATED, UNSEEN};
use crate::thread::Thread;

/// How a site is switched that no filter leaves out.
pub(crate) fn switch(focus: &Focus) -> u8 {
    match focus.sink {
        Sink::Write | Sink::Ring if focus.rate > 1 => RATED,
        Sink::Write => ASKED,
        Sink::Ring => ON,
        Sink::Count => OFF | COUNTED,
        Sink::Stack => OFF,
    }
}

/// What is asked of each site besides.
pub(crate) fn switch_for(coverage: Coverage) -> u8 {
    match coverage {
        Coverage::Off => 0,
        Coverage::Flags => UNSEEN,
        Coverage::Counts => UNSEEN | COUNTED,
    }
}

/// Records that the thread has reached the statement with this id, or counts that it could not. `false`: a handler has forked
/// meanwhile, and in this child there is no such thread yet. Async-signal-safe.
#[must_use]
pub(crate) fn record(process: &Process, thread: &Thread, id: u32) -> bool {
    let sink = settings::focus().map_or(Sink::Write, |focus| focus.sink);
    thread.note_sink(sink);
    match sink {
        Sink::Ring => return ring::record(process, thread, id),
        Sink::Write => write::record(process, thread, id),
        // The site is counted already, or nothing is recorded.
        Sink::Count | Sink::Stack => {}
    }
    true
}

/// The thread ends, and reaches no more statements. Signals are blocked.
pub(crate) fn thread_ends(process: &Process, thread: &Thread) {
    write::thread_ends(process, thread);
    ring::thread_ends(process, thread);
    count::thread_ends(thread);
}
