//! What happens once, in normal context, before the first record: everything that takes memory or locks.

#[cfg(feature = "sancov")]
use core::sync::atomic::Ordering::Acquire;
use core::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::Release};

use instr_format::escape::Printable;

use super::end;
use crate::arena::Arena;
#[cfg(feature = "sancov")]
use crate::edges;
use crate::settings::Sink;
use crate::sys::Constructor;
use crate::{crash, facts, process, settings, sink, site, sys, thread};

/// Run by the loader before `main`, and before the constructors that name no priority.
#[used]
#[unsafe(link_section = ".init_array.00099")]
pub(super) static BEFORE_MAIN: Constructor = constructor;

extern "C" fn constructor() {
    start();
}

/// Whether the runtime has been started, and records if it ever will.
static DONE: AtomicBool = AtomicBool::new(false);

/// Whether [`start`] is over.
#[cfg(feature = "sancov")]
pub(super) fn is_done() -> bool {
    DONE.load(Acquire)
}

/// Reads the settings, decides the filters and begins the run. Only the first call does anything.
pub(crate) fn start() {
    static STARTED: AtomicBool = AtomicBool::new(false);
    if !STARTED.swap(true, AcqRel) {
        start_now();
        DONE.store(true, Release);
    }
}

fn start_now() {
    // Also where nothing is recorded: each thread has a stack then too.
    sys::find_vectors();
    thread::prepare(end::exits);
    let mut arena = Arena::new();
    let Some(settings) = settings::read(&mut arena).filter(|settings| settings.enabled) else {
        return site::switch_all_off();
    };
    for message in settings.notes.iter() {
        sys::complain(format_args!("{}", Printable(message.as_bytes())));
    }
    sys::stay_loaded();
    #[cfg(feature = "sancov")]
    if edges::are_none() {
        // Another library's runtime has those of this one.
        return site::switch_all_off();
    }
    facts::prepare(&mut arena);
    let admits = |function: &_, file: &_| settings.sites.admits(function, file);
    let coverage = sink::switch_for(settings.coverage);
    let admitted = site::prepare(&mut arena, sink::switch(&settings.focus), coverage, admits);
    if admitted == 0 && settings.focus.sink != Sink::Stack && !settings.sites.0.admits_all() {
        sys::complain(format_args!(
            "the filters leave out every statement of this program; it keeps open statements alone"
        ));
    }
    let begun = crash::prepare().and_then(|()| process::start(thread::close_inherited_logs));
    if let Err(errno) = begun {
        if settings.echo {
            sys::complain(format_args!("nothing is recorded, as there is no memory for it: {errno}"));
        }
        site::switch_all_off();
    }
    #[cfg(feature = "enabled")]
    if settings.caps.compress {
        sink::gzip::start();
    }
    // What was reached before there were settings has been reached on a stack that nobody sees.
    thread::forget_stack();
    crash::watch_panics();
}
