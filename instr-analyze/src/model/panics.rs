//! `panic.json`: what panics said.

use instr_format::panics::SIZE;
use serde::{Deserialize, Serialize};

use super::damage::{Damage, DamageKind};
use super::process::read_versioned;
use super::statement::unescaped;

/// A panic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panic {
    /// Its number in the run, from 1.
    pub number: u64,
    /// The thread.
    #[serde(skip_serializing)]
    pub tid: u64,
    /// Which thread of those that had this id, from 1; 0: it has reached no statement.
    #[serde(skip_serializing)]
    pub reuse: u64,
    /// The thread's name, of which the kernel keeps 15 bytes: whole where std knew it.
    #[serde(default, skip_serializing)]
    pub thread: String,
    /// When it was.
    pub unix_ns: u64,
    /// Where in the source.
    #[serde(default)]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(default)]
    pub line: u64,
    /// Column, from 1.
    #[serde(default)]
    pub column: u64,
    /// Id of the statement that the thread was in.
    #[serde(skip_serializing)]
    pub statement: Option<u64>,
    /// What it said, or the beginning of that. `None`: it was no text.
    pub message: Option<String>,
    /// How long all of that was, in bytes.
    pub message_bytes: u64,
    /// How much of that is kept.
    pub kept_bytes: u64,
}

impl Panic {
    /// Where it was, and what it said.
    pub fn words(&self) -> String {
        let place = match &self.file {
            Some(file) => format!("{file}:{}:{}", self.line, self.column),
            None => "an unknown place".to_owned(),
        };
        match &self.message {
            Some(message) if self.kept_bytes < self.message_bytes => {
                format!("{place}: {message}… ({} bytes in all)", self.message_bytes)
            }
            Some(message) => format!("{place}: {message}"),
            None => format!("{place}: a value that is not text"),
        }
    }

    fn unescaped(mut self) -> Self {
        let texts = [Some(&mut self.thread), self.file.as_mut(), self.message.as_mut()];
        for text in texts.into_iter().flatten() {
            *text = unescaped(text.as_bytes());
        }
        self
    }

    /// Whether it is what became of another one: the library's own, when a panic may not unwind any further.
    fn is_consequence(&self) -> bool {
        self.file.as_deref().is_some_and(|file| file.ends_with("library/core/src/panicking.rs"))
            && self.message.as_deref().is_some_and(|message| message.starts_with("panic in a "))
    }
}

/// Reads the file named `name`: its panics, oldest first, and what is wrong with it.
pub fn read(name: &str, file: &[u8]) -> (Vec<Panic>, Vec<Damage>) {
    let (mut panics, mut damage) = (Vec::new(), Vec::new());
    for (place, start) in file.chunks(SIZE).zip((0_u64..).step_by(SIZE)) {
        // One whose panic is still being written is empty.
        let text = place.trim_ascii_end();
        if text.iter().all(|byte| *byte == 0) {
            continue;
        }
        match read_versioned::<Panic>(name, text) {
            Ok(panic) => panics.push(panic.unescaped()),
            Err(found) => damage.push(Damage { start: Some(start), end: Some(start + SIZE as u64), ..found }),
        }
    }
    panics.sort_by_key(|panic| panic.number);
    panics.dedup_by_key(|panic| panic.number);
    // Whoever kills the process may have cut the file.
    if !file.len().is_multiple_of(SIZE) && damage.is_empty() {
        damage.push(Damage::of_file(DamageKind::Torn, name, "the last panic is incomplete"));
    }
    (panics, damage)
}

/// The newest panic of a thread that says why.
pub fn newest(panics: &[Panic], tid: u64, reuse: u64) -> Option<&Panic> {
    of_thread(panics, tid, reuse).find(|panic| !panic.is_consequence()).or_else(|| of_thread(panics, tid, reuse).next())
}

/// The newest panic of a thread in one of these statements.
pub fn newest_in(panics: &[Panic], tid: u64, reuse: u64, statements: [Option<u64>; 2]) -> Option<&Panic> {
    let is_in = |panic: &&Panic| panic.statement.is_some() && statements.contains(&panic.statement);
    of_thread(panics, tid, reuse).filter(|panic| !panic.is_consequence()).find(is_in)
}

/// Newest first.
fn of_thread(panics: &[Panic], tid: u64, reuse: u64) -> impl Iterator<Item = &Panic> {
    panics.iter().rev().filter(move |panic| panic.tid == tid && panic.reuse.max(1) == reuse)
}
