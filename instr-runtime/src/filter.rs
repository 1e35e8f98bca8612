//! Which statements and which threads are recorded. Statements are decided once, before the first record; threads once each,
//! when they begin.

use instr_format::escape::unescape;
use instr_format::filter::{self, Place};
use instr_format::names::THREAD_NAME_MAX;
use instr_format::number::Decimal;
use instr_format::sites::Function;
use instr_format::text::{FILE_MAX, FUNC_MAX};

use crate::sys::ThreadName;

/// The regular expressions of the settings. Programs that are built for the stack alone have no filters.
#[cfg(feature = "enabled")]
pub(crate) use regex_lite::Regex;
#[cfg(not(feature = "enabled"))]
#[derive(Debug)]
pub(crate) enum Regex {}

/// Which statements the settings ask for.
#[derive(Debug)]
pub(crate) struct SiteFilter(pub(crate) filter::Filter<'static, Regex>);

/// Which threads, by their ids and names; `None`: all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadFilter(pub(crate) Option<&'static str>);

#[cfg(feature = "enabled")]
fn is_match(regex: &Regex, text: &str) -> bool {
    regex.is_match(text)
}
#[cfg(not(feature = "enabled"))]
fn is_match(regex: &Regex, _: &str) -> bool {
    match *regex {}
}

impl SiteFilter {
    /// Whether the statements of a function are recorded that stand in this file. The texts are escaped, as they stand in the
    /// site table.
    pub(crate) fn admits(&self, function: &Function<'_>, file: &[u8]) -> bool {
        if self.0.admits_all() {
            return true;
        }
        let (mut file_text, mut path) = (Text::<FILE_MAX>::new(), Text::<{ 2 * FUNC_MAX }>::new());
        file_text.put(file);
        path.put(function.module);
        let module_len = path.len;
        path.put(b"::");
        path.put(function.name);
        self.0.admits(&Place { file: file_text.get(), path: path.get(), module_len }, is_match)
    }
}

impl ThreadFilter {
    /// Whether the statements of a thread are recorded. Async-signal-safe.
    pub(crate) fn admits(&self, tid: u32, name: &ThreadName, is_main: bool) -> bool {
        let Some(list) = self.0 else { return true };
        let number = Decimal::new(u64::from(tid));
        list.split(',').map(|entry| entry.trim().as_bytes()).filter(|entry| !entry.is_empty()).any(|entry| {
            let kept = entry.get(..THREAD_NAME_MAX).unwrap_or(entry);
            entry == number.as_bytes() || kept == name.as_bytes() || (is_main && entry == b"main")
        })
    }
}

/// A text that is put together. What does not fit is cut.
struct Text<const SIZE: usize> {
    bytes: [u8; SIZE],
    len: usize,
}

impl<const SIZE: usize> Text<SIZE> {
    fn new() -> Self {
        Text { bytes: [0; SIZE], len: 0 }
    }

    fn put(&mut self, escaped: &[u8]) {
        for byte in unescape(escaped).map_while(Result::ok) {
            if let Some(place) = self.bytes.get_mut(self.len) {
                *place = byte;
                self.len += 1;
            }
        }
    }

    /// Empty if it is not UTF-8, as where it was cut.
    fn get(&self) -> &str {
        self.bytes.get(..self.len).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }
}
