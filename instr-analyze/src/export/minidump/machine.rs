//! The machine, as far as the names of its registers tell, and what they held.

use std::io;

use minidump_common::format::{
    CONTEXT_AMD64, CONTEXT_ARM64, CPU_INFORMATION, ContextFlagsAmd64, ContextFlagsArm64, MINIDUMP_LOCATION_DESCRIPTOR,
    MINIDUMP_STREAM_TYPE, MINIDUMP_SYSTEM_INFO, PlatformId, ProcessorArchitecture,
};

use super::layout::Layout;
use crate::model::crash::Crash;

/// A processor whose registers are written down.
#[derive(Clone, Copy)]
pub(super) enum Machine {
    X86_64,
    Aarch64,
}

impl Machine {
    /// The one whose program counter is among the registers: it is not written down otherwise.
    pub(super) fn of(crash: &Crash) -> io::Result<Self> {
        match (crash.register("rip"), crash.register("pc")) {
            (Some(_), _) => Ok(Machine::X86_64),
            (None, Some(_)) => Ok(Machine::Aarch64),
            (None, None) => Err(io::Error::other(
                "crash.json has neither the register `rip` of x86_64 nor the `pc` of aarch64, and of other machines none can \
                 be made",
            )),
        }
    }
}

/// The processor and the system, of which nothing else was written down.
pub(super) fn system(out: &mut Layout, machine: Machine) -> io::Result<()> {
    let architecture = match machine {
        Machine::X86_64 => ProcessorArchitecture::PROCESSOR_ARCHITECTURE_AMD64,
        Machine::Aarch64 => ProcessorArchitecture::PROCESSOR_ARCHITECTURE_ARM64,
    };
    let csd_version_rva = out.string("")?;
    out.stream(MINIDUMP_STREAM_TYPE::SystemInfoStream, |_| MINIDUMP_SYSTEM_INFO {
        processor_architecture: architecture as u16,
        processor_level: 0,
        processor_revision: 0,
        number_of_processors: 0,
        product_type: 0,
        major_version: 0,
        minor_version: 0,
        build_number: 0,
        platform_id: PlatformId::Linux as u32,
        csd_version_rva,
        suite_mask: 0,
        reserved2: 0,
        cpu: CPU_INFORMATION { data: [0; 24] },
    })
}

/// The general registers of the thread that crashed; others were not kept.
pub(super) fn registers(out: &mut Layout, crash: &Crash, machine: Machine) -> io::Result<MINIDUMP_LOCATION_DESCRIPTOR> {
    match machine {
        Machine::X86_64 => out.put(amd64(crash)),
        Machine::Aarch64 => out.put(arm64(crash)),
    }
}

fn amd64(crash: &Crash) -> CONTEXT_AMD64 {
    let register = |name| crash.register(name).unwrap_or(0);
    let flags = ContextFlagsAmd64::CONTEXT_AMD64_CONTROL | ContextFlagsAmd64::CONTEXT_AMD64_INTEGER;
    CONTEXT_AMD64 {
        context_flags: flags.bits(),
        eflags: low(register("eflags")),
        rip: register("rip"),
        rsp: register("rsp"),
        rbp: register("rbp"),
        rax: register("rax"),
        rbx: register("rbx"),
        rcx: register("rcx"),
        rdx: register("rdx"),
        rsi: register("rsi"),
        rdi: register("rdi"),
        r8: register("r8"),
        r9: register("r9"),
        r10: register("r10"),
        r11: register("r11"),
        r12: register("r12"),
        r13: register("r13"),
        r14: register("r14"),
        r15: register("r15"),
        ..Default::default()
    }
}

fn arm64(crash: &Crash) -> CONTEXT_ARM64 {
    let register = |name: &str| crash.register(name).unwrap_or(0);
    let flags = ContextFlagsArm64::CONTEXT_ARM64_CONTROL | ContextFlagsArm64::CONTEXT_ARM64_INTEGER;
    CONTEXT_ARM64 {
        context_flags: flags.bits(),
        cpsr: low(register("pstate")),
        iregs: std::array::from_fn(|number| register(&format!("x{number}"))),
        sp: register("sp"),
        pc: register("pc"),
        ..Default::default()
    }
}

/// The half of a register that has a meaning.
fn low(value: u64) -> u32 {
    u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0)
}
