//! What happens once, in normal context, before the first record: everything that may allocate or lock.

#![allow(unsafe_code)]

use core::sync::atomic::{AtomicBool, Ordering::AcqRel};

use instr_format::escape::unescape;

use crate::{directory, exit, process, run_json, settings, site};

/// Run by the loader before `main`, and before the constructors that name no priority.
#[used]
#[unsafe(link_section = ".init_array.00099")]
static BEFORE_MAIN: extern "C" fn() = constructor;

extern "C" fn constructor() {
    start();
}

/// Reads the settings, decides the filters and begins the run. Only the first call does anything.
pub(crate) fn start() {
    static STARTED: AtomicBool = AtomicBool::new(false);
    if STARTED.swap(true, AcqRel) {
        return;
    }
    let settings = settings::read();
    for message in &settings.bad {
        directory::complain(format_args!("{message}"));
    }
    if !settings.enabled {
        return site::switch_all_off();
    }
    run_json::prepare();
    site::prepare(|file| {
        // The macros have escaped it, so it can be read back; what is damaged all the same is recorded.
        let file: Result<Vec<u8>, _> = unescape(file).collect();
        file.ok().and_then(|file| String::from_utf8(file).ok()).is_none_or(|file| settings.filter.admits_file(&file))
    });
    exit::prepare();
    process::start();
}
