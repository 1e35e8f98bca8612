//! Children that borrow their parent's memory until they are replaced or end, in the way that the argument names.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use instr_runtime::instrument_source;

const TURNS: u64 = 100;

#[instrument_source]
fn main() {
    let spawn = match std::env::args().nth(1).as_deref() {
        Some("vfork") => vfork,
        Some("clone") => clone,
        Some("posix_spawn") => posix_spawn,
        other => panic!("unknown way: {other:?}"),
    };
    for _ in 0..TURNS {
        let child = spawn();
        let mut status = -1;
        // SAFETY: fills `status`.
        let waited = unsafe { libc::waitpid(child, &mut status, 0) }; // parent
        assert_eq!((waited, status), (child, 0));
    }
    println!("done");
}

unsafe extern "C" {
    #[link_name = "vfork"]
    fn libc_vfork() -> libc::pid_t;
}

/// Not instrumented, as a function that begins twice.
#[inline(never)]
fn vfork() -> libc::pid_t {
    // SAFETY: the child calls what changes none of this frame's variables, and never returns.
    let child = unsafe { libc_vfork() };
    if child == 0 {
        become_true(null_mut());
    }
    child
}

fn clone() -> libc::pid_t {
    let mut stack = vec![0_u128; 16 << 10];
    // SAFETY: the parent waits until the child has no need of the stack any more.
    unsafe {
        let top = stack.as_mut_ptr_range().end.cast();
        libc::clone(become_true, top, libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD, null_mut())
    }
}

#[instrument_source]
extern "C" fn become_true(_: *mut c_void) -> i32 {
    let arguments = [c"true".as_ptr(), null()]; // child
    // SAFETY: all pointers are valid, and nothing else is done in the parent's memory.
    unsafe {
        libc::execv(c"/bin/true".as_ptr(), arguments.as_ptr());
        libc::_exit(1)
    }
}

fn posix_spawn() -> libc::pid_t {
    let arguments = [c"true".as_ptr().cast_mut(), null_mut()];
    let mut child = 0;
    // SAFETY: all pointers are valid.
    let result =
        unsafe { libc::posix_spawn(&mut child, c"/bin/true".as_ptr(), null(), null(), arguments.as_ptr(), null()) };
    assert_eq!(result, 0);
    child
}
