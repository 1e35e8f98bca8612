//! Loads the library that its argument names, calls it in a thread, and unloads it before the thread and the process end.
//!
//! Itself not instrumented: the library brings its own runtime.

use std::ffi::{CString, c_void};
use std::sync::mpsc::channel;
use std::thread;

fn main() {
    let path = std::env::args().nth(1).and_then(|path| CString::new(path).ok()).expect("the library");
    for _ in 0..3 {
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
        unloaded.send(()).expect("the thread waits");
        caller.expect("threads can be had").join().expect("no panic");
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
