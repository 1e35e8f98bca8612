//! How a run ended, as far as its files and the system say.

use serde::Serialize;

use super::crash::Crash;
use super::last::Last;
use super::panics::{Panic, newest, newest_in};
use super::sites::Sites;

/// The status with which Rust's runtime ends a process whose main thread panicked.
const PANIC_STATUS: i32 = 101;

/// The sort of end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndKind {
    /// It goes on.
    Running,
    /// It exited in an orderly way.
    Exit,
    /// It exited because its main thread panicked.
    Panic,
    /// A signal ended it.
    Signal,
    /// Somebody has killed it, where no handler can see it.
    Killed,
    /// Nothing was recorded.
    Unknown,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct End {
    /// The sort.
    pub kind: EndKind,
    /// The signal's name.
    pub signal: Option<String>,
    /// The signal's code, or the exit status.
    pub code: Option<String>,
    /// The address whose access faulted.
    pub fault_address: Option<String>,
    /// The thread that ended the process.
    pub tid: Option<u64>,
    /// Which thread of those that had this id it is, from 1.
    #[serde(skip)]
    pub reuse: u64,
    /// The number of the panic that ended it.
    #[serde(skip)]
    pub panic: Option<u64>,
    /// What it said, or what had happened.
    pub message: Option<String>,
}

impl End {
    /// Concludes the end from whether the process still runs and from what it left.
    pub fn new(
        running: bool,
        (last, sites): (Option<&Last>, &Sites),
        crash: Option<&Crash>,
        panics: &[Panic],
        pid: Option<u64>,
    ) -> Self {
        let status = last.and_then(|last| last.header.exit_status);
        // A program that exits behind a crash has survived it.
        if let Some(crash) = crash.filter(|crash| !running && (status.is_none() || crash.exiting)) {
            return End::by_signal(crash, last, panics, pid);
        }
        let of_main = newest_among_edges(last, panics, pid, 1);
        let (kind, code, tid) = match status {
            _ if running => (EndKind::Running, None, None),
            None => (EndKind::Unknown, None, None),
            Some(PANIC_STATUS) if main_panicked(last, sites, pid) || of_main.is_some() => {
                (EndKind::Panic, Some(PANIC_STATUS), pid)
            }
            Some(status) => (EndKind::Exit, Some(status), None),
        };
        let code = code.map(|code| code.to_string());
        // One that was caught before is not the one that ended it.
        let panic = tid.and_then(|tid| newest_in(panics, tid, 1, [began_to_unwind(last, tid, 1), None]));
        let panic = panic.or(of_main.filter(|_| kind == EndKind::Panic));
        let (number, message) = panic.map(|panic| (panic.number, panic.words())).unzip();
        End { kind, signal: None, code, fault_address: None, tid, reuse: 1, panic: number, message }
    }

    /// By the kernel, for want of memory.
    pub fn by_oom_killer() -> Self {
        End::killed("SIGKILL", "by the kernel's OOM killer".to_owned())
    }

    /// By a signal that left no record: whoever waited for the process has seen it.
    pub fn by_unrecorded(signal: &str) -> Self {
        End::killed(signal, format!("by {signal}"))
    }

    /// By `cargo instr --limit`, after so many seconds.
    pub fn by_limit(seconds: u32) -> Self {
        End::killed("SIGKILL", format!("by SIGKILL at its limit of {seconds} s"))
    }

    fn killed(signal: &str, message: String) -> Self {
        End {
            kind: EndKind::Killed,
            signal: Some(signal.to_owned()),
            code: None,
            fault_address: None,
            tid: None,
            reuse: 1,
            panic: None,
            message: Some(message),
        }
    }

    fn by_signal(crash: &Crash, last: Option<&Last>, panics: &[Panic], pid: Option<u64>) -> Self {
        let began = began_to_unwind(last, crash.tid, crash.reuse);
        let panic = newest_in(panics, crash.tid, crash.reuse, [began, crash.statement])
            .or_else(|| newest_among_edges(last, panics, Some(crash.tid), crash.reuse))
            .filter(|_| crash.is_panics_abort(pid));
        End {
            kind: EndKind::Signal,
            signal: Some(crash.signal()),
            code: Some(crash.code()),
            fault_address: crash.fault_address.clone(),
            tid: Some(crash.tid),
            reuse: crash.reuse,
            panic: panic.map(|panic| panic.number),
            message: panic.map(|panic| format!("panicked at {}", panic.words())).or_else(|| crash.cause(pid)),
        }
    }
}

/// The statement from which the thread's panic began to unwind.
fn began_to_unwind(last: Option<&Last>, tid: u64, reuse: u64) -> Option<u64> {
    last?.slot(tid, reuse)?.panicked.map(u64::from)
}

/// The newest panic of a thread of which edges and no statements are known.
fn newest_among_edges<'a>(last: Option<&Last>, panics: &'a [Panic], tid: Option<u64>, reuse: u64) -> Option<&'a Panic> {
    let slot = last?.slot(tid?, reuse).filter(|slot| slot.edge.is_some() && slot.site.is_none())?;
    newest(panics, slot.tid, reuse)
}

/// Whether a panic has unwound the main thread from its functions. Where a hook of the program's own has kept ours from noting
/// it, the status of a panic says so if `main` has been left: `process::exit` does not leave it.
fn main_panicked(last: Option<&Last>, sites: &Sites, pid: Option<u64>) -> bool {
    let slot = last.zip(pid).and_then(|(last, pid)| last.slot(pid, 1)).filter(|slot| slot.left);
    let is_main = |site: u32| sites.get(site).is_some_and(|site| site.statement.function == "main");
    slot.is_some_and(|slot| slot.panicked.is_some() || slot.site.is_some_and(is_main))
}
