//! Thread-local memory, and the way into Rust from a probe that may use no register.
//!
//! The thread-local words are a symbol of our own in the initial-exec model, which takes no call where `thread_local!` in a
//! library calls `__tls_get_addr`, and 24 bytes of what the loader keeps free for libraries that come later.

use core::arch::{asm, global_asm, naked_asm};
use core::ffi::c_void;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use instr_format::stack::Head;

use super::NONE;
use crate::thread;

/// The name of the words. Another version of this crate in the same program has others.
macro_rules! words {
    () => {
        concat!(
            "__instr_thread_",
            env!("CARGO_PKG_VERSION_MAJOR"),
            "_",
            env!("CARGO_PKG_VERSION_MINOR"),
            "_",
            env!("CARGO_PKG_VERSION_PATCH")
        )
    };
}
pub(crate) use words;

global_asm!(
    ".pushsection .tdata.instr, \"awT\", @progbits",
    ".balign 8",
    concat!(".globl ", words!()),
    concat!(".hidden ", words!()),
    concat!(".type ", words!(), ", @object"),
    concat!(".size ", words!(), ", 24"),
    concat!(words!(), ":"),
    ".quad {none}",
    ".quad 0",
    ".quad 0",
    ".popsection",
    none = sym NONE,
);

/// Loads the word at this offset into a register.
macro_rules! load_word {
    ($register:literal, $offset:literal) => {
        concat!(
            "mov ",
            $register,
            ", qword ptr [rip + ",
            $crate::probe::words!(),
            "@GOTTPOFF]\nmov ",
            $register,
            ", qword ptr fs:[",
            $register,
            " + ",
            $offset,
            "]"
        )
    };
}
pub(crate) use load_word;

macro_rules! word {
    ($offset:literal, $type:ty, $(#[$get_doc:meta])* $get:ident, $(#[$set_doc:meta])* $set:ident) => {
        $(#[$get_doc])*
        #[inline(always)]
        pub(crate) fn $get() -> *const $type {
            let word;
            // SAFETY: loads a word of the thread's own.
            unsafe {
                asm!(load_word!("{word}", $offset), word = out(reg) word, options(nostack, preserves_flags, readonly));
            }
            word
        }

        $(#[$set_doc])*
        pub(crate) fn $set(value: *const $type) {
            // SAFETY: stores to a word of the thread's own.
            unsafe {
                asm!(
                    concat!("mov {place}, qword ptr [rip + ", words!(), "@GOTTPOFF]"),
                    concat!("mov qword ptr fs:[{place} + ", $offset, "], {value}"),
                    place = out(reg) _,
                    value = in(reg) value,
                    options(nostack, preserves_flags),
                );
            }
        }
    };
}

word!(
    "0",
    Head,
    /// The thread's stack of open statements, or [`NONE`]. Async-signal-safe.
    head,
    /// Sets it. Async-signal-safe.
    set_head
);
word!(
    "8",
    c_void,
    /// The thread's state, or null. Async-signal-safe.
    state,
    /// Sets it. Async-signal-safe.
    set_state
);
word!(
    "16",
    c_void,
    /// What a fork leaves to the child, see [`crate::thread`]. Async-signal-safe.
    legacy,
    /// Sets it. Async-signal-safe.
    set_legacy
);

/// How large the area is that XSAVE needs for [`COMPONENTS`], in bytes; 0: the processor has no more than FXSAVE, or nobody
/// has asked it yet.
static AREA: AtomicU32 = AtomicU32::new(0);
/// The vector registers that code of ours, or of libc's, may use.
static COMPONENTS: AtomicU32 = AtomicU32::new(0);

/// XMM, the upper halves of YMM, and what AVX-512 adds: masks, the upper halves of ZMM, and the upper 16 of them.
const VECTORS: u32 = 1 << 1 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 7;
const FXSAVE_AREA: u32 = 512;
const XSAVE_HEADER: u32 = 64;

/// Asks the processor for its vector registers. For normal context, before the first probe if possible.
pub(crate) fn prepare() {
    use core::arch::x86_64::{__cpuid, __cpuid_count};
    const OSXSAVE: u32 = 1 << 27;
    let (first, features) = (__cpuid(0), __cpuid(1));
    if first.eax < 0xd || features.ecx & OSXSAVE == 0 {
        return;
    }
    let enabled: u32;
    // SAFETY: OSXSAVE says that there is this instruction.
    unsafe { asm!("xgetbv", in("ecx") 0, out("eax") enabled, out("edx") _, options(nomem, nostack, preserves_flags)) };
    let components = enabled & VECTORS;
    let ends = (2..32).filter(|component| components & 1 << component != 0).map(|component| {
        let place = __cpuid_count(0xd, component);
        place.eax + place.ebx
    });
    COMPONENTS.store(components, Relaxed);
    AREA.store(ends.fold(FXSAVE_AREA + XSAVE_HEADER, u32::max), Relaxed);
}

/// Gives the calling thread a stack, which it returns in `rax`. Preserves every other register, vectors included: the
/// compiler, which has put the call into inlined code, knows nothing of it.
#[unsafe(naked)]
pub(crate) extern "C" fn begin() {
    naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        "push rcx",
        "push rdx",
        "push rsi",
        "push rdi",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "mov eax, dword ptr [rip + {area}]",
        "test eax, eax",
        "jz 2f",
        "sub rsp, rax",
        "and rsp, -64",
        // The header of the area; its first word is written by XSAVE.
        "xor edx, edx",
        "mov qword ptr [rsp + 512], rdx",
        "mov qword ptr [rsp + 520], rdx",
        "mov qword ptr [rsp + 528], rdx",
        "mov qword ptr [rsp + 536], rdx",
        "mov qword ptr [rsp + 544], rdx",
        "mov qword ptr [rsp + 552], rdx",
        "mov qword ptr [rsp + 560], rdx",
        "mov qword ptr [rsp + 568], rdx",
        "mov eax, dword ptr [rip + {components}]",
        "xsave [rsp]",
        "call {begin}",
        "mov rbx, rax",
        "mov eax, dword ptr [rip + {components}]",
        "xor edx, edx",
        "xrstor [rsp]",
        "jmp 3f",
        "2:",
        "sub rsp, 512",
        "and rsp, -64",
        "fxsave [rsp]",
        "call {begin}",
        "mov rbx, rax",
        "fxrstor [rsp]",
        "3:",
        "mov rax, rbx",
        "lea rsp, [rbp - 72]",
        "pop r11",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rdi",
        "pop rsi",
        "pop rdx",
        "pop rcx",
        "pop rbx",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
        area = sym AREA,
        components = sym COMPONENTS,
        begin = sym thread::begin_stack,
    )
}
