//! What the processor and the system have of vector registers, for those who save them.

use core::arch::asm;
use core::arch::x86_64::{__cpuid_count, CpuidResult};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What there is; 0: the 16 registers of SSE.
pub(crate) static FOUND: AtomicU32 = AtomicU32::new(0);
/// The upper halves of YMM.
pub(crate) const AVX: u32 = 1;
/// ZMM, 32 of them, and masks.
pub(crate) const AVX_512: u32 = 2;
/// The processor says whether upper halves hold anything.
pub(crate) const TELLS: u32 = 4;

/// What the processor says of itself. All with 64 bits can say it.
#[allow(unused_unsafe, reason = "safe since Rust 1.94")]
fn cpuid(leaf: u32, part: u32) -> CpuidResult {
    // SAFETY: there is such an instruction.
    unsafe { __cpuid_count(leaf, part) }
}

/// Asks the processor. For normal context, before the first probe if possible.
pub(super) fn find() {
    const OSXSAVE: u32 = 1 << 27;
    const WITH_AVX: u32 = 1 << 1 | 1 << 2;
    const WITH_AVX_512: u32 = WITH_AVX | 1 << 5 | 1 << 6 | 1 << 7;
    let (first, features) = (cpuid(0, 0), cpuid(1, 0));
    if first.eax < 0xd || features.ecx & OSXSAVE == 0 {
        return;
    }
    let enabled: u32;
    // SAFETY: OSXSAVE says that there is this instruction.
    unsafe { asm!("xgetbv", in("ecx") 0, out("eax") enabled, out("edx") _, options(nomem, nostack, preserves_flags)) };
    let has = |parts: u32| enabled & parts == parts;
    let tells = cpuid(0xd, 1).eax & TELLS != 0;
    let found = [(AVX, has(WITH_AVX)), (AVX_512, has(WITH_AVX_512)), (TELLS, tells)];
    FOUND.store(found.into_iter().filter(|(_, is_there)| *is_there).map(|(bit, _)| bit).sum(), Relaxed);
}
