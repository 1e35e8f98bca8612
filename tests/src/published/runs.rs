//! What an instrumented suite has left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use instr_format::files::{SITES, is_thread_log};
use instr_format::sites::decode_table;
use instr_format::text::decode_record;

use super::suite::MOST_BYTES;
use crate::libtest::{Outcome, path};

/// The runs of a crate's tests.
#[derive(Default)]
pub(super) struct Runs {
    /// The line of the first statement of each function, by the function's path within its crate.
    first_lines: BTreeMap<String, u64>,
    /// The functions that were recorded, and the lines in them.
    recorded: BTreeMap<Vec<u8>, BTreeSet<u64>>,
    pub(super) records: usize,
    /// What is wrong with the files.
    pub(super) damage: Vec<String>,
}

impl Runs {
    pub(super) fn read(output: &Path) -> Self {
        let mut runs = Runs::default();
        for run in crate::cargo_instr::runs(output) {
            // A process that was killed before its first statement has no table.
            let table = fs::read(run.join(SITES)).unwrap_or_default();
            let read = decode_table(&table, |_, site, _| {
                let path = [site.module, b"::", site.name].concat();
                runs.first_lines.entry(path_in_crate(&path)).or_insert(site.line);
            });
            if read.is_err() {
                runs.damage.push(format!("{}: no site table", run.display()));
            }
            for entry in fs::read_dir(&run).expect("files") {
                let entry = entry.expect("an entry");
                if entry.file_name().to_str().is_some_and(is_thread_log) {
                    runs.read_log(&entry.path());
                }
            }
        }
        runs
    }

    fn read_log(&mut self, path: &Path) {
        let log = fs::read(path).expect("a log");
        if log.len() as u64 > MOST_BYTES / 2 {
            let head = log.split(|byte| *byte == b'\n').next().unwrap_or_default();
            eprintln!("long log: {}", head.escape_ascii());
        }
        for line in log.split_inclusive(|byte| *byte == b'\n').skip(1) {
            match line.strip_suffix(b"\n").and_then(decode_record) {
                Some(record) => {
                    if !self.recorded.contains_key(record.site.name) {
                        self.recorded.insert(record.site.name.to_owned(), BTreeSet::new());
                    }
                    if let Some(lines) = self.recorded.get_mut(record.site.name) {
                        lines.insert(record.site.line);
                    }
                    self.records += 1;
                }
                None => self.damage.push(format!("{}: {}", path.display(), line.escape_ascii())),
            }
        }
    }

    /// The tests that have statements and passed: those whose first statement was recorded, and those where it was not.
    pub(super) fn tests<'t>(&self, tests: &'t [Outcome], unrecorded: &[&str]) -> (Vec<&'t str>, Vec<&'t str>) {
        let recorded: BTreeSet<(String, u64)> = self
            .recorded
            .iter()
            .flat_map(|(name, lines)| lines.iter().map(|line| (path_in_crate(name), *line)))
            .collect();
        let passed = tests.iter().filter(|(_, outcome)| outcome == "ok").map(|(name, _)| path(name));
        let tests: BTreeSet<&str> = passed.filter(|name| !unrecorded.contains(name)).collect();
        let with_statements = tests.into_iter().filter(|name| self.first_lines.contains_key(*name));
        with_statements.partition(|name| recorded.contains(&((*name).to_owned(), self.first_lines[*name])))
    }
}

fn path_in_crate(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    path.split_once("::").map_or_else(|| path.to_string(), |(_, path)| path.to_owned())
}
