//! Which statements wait, as far as their text tells.

use serde::Serialize;

/// What a statement waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wait {
    /// A lock.
    Lock,
    /// A thread's end.
    Thread,
    /// A message, or room for one.
    Message,
    /// A time.
    Time,
    /// Input, output, or a connection.
    Io,
    /// Another process.
    Process,
    /// A signal of another thread: a condition, a barrier, to be unparked, a future.
    Event,
}

/// Calls that wait, as they stand in a statement. One that ends in `(` may have arguments.
const CALLS: [(&str, Wait); 51] = [
    (".lock()", Wait::Lock),
    (".lock_arc()", Wait::Lock),
    (".blocking_lock()", Wait::Lock),
    (".read()", Wait::Lock),
    (".write()", Wait::Lock),
    (".blocking_read()", Wait::Lock),
    (".blocking_write()", Wait::Lock),
    (".upgradable_read()", Wait::Lock),
    ("pthread_mutex_lock(", Wait::Lock),
    ("flock(", Wait::Lock),
    (".lock_exclusive()", Wait::Lock),
    (".join()", Wait::Thread),
    ("thread::scope(", Wait::Thread),
    ("pthread_join(", Wait::Thread),
    (".recv()", Wait::Message),
    (".recv_timeout(", Wait::Message),
    (".recv_deadline(", Wait::Message),
    (".blocking_recv()", Wait::Message),
    (".blocking_send(", Wait::Message),
    (".send(", Wait::Message),
    ("sleep(", Wait::Time),
    ("sleep_until(", Wait::Time),
    ("sleep_ms(", Wait::Time),
    (".accept()", Wait::Io),
    (".incoming()", Wait::Io),
    ("connect(", Wait::Io),
    (".read(", Wait::Io),
    (".read_line(", Wait::Io),
    (".read_until(", Wait::Io),
    (".read_exact(", Wait::Io),
    (".read_to_end(", Wait::Io),
    (".read_vectored(", Wait::Io),
    ("read_to_string(", Wait::Io),
    (".recv_from(", Wait::Io),
    (".lines()", Wait::Io),
    (".write_all(", Wait::Io),
    (".sync_all()", Wait::Io),
    ("libc::read(", Wait::Io),
    ("poll(", Wait::Io),
    ("epoll_wait(", Wait::Io),
    ("select(", Wait::Io),
    (".output()", Wait::Process),
    (".status()", Wait::Process),
    ("waitpid(", Wait::Process),
    (".wait_with_output()", Wait::Process),
    (".wait(", Wait::Event),
    (".wait_while(", Wait::Event),
    (".wait_timeout(", Wait::Event),
    (".wait_timeout_while(", Wait::Event),
    ("park()", Wait::Event),
    ("block_on(", Wait::Event),
];

/// What the statement with this text waits for, by the last call in it that waits.
pub fn wait(snippet: &str) -> Option<Wait> {
    let found = CALLS.iter().filter_map(|(call, wait)| Some(((rfind(snippet, call)?, call.len()), *wait)));
    found.max_by_key(|(place, _)| *place).map(|(_, wait)| wait)
}

/// Where the call stands for the last time; a name that ends like it is another one.
fn rfind(snippet: &str, call: &str) -> Option<usize> {
    snippet.rmatch_indices(call).map(|(at, _)| at).find(|at| {
        let before = snippet[..*at].chars().next_back();
        call.starts_with('.') || before.is_none_or(|before| before != '_' && !before.is_alphanumeric())
    })
}

impl Wait {
    /// What it waits for, in words.
    pub fn words(self) -> &'static str {
        match self {
            Wait::Lock => "a lock",
            Wait::Thread => "a thread to end",
            Wait::Message => "a message",
            Wait::Time => "time to pass",
            Wait::Io => "input or output",
            Wait::Process => "another process",
            Wait::Event => "an event",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wait, wait};

    #[test]
    fn the_last_call_that_waits_counts() {
        for (snippet, expected) in [
            ("let mut log = LOG.lock().unwrap();", Some(Wait::Lock)),
            ("let job = jobs.lock().unwrap().recv();", Some(Wait::Message)),
            ("while let Ok(job) = rx.recv() { … }", Some(Wait::Message)),
            ("stream.read(&mut buffer)?;", Some(Wait::Io)),
            ("let table = TABLE.read().unwrap();", Some(Wait::Lock)),
            ("thread::sleep(Duration::from_millis(2));", Some(Wait::Time)),
            ("t.join().unwrap();", Some(Wait::Thread)),
            ("path.join(name);", None),
            ("oversleep(1);", None),
            ("unlock();", None),
            ("", None),
        ] {
            assert_eq!(wait(snippet), expected, "{snippet}");
        }
    }
}
