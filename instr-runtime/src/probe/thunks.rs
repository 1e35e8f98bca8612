//! The ways into Rust from a probe in inlined code, of which the compiler knows nothing: all registers stay as they are.

use core::arch::naked_asm;

#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
use super::places;
use crate::life;
#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
use crate::record;
#[cfg(all(feature = "enabled", not(any(debug_assertions, instr_called))))]
use crate::site::{RATED, UNSEEN};
use crate::sys::vectors::{AVX, AVX_512, FOUND, TELLS};

/// Does the same for each of 16 registers.
macro_rules! each {
    ($instruction:literal) => {
        concat!(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n", $instruction, "\n.endr\n")
    };
}

/// Calls a function with all registers kept, but for `rax`, `rbp` and `rsp`: these the code around has to keep, and `rbp` holds
/// `rsp` from before. What comes out of the call is in `rax`.
///
/// XSAVE and XRSTOR take 260 ns, this 35. Upper halves that hold nothing are left so: with anything in them, some processors
/// execute SSE slowly.
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
            sub rsp, 2176
            and rsp, -64
            mov r8d, dword ptr [rip + {vectors}]
            mov r9d, r8d
            and r9d, {avx}
            jz 2f
            test r8d, {tells}
            jz 2f
            mov ecx, 1
            xgetbv
            and eax, 1 << 2 | 1 << 6
            mov r9d, eax
            2:
            test r8d, {avx_512}
            jz 3f
            .irp n, 0, 1, 2, 3, 4, 5, 6, 7
            kmovq qword ptr [rsp + 2048 + 8 * \\n], k\\n
            .endr
            .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
            vmovups zmmword ptr [rsp + 64 * \\n], zmm\\n
            .endr
            test r9d, r9d
            jz 4f\n",
            each!("vmovups zmmword ptr [rsp + 64 * \\n], zmm\\n"),
            "jmp 5f
            3:
            test r9d, r9d
            jz 4f\n",
            each!("vmovups ymmword ptr [rsp + 64 * \\n], ymm\\n"),
            "jmp 5f
            4:\n",
            each!("movups xmmword ptr [rsp + 64 * \\n], xmm\\n"),
            "5:
            mov dword ptr [rsp + 2112], r8d
            mov dword ptr [rsp + 2116], r9d\n",
            $($call, "\n",)+
            "mov r8d, dword ptr [rsp + 2112]
            mov r9d, dword ptr [rsp + 2116]
            test r9d, r9d
            jnz 3f
            test r8d, {avx}
            jz 2f
            vzeroupper
            2:\n",
            each!("movups xmm\\n, xmmword ptr [rsp + 64 * \\n]"),
            "jmp 5f
            3:
            test r8d, {avx_512}
            jnz 4f\n",
            each!("vmovups ymm\\n, ymmword ptr [rsp + 64 * \\n]"),
            "jmp 5f
            4:\n",
            each!("vmovups zmm\\n, zmmword ptr [rsp + 64 * \\n]"),
            "5:
            test r8d, {avx_512}
            jz 2f
            .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
            vmovups zmm\\n, zmmword ptr [rsp + 64 * \\n]
            .endr
            .irp n, 0, 1, 2, 3, 4, 5, 6, 7
            kmovq k\\n, qword ptr [rsp + 2048 + 8 * \\n]
            .endr
            2:
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
        vectors = sym FOUND,
        avx = const AVX,
        avx_512 = const AVX_512,
        tells = const TELLS,
        begin = sym life::begin_stack,
    )
}

/// A statement has been reached that its probe cannot record by itself. The site is on the stack, and the thread's head below it;
/// both are taken from there. What is not recorded is counted here.
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
        "test byte ptr [rcx], {unseen}",
        "jnz 6f",
        "cmp dword ptr [rax + {excluded}], 0",
        "jne 5f",
        "cmp byte ptr [rcx], {rated}",
        "jne 6f",
        "cmp dword ptr [rax + {due}], 1",
        "jbe 6f",
        "dec dword ptr [rax + {due}]",
        "inc qword ptr [rax + {suppressed}]",
        "jmp 7f",
        "5:",
        "inc qword ptr [rax + {filtered}]",
        "js 6f",
        "7:",
        "pop rcx",
        ".cfi_adjust_cfa_offset -8",
        "pop rax",
        ".cfi_adjust_cfa_offset -8",
        "ret 16",
        ".cfi_adjust_cfa_offset 16",
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
        vectors = sym FOUND,
        avx = const AVX,
        avx_512 = const AVX_512,
        tells = const TELLS,
        rated = const RATED,
        unseen = const UNSEEN,
        excluded = const places::EXCLUDED,
        due = const places::DUE,
        suppressed = const places::SUPPRESSED,
        filtered = const places::FILTERED,
        reached = sym record::reached,
    )
}
