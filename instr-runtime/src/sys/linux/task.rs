//! The calling thread and process: ids, names, clocks, signals, and the ends of both.

use core::ffi::c_void;
use core::mem::MaybeUninit;

/// The kernel's id of the calling thread.
pub(crate) fn thread_id() -> u32 {
    // SAFETY: touches no memory.
    unsafe { libc::syscall(libc::SYS_gettid) as u32 }
}

pub(crate) fn process_id() -> u32 {
    // SAFETY: touches no memory.
    unsafe { libc::syscall(libc::SYS_getpid) as u32 }
}

/// A thread's name as the kernel keeps it, NUL-padded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadName([u8; 16]);

impl ThreadName {
    /// The name without its padding.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// The name as two numbers, in memory order.
    pub(crate) fn halves(self) -> [u64; 2] {
        let (halves, _) = self.0.as_chunks();
        [halves[0], halves[1]].map(u64::from_ne_bytes)
    }

    pub(crate) fn from_halves(halves: [u64; 2]) -> Self {
        let mut name = [0; 16];
        name.as_chunks_mut().0.copy_from_slice(&halves.map(u64::to_ne_bytes));
        ThreadName(name)
    }
}

/// The calling thread's name.
pub(crate) fn thread_name() -> ThreadName {
    let mut name = [0; 16];
    // SAFETY: the kernel writes at most 16 bytes.
    unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    ThreadName(name)
}

/// Lets other threads run.
pub(crate) fn yield_now() {
    // SAFETY: touches no memory.
    unsafe { libc::sched_yield() };
}

/// Lets a millisecond pass.
pub(crate) fn sleep_a_millisecond() {
    let time = libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 };
    // SAFETY: the kernel reads the structure.
    unsafe { libc::syscall(libc::SYS_nanosleep, &time, core::ptr::null::<libc::timespec>()) };
}

/// UTC in nanoseconds since 1970, and the monotonic clock in nanoseconds.
#[inline]
pub(crate) fn now() -> (u64, u64) {
    (clock(libc::CLOCK_REALTIME), clock(libc::CLOCK_MONOTONIC))
}

/// The monotonic clock in nanoseconds.
#[inline]
pub(crate) fn monotonic_ns() -> u64 {
    clock(libc::CLOCK_MONOTONIC)
}

#[inline]
fn clock(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills the structure; both clocks exist everywhere.
    unsafe { libc::clock_gettime(clock, &mut time) };
    (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
}

/// Bytes that nobody can foresee; without them what there is.
pub(crate) fn random() -> u32 {
    let mut bytes = [0; 4];
    // SAFETY: the kernel writes at most 4 bytes.
    unsafe { libc::syscall(libc::SYS_getrandom, bytes.as_mut_ptr(), bytes.len(), libc::GRND_NONBLOCK) };
    let (unix_ns, monotonic_ns) = now();
    u32::from_ne_bytes(bytes) ^ (unix_ns ^ monotonic_ns.rotate_left(13)) as u32
}

/// While this lives, no signal reaches the calling thread, but for the faults of its own instructions.
pub(crate) struct SignalsBlocked {
    before: libc::sigset_t,
}

impl SignalsBlocked {
    pub(crate) fn new() -> Self {
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: sigfillset and sigprocmask fill the sets.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            // Of a truncated file; a fault whose signal is blocked kills, whatever handler there is.
            libc::sigdelset(all.as_mut_ptr(), libc::SIGBUS);
            libc::sigemptyset(before.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            SignalsBlocked { before: before.assume_init() }
        }
    }
}

impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        // SAFETY: the set is what sigprocmask gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, core::ptr::null_mut()) };
    }
}

/// Tells the end of threads.
#[derive(Clone, Copy)]
pub(crate) struct ThreadExitKey(libc::pthread_key_t);

/// libc keeps the values of this many keys in the thread itself; a higher key's first value allocates.
const KEYS_WITHOUT_ALLOCATION: libc::pthread_key_t = 32;

impl ThreadExitKey {
    /// How often libc calls destructors that set their value again.
    pub(crate) const ROUNDS: u32 = 4;

    /// A key whose `destructor` is called with the value that an ending thread has set, after its thread-local
    /// destructors. `None`: no key that can be set without allocation.
    pub(crate) fn new(destructor: unsafe extern "C" fn(*mut c_void)) -> Option<Self> {
        let mut key = 0;
        // SAFETY: fills `key`; the destructor is valid for the life of the process.
        let made = unsafe { libc::pthread_key_create(&mut key, Some(destructor)) } == 0;
        (made && key < KEYS_WITHOUT_ALLOCATION).then_some(ThreadExitKey(key))
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn from_number(number: u32) -> Self {
        ThreadExitKey(number)
    }

    pub(crate) fn set(self, value: *const c_void) {
        // SAFETY: the key exists, as it came out of `new`.
        unsafe { libc::pthread_setspecific(self.0, value) };
    }
}

/// Has these called around each `fork`: before it, and behind it in the parent and in the child. For normal context.
pub(crate) fn at_fork(before: extern "C" fn(), in_parent: extern "C" fn(), in_child: extern "C" fn()) {
    // SAFETY: they are valid for the life of the process.
    unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
}

#[cfg(target_env = "gnu")]
unsafe extern "C" {
    fn on_exit(handler: extern "C" fn(i32, *mut c_void), argument: *mut c_void) -> i32;
}

/// Has `handler` called with the exit status when the process exits in an orderly way. For normal context.
#[cfg(target_env = "gnu")]
pub(crate) fn at_exit(handler: extern "C" fn(i32, *mut c_void)) {
    // SAFETY: the handler is valid for the life of the process.
    unsafe { on_exit(handler, core::ptr::null_mut()) };
}

/// This libc does not tell the exit status.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn at_exit(_: extern "C" fn(i32, *mut c_void)) {}
