//! Which threads and files the user asked for.

use std::borrow::Cow;

use instr_format::names::THREAD_NAME_MAX;
use instr_format::pattern::{BadPattern, Patterns};

use super::record::{Record, What};
use super::sites::Sites;
use super::statement::unescaped;

/// The options `--thread`, `--include` and `--exclude`.
#[derive(Debug)]
pub struct Filter<'a> {
    threads: Vec<&'a str>,
    include: Patterns<'a>,
    exclude: Patterns<'a>,
    restricts_files: bool,
}

impl<'a> Filter<'a> {
    /// Takes three comma lists; an empty one restricts nothing.
    ///
    /// # Errors
    /// The first pattern that is none.
    pub fn new(threads: &'a str, include: &'a str, exclude: &'a str) -> Result<Self, BadPattern<'a>> {
        let threads = threads.split(',').map(str::trim).filter(|thread| !thread.is_empty()).collect();
        let (include, exclude) = (Patterns::new(include)?, Patterns::new(exclude)?);
        let restricts_files = !include.is_empty() || !exclude.is_empty();
        Ok(Filter { threads, include, exclude, restricts_files })
    }

    /// Whether a thread is asked for, by its id or by its name, of which only what the kernel keeps is compared.
    pub fn takes_thread(&self, tid: u64, name: &str) -> bool {
        self.threads.is_empty() || self.threads.iter().any(|thread| kept(thread) == name || thread.parse() == Ok(tid))
    }

    /// Whether statements of this file are asked for.
    pub fn takes_file(&self, file: &str) -> bool {
        (self.include.is_empty() || self.include.matches(file)) && !self.exclude.matches(file)
    }

    /// Whether any file is left out.
    #[inline]
    pub fn restricts_files(&self) -> bool {
        self.restricts_files
    }

    /// Whether any thread is left out.
    pub fn restricts_threads(&self) -> bool {
        !self.threads.is_empty()
    }

    /// Whether anything at all is left out.
    pub fn restricts(&self) -> bool {
        self.restricts_files() || self.restricts_threads()
    }
}

/// Which records are asked for, by their files; remembers it for the statements that it has met.
pub struct Taken<'a> {
    filter: &'a Filter<'a>,
    sites: &'a Sites,
    known: Vec<Option<bool>>,
}

impl<'a> Taken<'a> {
    /// Of the statements in `sites`.
    pub fn new(filter: &'a Filter<'a>, sites: &'a Sites) -> Self {
        let known = if filter.restricts_files() { vec![None; sites.end()] } else { Vec::new() };
        Taken { filter, sites, known }
    }

    /// Whether every record is asked for.
    pub fn takes_all(&self) -> bool {
        !self.filter.restricts_files()
    }

    /// Whether this record is asked for. The file of a statement that the table does not have is none of those.
    #[inline]
    pub fn takes(&mut self, record: &Record<'_>) -> bool {
        if self.takes_all() {
            return true;
        }
        match record.what {
            What::Line(_, site) => self.filter.takes_file(&unescaped(site.file)),
            What::Site(id) => {
                let Some(known) = self.known.get_mut(id as usize) else { return false };
                let look = || self.sites.text(id).is_some_and(|site| self.filter.takes_file(&unescaped(site.file)));
                *known.get_or_insert_with(look)
            }
        }
    }
}

/// What is read back of a name that the kernel has cut, maybe within a character.
fn kept(name: &str) -> Cow<'_, str> {
    String::from_utf8_lossy(name.as_bytes().get(..THREAD_NAME_MAX).unwrap_or(name.as_bytes()))
}
