//! Which files and which threads are recorded. Files are decided once per site before the first record, threads once
//! per thread.

use instr_format::number::Decimal;
use instr_format::pattern::Patterns;

/// The kernel keeps no more bytes of a thread's name.
const NAME_LEN: usize = 15;

/// What the settings ask for; every part that is present must agree.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Patterns on the file path, checked.
    pub(crate) include: Option<String>,
    pub(crate) exclude: Option<String>,
    /// Thread ids and names.
    pub(crate) threads: Option<String>,
}

impl Filter {
    /// Whether the statements of `file` are recorded.
    pub(crate) fn admits_file(&self, file: &str) -> bool {
        let matches = |list: &str| Patterns::new(list).is_ok_and(|patterns| patterns.matches(file));
        self.include.as_deref().is_none_or(matches) && !self.exclude.as_deref().is_some_and(matches)
    }

    /// Whether the statements of a thread are recorded. Async-signal-safe.
    pub(crate) fn admits_thread(&self, tid: u32, name: &[u8], is_main: bool) -> bool {
        let Some(list) = &self.threads else { return true };
        let number = Decimal::new(u64::from(tid));
        list.split(',').map(|entry| entry.trim().as_bytes()).filter(|entry| !entry.is_empty()).any(|entry| {
            let kept = entry.get(..NAME_LEN).unwrap_or(entry);
            entry == number.as_bytes() || kept == name || (is_main && entry == b"main")
        })
    }
}
