//! The settings: read once, from the environment, before the first record.

use core::ops::RangeInclusive;

use instr_format::names;
use instr_format::number::parse_decimal;
use instr_format::pattern::Patterns;
use instr_format::ring::{self, Clock};
use once_cell::race::OnceRef;

use crate::arena::{Arena, List};
use crate::filter::Filter;
use crate::sys;

/// What holds for the process and for the children that it forks.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    /// Absolute, with `%p` and `%e` still in it.
    pub(crate) output_dir: &'static [u8],
    pub(crate) sink: Sink,
    pub(crate) ring: Ring,
    pub(crate) filter: Filter,
    /// Whether crashes are recorded.
    pub(crate) crash: bool,
    /// Whether the runtime may say on stderr what it could not do.
    pub(crate) echo: bool,
    /// Every variable that was set, for the run's own description.
    pub(crate) given: List<(&'static str, &'static [u8]), { names::VARIABLES.len() }>,
    /// What was wrong with their values.
    pub(crate) bad: List<&'static str, { names::VARIABLES.len() }>,
    /// Variables that look like ours and are not.
    pub(crate) unknown: List<&'static str, 16>,
}

/// What takes the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sink {
    Write,
    Ring,
    Count,
}

/// How rings are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ring {
    /// Bytes of blocks, which a forked child cannot change either.
    pub(crate) size: u32,
    pub(crate) clock: Clock,
    /// How many bytes of what a ring overwrites are kept.
    pub(crate) history: Option<u64>,
}

static SETTINGS: OnceRef<'static, Settings> = OnceRef::new();

/// The settings, once they have been read. Async-signal-safe.
pub(crate) fn get() -> Option<&'static Settings> {
    SETTINGS.get()
}

/// Reads the environment, for normal context only. `None`: there is no memory, or the program runs with rights that its
/// starter may not have, and takes no orders from the environment.
pub(crate) fn read(arena: &mut Arena) -> Option<&'static Settings> {
    if sys::is_privileged() {
        return None;
    }
    let settings = Reader { arena, given: List::new(), bad: List::new() }.settings();
    let _ = SETTINGS.set(arena.keep(settings)?);
    get()
}

struct Reader<'a> {
    arena: &'a mut Arena,
    given: List<(&'static str, &'static [u8]), { names::VARIABLES.len() }>,
    bad: List<&'static str, { names::VARIABLES.len() }>,
}

