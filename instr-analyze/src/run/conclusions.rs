//! What is concluded from several files of a run together: what its threads did, and why it aborted.

use std::collections::HashMap;
use std::path::Path;

use super::aborts::why_aborted;
use super::events::Seen;
use super::files::RunFiles;
use super::observed::Observed;
use super::records::Records;
use super::source::is_ours_alone;
use super::symbols::{Frame, backtrace};
use super::verdict::PAUSE_NS;
use crate::model::activity::Activity;
use crate::model::activity::blame::blame;
use crate::model::activity::standoff::standoffs;
use crate::model::activity::window::{self, Window};
use crate::model::crash::Crash;
use crate::model::end::End;
use crate::model::thread::{State, Thread};

/// So many of a crash's innermost frames tell why it came.
const FRAMES: usize = 256;

/// Concludes what the threads did that may be in instrumented code.
pub(super) fn add_activities(threads: &mut [Thread], files: &RunFiles, seen: &Seen) {
    let of_files: HashMap<_, _> = files.threads.iter().map(|thread| ((thread.tid, thread.reuse), thread)).collect();
    for thread in threads.iter_mut().filter(|thread| thread.state == State::Inside) {
        let Some(of_thread) = of_files.get(&(thread.tid, thread.reuse)) else { continue };
        let Some(chain) = &of_thread.chain else { continue };
        let since = since(thread, window::MAX as u64);
        let mut window = Window::new(&files.sites, since);
        Records::since(&of_thread.segments, since).visit(&mut window);
        thread.activity = Activity::new(chain, &window.finish(), &files.sites);
    }
    let is_blocked =
        |thread: &Thread| thread.state.is_active() && !seen.threads.get(&thread.tid).is_some_and(Observed::is_running);
    blame(threads, is_blocked);
    let crashed = files.crash.as_ref().and_then(|crash| crash.unix_ns);
    let until_ns = crashed.or(seen.until_unix_ns).and_then(|until| until.checked_sub(files.process.start_unix_ns?));
    for group in standoffs(threads, is_blocked) {
        if stand_still(&group, threads, until_ns) {
            let id = |at: &usize| threads.get(*at).map(|thread| (thread.tid, thread.reuse));
            let ids: Vec<_> = group.iter().filter_map(id).collect();
            for at in group {
                if let Some(thread) = threads.get_mut(at) {
                    thread.activity.standoff.clone_from(&ids);
                }
            }
        }
    }
}

/// The first of so many of a thread's newest records.
pub(super) fn since(thread: &Thread, newest: u64) -> u64 {
    thread.newest.map_or(0, |stamp| stamp.moment.seq.saturating_add(1).saturating_sub(newest))
}

/// Whether threads that seem to wait for each other did so to the end: the process was there for long enough without them, or nothing in
/// it went on.
fn stand_still(group: &[usize], threads: &[Thread], seen_until_ns: Option<u64>) -> bool {
    let active_ns = |thread: &Thread| thread.activity.newest_ns.or_else(|| thread.last_active_ns());
    let since = group.iter().filter_map(|at| active_ns(threads.get(*at)?)).max();
    let others = || threads.iter().enumerate().filter(|(at, _)| !group.contains(at)).map(|(_, thread)| thread);
    let until = others().filter_map(active_ns).chain(seen_until_ns).max();
    let is_long = until.zip(since).and_then(|(until, since)| until.checked_sub(since)).is_some_and(|ns| ns >= PAUSE_NS);
    let waits = |thread: &Thread| thread.activity.wait.is_some() && thread.activity.turning.is_none();
    is_long || others().filter(|thread| thread.state.is_active()).all(waits)
}

/// The frames of a crash that its signal does not explain; these say why an abort was called for.
pub(super) fn frames_of_cause(crash: Option<&Crash>, end: &mut End, (dir, pid): (&Path, Option<u64>)) -> Vec<Frame> {
    let Some(crash) = crash.filter(|crash| crash.is_abort(pid) || crash.has_overflowed()) else { return Vec::new() };
    let frames = backtrace(crash, is_ours_alone(dir), FRAMES);
    let why = if crash.is_abort(pid) { why_aborted(crash, &frames) } else { None };
    if let Some(why) = why {
        // A panic's words say more, and why it ended the process, the frames.
        end.message = Some(match end.message.take().filter(|_| end.panic.is_some()) {
            Some(message) => format!("{message}\n{why}"),
            None => why,
        });
    }
    frames
}
