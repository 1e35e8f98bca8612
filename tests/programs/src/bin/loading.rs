//! Loads the library that its argument names, calls it in a thread, and unloads it while the thread lives: as often as its
//! second argument says. The threads end when all is done, and the process in order, or as a third argument says.
//!
//! Itself not instrumented: the library brings its own runtime.

use std::ffi::{CString, c_void};
use std::sync::mpsc::channel;
use std::thread;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().and_then(|path| CString::new(path).ok()).expect("the library");
    let times: u32 = arguments.next().and_then(|times| times.parse().ok()).expect("how often");
    let mut threads = Vec::new();
    for _ in 0..times {
        // SAFETY: the library does nothing when it is loaded, as far as this program knows.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) } as usize;
        assert_ne!(library, 0);
        let ((called, has_called), (unloaded, is_unloaded)) = (channel(), channel());
        let caller = thread::Builder::new().name("caller".into());
        let caller = caller.spawn(move || {
            call(library as *mut c_void);
            called.send(()).expect("the main thread waits");
            is_unloaded.recv().expect("the main thread lives");
        });
        has_called.recv().expect("the thread lives");
        // SAFETY: nobody calls it any more.
        assert_eq!(unsafe { libc::dlclose(library as *mut c_void) }, 0);
        threads.push((unloaded, caller.expect("threads can be had")));
    }
    for (unloaded, caller) in threads {
        unloaded.send(()).expect("the thread waits");
        caller.join().expect("no panic");
    }
    match arguments.next().as_deref() {
        Some("abort") => std::process::abort(),
        _ => println!("done"),
    }
}

fn call(library: *mut c_void) {
    // SAFETY: the library has a function of this name and type.
    unsafe {
        let function = libc::dlsym(library, c"plugin_call".as_ptr());
        assert!(!function.is_null());
        std::mem::transmute::<*mut c_void, extern "C" fn()>(function)();
    }
}
