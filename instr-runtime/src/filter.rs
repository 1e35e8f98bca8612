//! Which files and which threads are recorded. Files are decided once per site before the first record, threads once
//! per thread.

use instr_format::escape::unescape;
use instr_format::names::THREAD_NAME_MAX;
use instr_format::number::Decimal;
use instr_format::pattern::Patterns;
use instr_format::text::FILE_MAX;

use crate::sys::ThreadName;

/// What the settings ask for; every part that is present must agree.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Patterns on the file path, checked.
    pub(crate) include: Option<&'static str>,
    pub(crate) exclude: Option<&'static str>,
    /// Thread ids and names.
    pub(crate) threads: Option<&'static str>,
}

impl Filter {
    /// Whether the statements of a file are recorded. Its path is escaped, as it stands in the site table.
    pub(crate) fn admits_file(&self, escaped: &[u8]) -> bool {
        let mut file = [0; FILE_MAX];
        let mut len = 0;
        for (place, byte) in file.iter_mut().zip(unescape(escaped).map_while(Result::ok)) {
            *place = byte;
            len += 1;
        }
        let file = file.get(..len).and_then(|file| str::from_utf8(file).ok()).unwrap_or_default();
        let matches = |list: &str| Patterns::new(list).is_ok_and(|patterns| patterns.matches(file));
        self.include.is_none_or(matches) && !self.exclude.is_some_and(matches)
    }

    /// Whether the statements of a thread are recorded. Async-signal-safe.
    pub(crate) fn admits_thread(&self, tid: u32, name: &ThreadName, is_main: bool) -> bool {
        let Some(list) = self.threads else { return true };
        let number = Decimal::new(u64::from(tid));
        list.split(',').map(|entry| entry.trim().as_bytes()).filter(|entry| !entry.is_empty()).any(|entry| {
            let kept = entry.get(..THREAD_NAME_MAX).unwrap_or(entry);
            entry == number.as_bytes() || kept == name.as_bytes() || (is_main && entry == b"main")
        })
    }
}
