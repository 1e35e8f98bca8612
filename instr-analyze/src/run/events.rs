//! `events.jsonl`: what was seen of a process from outside while it ran, one JSON object a line.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use instr_format::files::EVENTS;
use serde::{Deserialize, Serialize};

use super::alive::{Life, life};
use super::clock::now_unix_ns;
use super::files::read_process;
use super::observed::{self, Observed};
use super::open;
use crate::model::damage::{Damage, DamageKind};

const EVENTS_MAX: u64 = 64 << 20;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Event {
    /// What the kernel said of a thread.
    Process {
        pid: u64,
        tid: u64,
        /// Since 1970, UTC.
        time_ns: u64,
        #[serde(flatten)]
        observed: Observed,
    },
    /// What this version does not know.
    #[serde(other)]
    Other,
}

/// What was seen of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// What the kernel said last of each thread, by its id.
    pub threads: BTreeMap<u64, Observed>,
    /// When it did, in nanoseconds since 1970.
    pub until_unix_ns: Option<u64>,
}

impl Seen {
    /// Asks the kernel for the threads of a process that runs.
    pub(super) fn now(pid: u64) -> Self {
        Seen { threads: observed::threads(pid), until_unix_ns: Some(now_unix_ns()) }
    }
}

/// Writes down in the directory of a run what the kernel says of its threads now. Returns the id of its process, if that runs.
///
/// # Errors
/// When it cannot be written.
pub fn observe(dir: &Path) -> io::Result<Option<u64>> {
    let pid = read_process(dir).ok().and_then(|process| process.pid);
    let Some(pid) = pid.filter(|pid| life(*pid, dir) == Life::Running) else { return Ok(None) };
    let Seen { threads, until_unix_ns } = Seen::now(pid);
    let mut lines = Vec::new();
    for (tid, observed) in threads {
        let event = Event::Process { pid, tid, time_ns: until_unix_ns.unwrap_or(0), observed };
        serde_json::to_writer(&mut lines, &event)?;
        lines.push(b'\n');
    }
    let mut options = OpenOptions::new();
    open::open_with(&dir.join(EVENTS), options.append(true).create(true).mode(0o600))?.write_all(&lines)?;
    Ok(Some(pid))
}

/// Reads what was seen of the process `pid`, and says how many lines cannot be read. Where there is no file, nothing was seen.
pub(super) fn read(dir: &Path, pid: Option<u64>) -> (Seen, Option<Damage>) {
    match open::read(&dir.join(EVENTS), EVENTS_MAX) {
        Ok(lines) => parse(&lines, pid),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Default::default(),
        Err(error) => (Seen::default(), Some(Damage::unreadable(EVENTS, &error))),
    }
}

fn parse(lines: &[u8], pid: Option<u64>) -> (Seen, Option<Damage>) {
    let (mut seen, mut unreadable) = (Seen::default(), 0);
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(Event::Process { pid: of, tid, time_ns, observed }) if Some(of) == pid => {
                seen.threads.insert(tid, observed);
                seen.until_unix_ns = seen.until_unix_ns.max(Some(time_ns));
            }
            Ok(_) => {}
            Err(_) => unreadable += 1,
        }
    }
    let plural = if unreadable == 1 { "" } else { "s" };
    let message = format!("{unreadable} line{plural} cannot be read");
    let damage = Damage { count: Some(unreadable), ..Damage::of_file(DamageKind::Damaged, EVENTS, message) };
    (seen, (unreadable > 0).then_some(damage))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::activity::waiting::Wait;

    #[test]
    fn the_last_line_of_each_thread_counts_and_what_cannot_be_read_is_counted() {
        let lines = [
            r#"{"type":"process","pid":1,"tid":2,"time_ns":5,"state":"R"}"#,
            r#"{"type":"process","pid":1,"tid":2,"time_ns":7,"state":"S","system_call":"wait4","wait_channel":"do_wait"}"#,
            r#"{"type":"process","pid":9,"tid":3,"time_ns":8,"state":"S"}"#,
            r#"{"type":"syscall","pid":1,"tid":2,"time_ns":9,"name":"openat"}"#,
            r#"{"type":"process","pid":1,"tid":4,"time_ns":6,"state":"S","system_call":"\u001b[2J"}"#,
            r#"{"type":"process","pid":1,"tid":5,"state":"long"}"#,
            "{\"type\":\"proc",
        ];
        let (seen, damage) = parse(lines.join("\n").as_bytes(), Some(1));
        assert_eq!(seen.until_unix_ns, Some(7));
        assert_eq!(seen.threads.keys().copied().collect::<Vec<u64>>(), [2, 4]);
        assert_eq!(seen.threads[&2].waits_for(), Some(Wait::Process));
        assert_eq!(seen.threads[&2].words(true), "it slept in the system call wait4");
        assert_eq!(seen.threads[&4].words(false), "it sleeps in the system call \\x1b[2J");
        let damage = damage.expect("two lines");
        assert_eq!((damage.count, damage.message.as_str()), (Some(2), "2 lines cannot be read"));
    }
}