impl Reader<'_> {
    fn settings(mut self) -> Settings {
        let output_dir = self.value(names::OUTPUT_DIR).unwrap_or(names::DEFAULT_OUTPUT_DIR.as_bytes());
        let enabled = self.switch(names::ENABLE, true);
        let sink = self.sink();
        let ring = self.ring();
        let filter = Filter {
            include: self.patterns(names::INCLUDE),
            exclude: self.patterns(names::EXCLUDE),
            threads: self.list(names::THREAD),
        };
        let crash = self.switch(names::CRASH, true);
        let echo = self.switch(names::ECHO_STDERR, false);
        Settings {
            enabled,
            output_dir: absolute(self.arena, output_dir),
            sink,
            ring,
            filter,
            crash,
            echo,
            unknown: unknown(self.arena),
            given: self.given,
            bad: self.bad,
        }
    }

    /// The value of a variable; empty is unset.
    fn value(&mut self, name: &'static str) -> Option<&'static [u8]> {
        let value = sys::variable(name, |value| self.arena.bytes(value)).filter(|value| !value.is_empty())?;
        self.given.push((name, value));
        Some(value)
    }

    fn text(&mut self, name: &'static str) -> Option<&'static str> {
        let text = str::from_utf8(self.value(name)?).ok();
        if text.is_none() {
            self.bad.push(self.arena.text(format_args!("{name}: not UTF-8, ignored")));
        }
        text
    }

    /// A list of words between commas, in which there are some.
    fn list(&mut self, name: &'static str) -> Option<&'static str> {
        self.text(name).filter(|list| list.split(',').any(|word| !word.trim().is_empty()))
    }

    fn switch(&mut self, name: &'static str, default: bool) -> bool {
        let Some(text) = self.text(name) else { return default };
        let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
        if is_one_of(["0", "false", "off", "no"]) {
            false
        } else if is_one_of(["1", "true", "on", "yes"]) {
            true
        } else {
            let kept = if default { "on" } else { "off" };
            self.bad.push(self.arena.text(format_args!("{name}={text}: expected on or off, stays {kept}")));
            default
        }
    }

    fn patterns(&mut self, name: &'static str) -> Option<&'static str> {
        let list = self.text(name)?;
        match Patterns::new(list) {
            Ok(patterns) => (!patterns.is_empty()).then_some(list),
            Err(error) => {
                self.bad.push(self.arena.text(format_args!("{name}: {error}, the variable is ignored")));
                None
            }
        }
    }

    fn sink(&mut self) -> Sink {
        let sinks =
            [(names::SINK_WRITE, Sink::Write), (names::SINK_RING, Sink::Ring), (names::SINK_COUNT, Sink::Count)];
        self.word(names::SINK, sinks).unwrap_or(Sink::Write)
    }

    fn ring(&mut self) -> Ring {
        let size = self.bytes(names::RING_BYTES, ring::SIZE_MIN..=ring::SIZE_MAX);
        let clock = self.word(names::CLOCK, Clock::ALL.map(|clock| (clock.word(), clock)));
        let history = self.switch(names::RING_HISTORY, false);
        let kept = self.bytes(names::MAX_BYTES, ring::SIZE_MIN..=u64::MAX).unwrap_or(names::DEFAULT_MAX_BYTES);
        // Whole blocks, and as many in each half.
        let size = size.unwrap_or(names::DEFAULT_RING_BYTES).next_multiple_of(ring::SIZE_MIN);
        Ring { size: size as u32, clock: clock.unwrap_or(Clock::Coarse), history: history.then_some(kept) }
    }

    /// The value that one of three words stands for.
    fn word<T: Copy>(&mut self, name: &'static str, words: [(&str, T); 3]) -> Option<T> {
        let text = self.text(name)?;
        let found = words.iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word));
        if found.is_none() {
            let [first, second, third] = words.map(|(word, _)| word);
            self.bad.push(self.arena.text(format_args!(
                "{name}={text}: expected `{first}`, `{second}` or `{third}`, the variable is ignored"
            )));
        }
        found.map(|(_, value)| *value)
    }

    /// A number of bytes, with a suffix or without.
    fn bytes(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let text = self.text(name)?;
        let bytes = parse_bytes(text.trim()).filter(|bytes| range.contains(bytes));
        if bytes.is_none() {
            let (least, most) = (range.start() >> 10, range.end() >> 30);
            self.bad.push(self.arena.text(format_args!(
                "{name}={text}: expected a number of bytes with or without K, M or G, from {least}K to {most}G, the \
                 variable is ignored"
            )));
        }
        bytes
    }
}

/// `4096`, `64K`, `1M` or `2G`.
fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..)? {
        "" => 1,
        "K" | "k" => 1 << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => return None,
    };
    parse_decimal(digits.as_bytes())?.checked_mul(unit)
}

/// A misspelled variable would otherwise do nothing, silently.
fn unknown(arena: &mut Arena) -> List<&'static str, 16> {
    let mut unknown = List::new();
    let known = |name: &str| names::VARIABLES.iter().any(|variable| variable.name == name);
    sys::for_each_variable(|name| {
        if let Ok(name) = str::from_utf8(name)
            && name.starts_with(names::PREFIX)
            && !known(name)
        {
            unknown.push(arena.text(format_args!("{name}: not a variable of this version, ignored")));
        }
    });
    unknown
}

/// The program may change its directory before a child is forked. Empty where the present one has no path any more.
fn absolute(arena: &mut Arena, path: &'static [u8]) -> &'static [u8] {
    if path.starts_with(b"/") {
        return path;
    }
    sys::current_directory(|directory| {
        if directory.is_empty() {
            return &[][..];
        }
        let joined = arena.slice(directory.len() + 1 + path.len(), b'/');
        let (head, tail) = joined.split_at_mut(directory.len().min(joined.len()));
        if let Some(tail) = tail.get_mut(1..) {
            head.copy_from_slice(directory);
            tail.copy_from_slice(path);
        }
        &*joined
    })
}
