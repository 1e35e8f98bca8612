//! The kernel's words for a process that its OOM killer has killed.

/// A process that may be the one.
#[derive(Debug, Clone, Copy)]
pub struct Victim<'a> {
    /// Its id.
    pub pid: u64,
    /// The file name of its program.
    pub program: &'a [u8],
    /// When its run began.
    pub start_unix_ns: u64,
    /// The same, since the machine was started.
    pub start_monotonic_ns: u64,
}

/// The kernel cuts names of programs.
const NAME_MAX: usize = 15;
/// Nobody corrects the log's clock.
const TOLERANCE_NS: u64 = 60_000_000_000;

/// Whether a message of the kernel's log, as `/dev/kmsg` gives it, says that the process was killed for want of memory.
///
/// Programs can write to that log too; their messages are of another facility.
pub fn names(message: &[u8], victim: &Victim<'_>) -> bool {
    let Some((facts, text)) = split(message, b";") else { return false };
    let mut facts = facts.split(|byte| *byte == b',').map(|fact| str::from_utf8(fact).ok()?.parse::<u64>().ok());
    let (Some(Some(priority)), Some(Some(_)), Some(Some(time_us))) = (facts.next(), facts.next(), facts.next()) else {
        return false;
    };
    // `Memory cgroup out of memory: Killed process 12 (name) total-vm:…`, or `Out of memory…`.
    let killed = split(text, b"ut of memory").and_then(|(_, rest)| split(rest, b": Killed process "));
    let Some((pid, rest)) = killed.and_then(|(_, rest)| split(rest, b" (")) else { return false };
    let program = victim.program.get(..NAME_MAX).unwrap_or(victim.program);
    priority >> 3 == 0
        && str::from_utf8(pid).is_ok_and(|pid| pid.parse() == Ok(victim.pid))
        && rest.strip_prefix(program).is_some_and(|rest| rest.starts_with(b") "))
        && time_us.saturating_mul(1_000).saturating_add(TOLERANCE_NS) >= victim.start_monotonic_ns
}

fn split<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = text.windows(at.len()).position(|window| window == at)?;
    Some((text.get(..start)?, text.get(start + at.len()..)?))
}
