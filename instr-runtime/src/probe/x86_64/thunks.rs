//! The ways into Rust from a probe in inlined code, of which the compiler knows nothing: all registers stay as they are.

use core::arch::{asm, naked_asm};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
use super::{COUNTERS_AT, FILTERED_COUNT_AT};
#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
use crate::record;
#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
use crate::site::{COUNTED, FILTERED};
use crate::thread;

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

/// Calls a function with all registers kept, but for `rax`, `rbp` and `rsp`: these the code around has to keep, and `rbp` holds
/// `rsp` while the registers are kept. What comes out of the call is in `rbx` afterwards.
macro_rules! keeping_registers {
    ($($call:literal),+) => {
        concat!(
            "push rbx
            push rcx
            push rdx
            push rsi
            push rdi
            push r8
            push r9
            push r10
            push r11
            mov eax, dword ptr [rip + {area}]
            test eax, eax
            jz 2f
            sub rsp, rax
            and rsp, -64
            xor edx, edx
            mov qword ptr [rsp + 512], rdx
            mov qword ptr [rsp + 520], rdx
            mov qword ptr [rsp + 528], rdx
            mov qword ptr [rsp + 536], rdx
            mov qword ptr [rsp + 544], rdx
            mov qword ptr [rsp + 552], rdx
            mov qword ptr [rsp + 560], rdx
            mov qword ptr [rsp + 568], rdx
            mov eax, dword ptr [rip + {components}]
            xsave [rsp]\n",
            $($call, "\n",)+
            "mov rbx, rax
            mov eax, dword ptr [rip + {components}]
            xor edx, edx
            xrstor [rsp]
            jmp 3f
            2:
            sub rsp, 512
            and rsp, -64
            fxsave [rsp]\n",
            $($call, "\n",)+
            "mov rbx, rax
            fxrstor [rsp]
            3:
            mov rax, rbx
            lea rsp, [rbp - 72]
            pop r11
            pop r10
            pop r9
            pop r8
            pop rdi
            pop rsi
            pop rdx
            pop rcx
            pop rbx"
        )
    };
}

/// Gives the calling thread a stack, which it returns in `rax`.
#[unsafe(naked)]
pub(crate) extern "C" fn begin() {
    naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        keeping_registers!("call {begin}"),
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
        area = sym AREA,
        components = sym COMPONENTS,
        begin = sym thread::begin_stack,
    )
}

/// A statement has been reached that its probe cannot record by itself. The site is on the stack, and the thread's head below it;
/// both are taken from there.
#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
#[unsafe(naked)]
pub(super) extern "C" fn reached() {
    naked_asm!(
        ".cfi_startproc",
        "push rax",
        ".cfi_adjust_cfa_offset 8",
        "push rcx",
        ".cfi_adjust_cfa_offset 8",
        "mov rcx, qword ptr [rsp + 24]",
        "mov rax, qword ptr [rsp + 32]",
        "cmp byte ptr [rcx], {filtered}",
        "jb 6f",
        "je 7f",
        "cmp byte ptr [rcx], {counted}",
        "jne 6f",
        "mov rax, qword ptr [rax - {counters}]",
        "test rax, rax",
        "jz 6f",
        "inc qword ptr [rax + 8 * rcx]",
        "8:",
        "pop rcx",
        ".cfi_adjust_cfa_offset -8",
        "pop rax",
        ".cfi_adjust_cfa_offset -8",
        "ret 16",
        ".cfi_adjust_cfa_offset 16",
        "7:",
        "mov rax, qword ptr [rax - {filtered_count}]",
        "test rax, rax",
        "jz 6f",
        "inc qword ptr [rax]",
        "jmp 8b",
        "6:",
        "pop rcx",
        ".cfi_adjust_cfa_offset -8",
        // rax stays where it is.
        "push rbp",
        ".cfi_adjust_cfa_offset 8",
        ".cfi_rel_offset rbp, 0",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        keeping_registers!("mov rdi, qword ptr [rbp + 24]", "call {reached}"),
        "pop rbp",
        ".cfi_def_cfa rsp, 16",
        "pop rax",
        ".cfi_adjust_cfa_offset -8",
        "ret 16",
        ".cfi_endproc",
        area = sym AREA,
        components = sym COMPONENTS,
        filtered = const FILTERED,
        counted = const COUNTED,
        counters = const COUNTERS_AT,
        filtered_count = const FILTERED_COUNT_AT,
        reached = sym record::reached,
    )
}
