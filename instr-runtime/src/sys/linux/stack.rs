//! A stack for work that needs more than a signal handler may have.

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Release};

const SIZE: usize = 64 << 10;

/// For whoever needs more than a signal handler may have, one at a time.
static SPARE: Stack = Stack::new();
static IS_SPARE_TAKEN: AtomicBool = AtomicBool::new(false);

/// Works on a stack of its own, or where another thread does, on that of the calling thread. Async-signal-safe, if the work is;
/// it must return.
pub(crate) fn on_spare_stack(mut work: impl FnMut()) {
    if IS_SPARE_TAKEN.swap(true, AcqRel) {
        work();
    } else {
        // SAFETY: nobody else uses it until it is given back.
        unsafe { SPARE.run(work) };
        IS_SPARE_TAKEN.store(false, Release);
    }
}

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
