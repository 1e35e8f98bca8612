//! Which threads and files the user asked for.

use std::borrow::Cow;

use instr_format::names::THREAD_NAME_MAX;
use instr_format::pattern::{BadPattern, Patterns};
use instr_format::text::decode_record;

use super::statement::unescaped;

/// The options `--thread`, `--include` and `--exclude`.
#[derive(Debug)]
pub struct Filter<'a> {
    threads: Vec<&'a str>,
    include: Patterns<'a>,
    exclude: Patterns<'a>,
}

impl<'a> Filter<'a> {
    /// Takes three comma lists; an empty one restricts nothing.
    ///
    /// # Errors
    /// The first pattern that is none.
    pub fn new(threads: &'a str, include: &'a str, exclude: &'a str) -> Result<Self, BadPattern<'a>> {
        let threads = threads.split(',').map(str::trim).filter(|thread| !thread.is_empty()).collect();
        Ok(Filter { threads, include: Patterns::new(include)?, exclude: Patterns::new(exclude)? })
    }

    /// Whether a thread is asked for, by its id or by its name, of which only what the kernel keeps is compared.
    pub fn takes_thread(&self, tid: u64, name: &str) -> bool {
        self.threads.is_empty() || self.threads.iter().any(|thread| kept(thread) == name || thread.parse() == Ok(tid))
    }

    /// Whether statements of this file are asked for.
    pub fn takes_file(&self, file: &str) -> bool {
        (self.include.is_empty() || self.include.matches(file)) && !self.exclude.matches(file)
    }

    /// Whether the record of this line is asked for, by its file.
    pub fn takes_line(&self, line: &[u8]) -> bool {
        !self.restricts_files()
            || decode_record(line).is_some_and(|record| self.takes_file(&unescaped(record.site.file)))
    }

    /// Whether any file is left out.
    pub fn restricts_files(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty()
    }

    /// Whether anything at all is left out.
    pub fn restricts(&self) -> bool {
        self.restricts_files() || !self.threads.is_empty()
    }
}

/// What is read back of a name that the kernel has cut, maybe within a character.
fn kept(name: &str) -> Cow<'_, str> {
    String::from_utf8_lossy(name.as_bytes().get(..THREAD_NAME_MAX).unwrap_or(name.as_bytes()))
}
