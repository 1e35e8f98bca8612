//! What happens once, in normal context, before the first record: everything that takes memory or locks.

#![allow(unsafe_code)]

use core::sync::atomic::{
    AtomicBool,
    Ordering::{AcqRel, Acquire, Release},
};

use instr_format::escape::Printable;

use crate::arena::Arena;
use crate::{crash, facts, process, settings, sink, site, sys, thread};

pub(crate) type Constructor = extern "C" fn();

/// Run by the loader before `main`, and before the constructors that name no priority.
#[used]
#[unsafe(link_section = ".init_array.00099")]
pub(crate) static BEFORE_MAIN: Constructor = constructor;

extern "C" fn constructor() {
    start();
}

/// Run behind the constructors of the crates that use this one: the linker puts these before it.
#[used]
#[unsafe(link_section = ".init_array")]
pub(crate) static AFTER_CONSTRUCTORS: Constructor = constructed;

static CONSTRUCTED: AtomicBool = AtomicBool::new(false);

extern "C" fn constructed() {
    CONSTRUCTED.store(true, Release);
}

/// Whether the constructors of this program or library have run, so that what its main thread reaches is called by `main`.
/// Async-signal-safe.
pub(crate) fn has_been_constructed() -> bool {
    CONSTRUCTED.load(Acquire)
}

/// Reads the settings, decides the filters and begins the run. Only the first call does anything.
pub(crate) fn start() {
    static STARTED: AtomicBool = AtomicBool::new(false);
    if STARTED.swap(true, AcqRel) {
        return;
    }
    // Also where nothing is recorded: each thread has a stack then too.
    thread::prepare();
    let mut arena = Arena::new();
    let Some(settings) = settings::read(&mut arena) else { return site::switch_all_off() };
    if !settings.enabled {
        return site::switch_all_off();
    }
    for message in settings.notes.iter() {
        sys::complain(format_args!("{}", Printable(message.as_bytes())));
    }
    sys::stay_loaded();
    facts::prepare(&mut arena);
    site::prepare(&mut arena, sink::switch(settings.sink), |file| settings.filter.admits_file(file));
    process::start(settings);
    thread::prepared();
    crash::watch_panics();
}
