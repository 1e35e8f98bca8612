//! Loads the library that its first argument names, which brings a runtime of its own, lets both record, and ends as its
//! second argument says: in its own statement, in one of the library's, or in order.

use std::ffi::CString;
use std::thread;

use instr_runtime::instrument_source;

const TURNS: u64 = 100;

#[instrument_source]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().and_then(|path| CString::new(path).ok()).expect("the library");
    let way = arguments.next();
    // SAFETY: the library has functions of these names and types.
    let [call, die, panic] = unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null());
        [c"plugin_call", c"plugin_die", c"plugin_panic"].map(|name| {
            let function = libc::dlsym(library, name.as_ptr());
            assert!(!function.is_null());
            std::mem::transmute::<*mut libc::c_void, extern "C" fn()>(function)
        })
    };
    let worker = thread::Builder::new().name("worker".into()).spawn(move || {
        (0..TURNS).for_each(|_| own_call());
        (0..TURNS).for_each(|_| call());
        match way.as_deref() {
            Some("own") => own_death(),
            Some("library") => die(),
            Some("library-panic") => panic(),
            _ => (),
        }
    });
    worker.expect("threads can be had").join().expect("no panic");
    println!("done");
}

#[instrument_source]
fn own_call() {
    std::hint::black_box(8); // own
}

#[instrument_source]
fn own_death() {
    // SAFETY: none; this is to be the end.
    unsafe {
        std::ptr::without_provenance_mut::<u8>(64).write_volatile(1); // own death
    }
}
