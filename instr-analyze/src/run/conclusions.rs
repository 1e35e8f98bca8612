//! What is concluded from several files of a run together: what its threads did, and why it aborted.

use std::collections::HashMap;
use std::path::Path;

use super::aborts::why_aborted;
use super::files::RunFiles;
use super::records::Records;
use super::source::is_ours_alone;
use super::symbols::{Frame, backtrace};
use crate::model::activity::Activity;
use crate::model::activity::blame::blame;
use crate::model::activity::window::Window;
use crate::model::crash::Crash;
use crate::model::end::End;
use crate::model::thread::{State, Thread};

/// So many of a crash's innermost frames tell why it came.
const FRAMES: usize = 256;

/// Concludes what the threads did that may be in instrumented code.
pub(super) fn add_activities(threads: &mut [Thread], files: &RunFiles) {
    let of_files: HashMap<_, _> = files.threads.iter().map(|thread| ((thread.tid, thread.reuse), thread)).collect();
    for thread in threads.iter_mut().filter(|thread| thread.state == State::Inside) {
        let Some(of_thread) = of_files.get(&(thread.tid, thread.reuse)) else { continue };
        let Some(chain) = &of_thread.chain else { continue };
        let mut window = Window::new(&files.sites);
        Records::new(&of_thread.segments).visit(&mut window);
        thread.activity = Activity::new(chain, &window.finish(), &files.sites);
    }
    blame(threads, &files.sites);
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
