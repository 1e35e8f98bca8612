//! What the crash handler and the panic hook would have written into a run made by hand.

use instr_format::escape::Escaped;
use instr_format::files::{CRASH_JSON, PANIC_JSON};
use instr_format::panics::SIZE;
use serde_json::json;

use crate::fake_run::{FakeRun, PID, START_NS};

/// A panic.
#[derive(Debug, Clone, Copy)]
pub struct FakePanic {
    /// Kernel thread id.
    pub tid: u64,
    /// The statement that the thread was in.
    pub statement: u32,
    /// File and line.
    pub place: (&'static str, u64),
    /// What it said.
    pub message: Option<&'static str>,
}

impl FakeRun {
    /// Writes that this thread was hit by SIGSEGV, 20 ms after the run began.
    pub fn crash(&self, tid: u64, statement: u32) {
        let json = json!({
            "schema_version": 1, "pid": PID, "tid": tid, "reuse": 1, "unix_ns": START_NS + 20_000_000,
            "signal": "SIGSEGV", "signal_number": libc::SIGSEGV, "code": "SEGV_MAPERR", "code_number": 1,
            "fault_address": "0x10", "sender": null, "statement": statement,
        });
        self.write(CRASH_JSON, json.to_string());
    }

    /// Writes what these panics said, of which the first one was the first.
    pub fn panics(&self, panics: &[FakePanic]) {
        let mut file = Vec::new();
        for (number, panic) in (1_u64..).zip(panics) {
            let len = panic.message.map_or(0, str::len);
            let (path, line) = panic.place;
            let message = panic.message.map(|message| Escaped(message.as_bytes()).to_string());
            let json = json!({
                "schema_version": 1, "number": number, "tid": panic.tid, "reuse": 1, "unix_ns": START_NS, "file": path,
                "line": line, "column": 9, "statement": panic.statement, "message": message, "message_bytes": len,
                "kept_bytes": len,
            });
            file.extend(json.to_string().into_bytes());
            file.resize(SIZE * usize::try_from(number).expect("few") - 1, b' ');
            file.push(b'\n');
        }
        self.write(PANIC_JSON, file);
    }
}
