//! A signal as it has arrived: what the kernel says of it, and the thread that it has interrupted.

use core::ffi::c_void;

use super::process_id;

/// A signal as it has arrived.
pub(crate) struct Arrival<'a> {
    info: &'a libc::siginfo_t,
    context: &'a libc::ucontext_t,
}

/// The names of the registers that matter most.
const INSTRUCTION: &str = if cfg!(target_arch = "x86_64") { "rip" } else { "pc" };
const STACK_TOP: &str = if cfg!(target_arch = "x86_64") { "rsp" } else { "sp" };
const FRAME_POINTER: &str = if cfg!(target_arch = "x86_64") { "rbp" } else { "x29" };

/// How many callers a backtrace has at most.
const CALLERS: usize = 64;
/// The stack is read in pieces of so many words, and so many of them: 32 KiB.
const STACK_PIECE: usize = 32;
const STACK_PIECES: u64 = 128;
/// A function may have moved its stack pointer so many pages into the guard.
const GUARD_PAGES: u64 = 16;
const PAGE: u64 = 4096;

impl<'a> Arrival<'a> {
    pub(super) fn new(info: &'a libc::siginfo_t, context: &'a libc::ucontext_t) -> Self {
        Arrival { info, context }
    }

    /// The kernel's description.
    pub(crate) fn info(&self) -> &'a libc::siginfo_t {
        self.info
    }

    pub(crate) fn signal(&self) -> i32 {
        self.info.si_signo
    }

    pub(crate) fn code(&self) -> i32 {
        self.info.si_code
    }

    /// The address at which a mapped file has no page any more.
    pub(super) fn lost_page(&self) -> Option<usize> {
        let lost = self.signal() == libc::SIGBUS && self.code() == libc::BUS_ADRERR;
        self.address().filter(|_| lost)
    }

    /// The address at which nothing is mapped.
    pub(super) fn missing_page(&self) -> Option<usize> {
        const SEGV_MAPERR: i32 = 1;
        let missing = self.signal() == libc::SIGSEGV && self.code() == SEGV_MAPERR;
        self.address().filter(|_| missing)
    }

    /// The address that could not be accessed, or of the instruction that could not be carried out.
    pub(crate) fn address(&self) -> Option<usize> {
        let has_address =
            matches!(self.signal(), libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE | libc::SIGTRAP);
        // The kernel has no address where it says no more than that it was the kernel.
        if !has_address || self.code() <= 0 || self.code() == libc::SI_KERNEL {
            return None;
        }
        // SAFETY: these have one where the kernel raised them.
        Some(unsafe { self.info.si_addr() }.addr())
    }

    /// Process and user that have sent the signal.
    pub(crate) fn sender(&self) -> Option<(u64, u64)> {
        // A timer's number and a file's events stand in their places.
        if self.code() > 0 || matches!(self.code(), libc::SI_TIMER | libc::SI_SIGIO) {
            return None;
        }
        // SAFETY: signals that were sent say by whom.
        let (pid, uid) = unsafe { (self.info.si_pid(), self.info.si_uid()) };
        Some((u64::from(pid.cast_unsigned()), u64::from(uid)))
    }

    /// Name and value of each general register.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn registers(&self) -> impl Iterator<Item = (&'static str, u64)> + use<'a> {
        const NAMES: [(&str, i32); 18] = [
            ("rip", libc::REG_RIP),
            ("rsp", libc::REG_RSP),
            ("rbp", libc::REG_RBP),
            ("rax", libc::REG_RAX),
            ("rbx", libc::REG_RBX),
            ("rcx", libc::REG_RCX),
            ("rdx", libc::REG_RDX),
            ("rsi", libc::REG_RSI),
            ("rdi", libc::REG_RDI),
            ("r8", libc::REG_R8),
            ("r9", libc::REG_R9),
            ("r10", libc::REG_R10),
            ("r11", libc::REG_R11),
            ("r12", libc::REG_R12),
            ("r13", libc::REG_R13),
            ("r14", libc::REG_R14),
            ("r15", libc::REG_R15),
            ("eflags", libc::REG_EFL),
        ];
        let values = &self.context.uc_mcontext.gregs;
        NAMES.iter().filter_map(|(name, at)| Some((*name, values.get(*at as usize)?.cast_unsigned())))
    }

    /// Name and value of each general register.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn registers(&self) -> impl Iterator<Item = (&'static str, u64)> + use<'a> {
        const NAMES: [&str; 31] = [
            "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
            "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
        ];
        let machine = &self.context.uc_mcontext;
        let special = [("pc", machine.pc), ("sp", machine.sp), ("pstate", machine.pstate)];
        special.into_iter().chain(NAMES.into_iter().zip(machine.regs))
    }

    /// Nobody has written down where this machine keeps them.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(crate) fn registers(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let _ = self.context;
        core::iter::empty()
    }

    fn register(&self, wanted: &str) -> Option<u64> {
        self.registers().find(|(name, _)| *name == wanted).map(|(_, value)| value)
    }

    /// The instruction that was interrupted, then those that calls return to, innermost first, as far as the chain of frame
    /// pointers goes.
    pub(crate) fn backtrace(&self) -> impl Iterator<Item = u64> + use<'a> {
        let mut frame = self.register(FRAME_POINTER).unwrap_or(0);
        let callers = core::iter::from_fn(move || {
            let [next, address] = read_memory(frame)?;
            // The stack grows downwards, so callers' frames lie above.
            if address == 0 || (next != 0 && next <= frame) {
                return None;
            }
            frame = next;
            Some(address)
        });
        self.register(INSTRUCTION).into_iter().chain(callers.take(CALLERS))
    }

    /// Where the stack ends. Of one that is used up, the pointer may lie in the guard behind it, which cannot be read.
    pub(crate) fn stack_top(&self) -> u64 {
        let pointer = self.register(STACK_TOP).unwrap_or(0);
        let pages = (1..=GUARD_PAGES).map(|page| (pointer & !(PAGE - 1)).wrapping_add(page * PAGE));
        let is_there = |address: &u64| read_bytes::<1>(*address).is_some();
        core::iter::once(pointer).chain(pages).find(is_there).unwrap_or(pointer)
    }

    /// Passes on the stack from there on, a piece at a time, as far as it goes.
    pub(crate) fn stack(&self, mut each: impl FnMut(&[u8])) {
        for piece in 0..STACK_PIECES {
            let Some(words) = read_memory::<STACK_PIECE>(self.stack_top().wrapping_add(piece * 8 * STACK_PIECE as u64))
            else {
                return;
            };
            words.iter().for_each(|word| each(&word.to_le_bytes()));
        }
    }
}

/// Reads words of memory that may not be there.
fn read_memory<const COUNT: usize>(address: u64) -> Option<[u64; COUNT]> {
    let mut words = [[0; 8]; COUNT];
    read_into(address, words.as_flattened_mut()).then(|| words.map(u64::from_ne_bytes))
}

/// Reads bytes of memory that may not be there.
pub(super) fn read_bytes<const COUNT: usize>(address: u64) -> Option<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    read_into(address, &mut bytes).then_some(bytes)
}

/// Fills `bytes` from memory that may not be there; false if it is not.
pub(super) fn read_into(address: u64, bytes: &mut [u8]) -> bool {
    let len = bytes.len();
    let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: len };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: len };
    // The kernel takes all of a register for these.
    let (count, flags) = (1_usize, 0_usize);
    // SAFETY: the kernel writes to `bytes`, or fails.
    let read = unsafe { libc::syscall(libc::SYS_process_vm_readv, process_id(), &local, count, &remote, count, flags) };
    read == len as i64
}
