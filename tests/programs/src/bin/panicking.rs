//! Panics as its argument says.

use std::panic::{self, catch_unwind};
use std::thread;

use instr_runtime::instrument_source;

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    #[instrument_source]
    fn drop(&mut self) {
        panic!("while unwinding"); // in drop
    }
}

/// Has another thread catch many panics when it is dropped.
struct Busy;

impl Drop for Busy {
    fn drop(&mut self) {
        let other = thread::spawn(|| (0..200).filter(|number| catch_unwind(|| fail(*number)).is_err()).count());
        println!("{}", other.join().expect("caught"));
    }
}

#[instrument_source]
fn fail(number: u32) -> u32 {
    assert!(number > 1_000_000, "{number} is too little"); // guilty
    number
}

#[instrument_source]
extern "C" fn foreign() {
    fail(3);
}

/// On the 8 KiB that Rust's threads have for handlers.
extern "C" fn handler(_: i32) {
    panic!("in a handler");
}

#[instrument_source]
fn main() {
    let way = std::env::args().nth(1).unwrap_or_default();
    match way.as_str() {
        "main" => _ = fail(1),
        "thread" => {
            let worker = thread::Builder::new().name("worker".into()).spawn(|| fail(2));
            println!("{}", worker.expect("threads can be had").join().is_err());
        }
        "caught" => println!("{}", catch_unwind(|| fail(3)).is_err()),
        "caught-then-exit" => {
            println!("{}", catch_unwind(|| fail(3)).is_err());
            std::process::exit(101); // exit
        }
        "caught-then-abort" => {
            println!("{}", catch_unwind(|| fail(3)).is_err());
            std::process::abort(); // abort
        }
        "caught-then-resumed" => {
            println!("{}", catch_unwind(|| fail(3)).is_err());
            panic::resume_unwind(Box::new("resumed")); // resumed later
        }
        "outlived" => {
            let _last = Busy;
            fail(10);
        }
        "any" => panic::panic_any(7_u32),                                // any
        "long" => panic!("{}", "\"lo\n\u{1b}ng\u{e4}\"".repeat(10_000)), // long
        "drop" => {
            let _bomb = Bomb;
            fail(4);
        }
        "foreign" => foreign(),
        "resumed" => panic::resume_unwind(Box::new("resumed")), // resumed
        "chained" => {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                println!("mine");
                before(panic);
            }));
            fail(5);
        }
        "replaced" => {
            panic::set_hook(Box::new(|_| println!("mine")));
            fail(6);
        }
        "taken" => {
            drop(panic::take_hook());
            fail(7);
        }
        "in-hook" => {
            panic::set_hook(Box::new(|_| panic!("in a hook"))); // in hook
            fail(8);
        }
        "handler" => {
            // SAFETY: the handler may run at any time.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handler as *const () as usize;
                action.sa_flags = libc::SA_ONSTACK;
                libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut());
                libc::raise(libc::SIGUSR1);
            }
        }
        "named" => named(),
        "many" => many(),
        "forked" => forked(),
        other => unreachable!("{other}"),
    }
}

/// In threads whose names the kernel cuts, or that are not std's, or have nothing of std's any more.
#[instrument_source]
fn named() {
    let in_thread = |name: &str, work: fn()| {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
        println!("{}", thread.expect("threads can be had").join().is_err());
    };
    in_thread("tests::of_names::a_test_with_a_long_name", || _ = fail(20));
    in_thread(&"n\u{1}".repeat(400), || _ = fail(21));
    in_thread("short", || _ = fail(22));
    in_thread("renamed::in_the_meantime", || {
        // SAFETY: the name ends in NUL.
        unsafe { libc::prctl(libc::PR_SET_NAME, c"fifteen_letters".as_ptr()) };
        fail(23);
    });
    // SAFETY: the function takes nothing and returns nothing.
    unsafe {
        let mut thread = 0;
        libc::pthread_create(&mut thread, std::ptr::null(), of_c, std::ptr::null_mut());
        libc::pthread_join(thread, std::ptr::null_mut());
    }
    in_thread("tests::of_names::that_ends", || {
        // SAFETY: the destructor takes what is set.
        unsafe {
            let mut key = 0;
            // The first of these is before std's, unless the runtime's has its place.
            libc::pthread_key_create(&mut key, None);
            libc::pthread_key_create(&mut key, Some(ends));
            libc::pthread_setspecific(key, Box::into_raw(Box::new((key, 0_u32))).cast());
        }
        fail(0xffff_ffff);
    });
}

#[instrument_source]
extern "C" fn of_c(nothing: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: the name ends in NUL.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"letters_fifteen".as_ptr()) };
    println!("{}", catch_unwind(|| fail(24)).is_err());
    nothing
}

/// Called in each round of the destructors, behind std's.
#[instrument_source]
unsafe extern "C" fn ends(value: *mut libc::c_void) {
    // SAFETY: made for this.
    let (key, round) = unsafe { &mut *value.cast::<(libc::pthread_key_t, u32)>() };
    *round += 1;
    let _caught = catch_unwind(|| fail(24 + *round));
    // SAFETY: the key exists.
    unsafe { libc::pthread_setspecific(*key, value) };
}

/// A thousand that are caught, and then one that is not.
#[instrument_source]
fn many() {
    println!("{}", (0..1_000).filter(|number| catch_unwind(|| fail(*number)).is_err()).count());
    panic!("the last one"); // last
}

#[instrument_source]
fn forked() {
    // SAFETY: there is one thread.
    match unsafe { libc::fork() } {
        0 => _ = fail(9),
        _ => {
            let mut status = 0;
            // SAFETY: it fills the status.
            unsafe { libc::wait(&mut status) };
            println!("{status}");
        }
    }
}
