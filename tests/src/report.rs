//! What `instr-analyze report` says.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::Value;

use crate::analyzer;

/// A text report without what depends on when it was asked for: how long ago its runs began.
pub fn without_age(report: &str) -> String {
    let lines = report.split_inclusive('\n').map(|line| {
        let age = line.split_once(", started ").and_then(|(before, rest)| Some((before, rest.split_once(" (")?.1)));
        age.map_or_else(|| line.to_owned(), |(before, time)| format!("{before}, started … ago ({time}"))
    });
    lines.collect()
}

/// The report on one run, as JSON.
#[derive(Debug)]
pub struct Report {
    run: Value,
}

impl Report {
    /// Asks the analyzer about the run in this directory.
    ///
    /// # Panics
    /// When it has nothing to say.
    pub fn of(run: &Path) -> Self {
        let outcome = analyzer::run([OsStr::new("report"), run.as_os_str(), OsStr::new("--format=json")]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let mut report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        Report { run: report["runs"][0].take() }
    }

    /// All of it.
    pub fn run(&self) -> &Value {
        &self.run
    }

    /// How the run ended, in one word, and its exit status.
    pub fn end(&self) -> (&str, Option<&str>) {
        (self.run["end"]["kind"].as_str().expect("a word"), self.run["end"]["code"].as_str())
    }

    /// The signal that ended the run.
    pub fn signal(&self) -> Option<&str> {
        self.run["end"]["signal"].as_str()
    }

    /// All threads.
    ///
    /// # Panics
    /// When there is no list of them.
    pub fn threads(&self) -> &[Value] {
        self.run["threads"].as_array().expect("a list")
    }

    /// Whether it says that a file of this name is damaged.
    pub fn has_damaged(&self, file: &str) -> bool {
        let of_threads = self.threads().iter().filter_map(|thread| thread["damage"].as_array());
        let mut damage = of_threads.chain(self.run["damage"].as_array()).flatten();
        damage.any(|damage| damage["file"] == file)
    }

    /// What it says of clocks that went back or leapt in a thread.
    ///
    /// # Panics
    /// When the thread has no list of damage.
    pub fn of_clocks<'a>(thread: &'a Value) -> impl Iterator<Item = &'a Value> + use<'a> {
        thread["damage"].as_array().expect("a list").iter().filter(|damage| damage["kind"] == "clock")
    }

    /// The only thread of this name.
    ///
    /// # Panics
    /// When there is none, or another.
    pub fn thread(&self, name: &str) -> &Value {
        let mut named = self.threads().iter().filter(|thread| thread["name"] == name);
        match (named.next(), named.next()) {
            (Some(thread), None) => thread,
            _ => panic!("not one thread is named {name}: {:#}", self.run),
        }
    }

    /// The sum of a counter over all threads.
    pub fn sum(&self, counter: &str) -> u64 {
        self.threads().iter().map(|thread| thread[counter].as_u64().expect("a number")).sum()
    }
}
