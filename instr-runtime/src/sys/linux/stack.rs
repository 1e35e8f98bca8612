//! A stack for work that needs more than a signal handler may have.

use core::cell::UnsafeCell;
use core::ffi::c_void;

const SIZE: usize = 64 << 10;

/// A stack in static memory.
#[repr(C, align(64))]
pub(crate) struct Stack(UnsafeCell<[u8; SIZE]>);

// SAFETY: who runs on it has it for himself, see `run`.
unsafe impl Sync for Stack {}

impl Stack {
    pub(crate) const fn new() -> Self {
        Stack(UnsafeCell::new([0; SIZE]))
    }

    /// Works on this stack. Async-signal-safe, if the work is.
    ///
    /// # Safety
    /// Nobody else may run on it meanwhile, and the work must return.
    pub(crate) unsafe fn run(&self, mut work: impl FnMut()) {
        extern "C" fn call<Work: FnMut()>(work: *mut c_void) {
            // SAFETY: what is passed below.
            unsafe { (*work.cast::<Work>())() }
        }
        fn caller<Work: FnMut()>(_: &Work) -> extern "C" fn(*mut c_void) {
            call::<Work>
        }
        let function = caller(&work);
        // SAFETY: one past the end of our memory, which is aligned as calls demand; the caller promises the rest.
        unsafe { run_at(function, (&raw mut work).cast(), self.0.get().cast::<u8>().add(SIZE)) };
    }
}

/// Calls `function` with `argument`, on the stack that ends at `top`.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn run_at(function: extern "C" fn(*mut c_void), argument: *mut c_void, top: *mut u8) {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "mov rsp, rdx",
        "mov rax, rdi",
        "mov rdi, rsi",
        "call rax",
        "mov rsp, rbp",
        "pop rbp",
        "ret",
    )
}

/// Calls `function` with `argument`, on the stack that ends at `top`.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn run_at(function: extern "C" fn(*mut c_void), argument: *mut c_void, top: *mut u8) {
    core::arch::naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        "mov sp, x2",
        "mov x9, x0",
        "mov x0, x1",
        "blr x9",
        "mov sp, x29",
        "ldp x29, x30, [sp], #16",
        "ret",
    )
}

/// Nobody has written down how this machine changes stacks.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn run_at(function: extern "C" fn(*mut c_void), argument: *mut c_void, _: *mut u8) {
    function(argument);
}
