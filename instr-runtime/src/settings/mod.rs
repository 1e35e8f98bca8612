//! The settings: read once, from the environment and the configuration, before the first record. What an order may change is
//! read from here, too.

#![allow(unsafe_code)]

mod filters;
mod sizes;

use core::fmt;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Acquire, Release};
use core::sync::atomic::{AtomicPtr, AtomicU64};

use instr_format::names;
use instr_format::value::{self, Alternatives, Value};
use once_cell::race::OnceRef;

use crate::arena::{Arena, List};
use crate::config::{Config, Named, absolute};
use crate::filter::{SiteFilter, ThreadFilter};
use crate::sys;

pub(crate) use sizes::{Caps, Ring};

/// What holds for the process and for the children that it forks.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    /// Absolute, with `%p` and `%e` still in it.
    pub(crate) output_dir: &'static [u8],
    /// What is recorded until the process is told something else.
    pub(crate) focus: Focus,
    pub(crate) ring: Ring,
    pub(crate) caps: Caps,
    pub(crate) sites: SiteFilter,
    pub(crate) coverage: Coverage,
    /// Whether crashes are recorded.
    pub(crate) crash: bool,
    /// Whether they are because somebody has said so, which holds for a library in a program of C, too.
    pub(crate) crash_asked: bool,
    /// Whether the runtime may say on stderr what it could not do.
    pub(crate) echo: bool,
    /// Every variable that was set, here or there, for the run's own description.
    pub(crate) given: List<Given, { names::VARIABLES.len() }>,
    /// The configuration file that was read.
    pub(crate) config: Option<&'static [u8]>,
    /// A sentence for each that does not do what it seems to be meant for: it has a value that it cannot have, has no effect
    /// with this sink, or is none of ours.
    pub(crate) notes: Notes,
}

pub(crate) type Notes = List<&'static str, { 2 * names::VARIABLES.len() }>;

/// A variable that was set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) name: &'static str,
    pub(crate) value: &'static [u8],
    /// Where its key stands in the configuration file, if it was set there.
    pub(crate) line: Option<usize>,
}

/// What takes the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sink {
    Write,
    Ring,
    Stack,
    Count,
}

impl Sink {
    /// Whether it keeps each record by itself.
    pub(crate) fn keeps_records(self) -> bool {
        matches!(self, Sink::Write | Sink::Ring)
    }

    /// Every sink.
    pub(crate) const ALL: [Sink; 4] = [Sink::Write, Sink::Ring, Sink::Stack, Sink::Count];

    /// The word that stands in the settings.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Sink::Write => names::SINK_WRITE,
            Sink::Ring => names::SINK_RING,
            Sink::Stack => names::SINK_STACK,
            Sink::Count => names::SINK_COUNT,
        }
    }
}

/// What is kept of each statement besides, whatever the sink and the filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    Off,
    /// Whether it was reached.
    Flags,
    /// How often, too.
    Counts,
}

/// What is recorded, and can change while the process runs.
#[derive(Debug)]
pub(crate) struct Focus {
    /// Number of the order that has said so; 0: the settings have.
    pub(crate) order: AtomicU64,
    pub(crate) sink: Sink,
    /// Of each thread's records, the first and every so many are kept.
    pub(crate) rate: u32,
    /// Thread ids and names.
    pub(crate) threads: ThreadFilter,
}

static SETTINGS: OnceRef<'static, Settings> = OnceRef::new();

/// Null until an order has come.
static ORDERED: AtomicPtr<Focus> = AtomicPtr::new(null_mut());

/// What is to be recorded now, once the settings have been read. Async-signal-safe.
pub(crate) fn focus() -> Option<&'static Focus> {
    // SAFETY: null, or what `set_focus` was given.
    unsafe { ORDERED.load(Acquire).as_ref() }.or_else(|| Some(&get()?.focus))
}

/// Has something else recorded from now on.
pub(crate) fn set_focus(focus: &'static Focus) {
    ORDERED.store(core::ptr::from_ref(focus).cast_mut(), Release);
}

/// The settings, once they have been read. Async-signal-safe.
pub(crate) fn get() -> Option<&'static Settings> {
    SETTINGS.get()
}

/// Reads the environment and the configuration, for normal context only. `None`: there is no memory, or the program runs with rights that its
/// starter may not have, and takes no orders from either.
pub(crate) fn read(arena: &mut Arena) -> Option<&'static Settings> {
    if sys::is_privileged() {
        return None;
    }
    let mut reader = Reader { arena, config: Config::NONE, given: List::new(), notes: List::new() };
    let notes = &mut reader.notes;
    reader.config = Config::read(reader.arena, |arena, note| notes.push(arena.text(note)));
    let settings = reader.settings();
    if arena.is_short {
        // What is missing is not what was asked for.
        return None;
    }
    let _ = SETTINGS.set(arena.keep(settings)?);
    get()
}

struct Reader<'a> {
    arena: &'a mut Arena,
    config: Config,
    given: List<Given, { names::VARIABLES.len() }>,
    notes: Notes,
}

impl Reader<'_> {
    fn settings(mut self) -> Settings {
        let output_dir = self.value(names::OUTPUT_DIR).unwrap_or(names::DEFAULT_OUTPUT_DIR.as_bytes());
        let enabled = self.switch(names::ENABLE, true);
        let sink = self.sink();
        let (ring, caps) = self.sizes(sink);
        let (threads, sites) = self.filters(sink);
        let focus = Focus { order: AtomicU64::new(0), sink, rate: self.rate(sink), threads };
        let coverage = self.coverage();
        let crash = self.given_switch(names::CRASH);
        let echo = self.switch(names::ECHO_STDERR, false);
        self.note_unknown();
        Settings {
            enabled,
            output_dir: absolute(self.arena, output_dir),
            focus,
            ring,
            caps,
            sites,
            coverage,
            crash: crash.unwrap_or(true),
            crash_asked: crash == Some(true),
            echo,
            given: self.given,
            config: self.config.path,
            notes: self.notes,
        }
    }

    /// Misspelt variables would do nothing, without a word.
    fn note_unknown(&mut self) {
        sys::for_each_variable(|name| {
            if let Some(unknown) = str::from_utf8(name).ok().and_then(names::unknown) {
                self.note(format_args!("{unknown}"));
            }
        });
    }

    fn note(&mut self, note: fmt::Arguments<'_>) {
        self.notes.push(self.arena.text(note));
    }

    /// A variable that was set, for a note.
    fn named(&self, name: &'static str) -> Named {
        let line = self.given.iter().find(|given| given.name == name).and_then(|given| given.line);
        Named { variable: name, place: self.config.path.zip(line) }
    }

    /// The value of a variable, or of its key in the configuration; empty is unset.
    fn value(&mut self, name: &'static str) -> Option<&'static [u8]> {
        let variable = sys::variable(name, |value| self.arena.bytes(value)).filter(|value| !value.is_empty());
        let configured = || self.config.value(name).map(|(text, line)| (text.as_bytes(), Some(line)));
        let (value, line) = variable.map(|value| (value, None)).or_else(configured)?;
        self.given.push(Given { name, value, line });
        Some(value)
    }

    fn text(&mut self, name: &'static str) -> Option<&'static str> {
        let text = str::from_utf8(self.value(name)?).ok();
        if text.is_none() {
            self.note(format_args!("{name} is ignored: its value is not UTF-8"));
        }
        text
    }

    /// A list of words between commas, in which there are some.
    fn list(&mut self, name: &'static str) -> Option<&'static str> {
        self.text(name).filter(|list| list.split(',').any(|word| !word.trim().is_empty()))
    }

    fn switch(&mut self, name: &'static str, default: bool) -> bool {
        self.given_switch(name).unwrap_or(default)
    }

    fn given_switch(&mut self, name: &'static str) -> Option<bool> {
        let text = self.text(name)?;
        let switch = value::switch(text);
        if switch.is_none() {
            self.note(format_args!("{name}={text} is ignored: expected {}", Value::Switch));
        }
        switch
    }

    fn sink(&mut self) -> Sink {
        let sinks = Sink::ALL.map(|sink| (sink.word(), sink));
        let chosen = self.word(names::SINK, sinks);
        if cfg!(not(feature = "enabled")) {
            if let Some(refused) = chosen.filter(|sink| *sink != Sink::Stack) {
                let (name, word) = (names::SINK, refused.word());
                let why = if cfg!(feature = "sancov") {
                    "built with the feature `sancov`, this program records edges and has no sink"
                } else {
                    "built with the feature `stack`, this program has no other sink"
                };
                self.note(format_args!("{name}={word} is ignored: {why}"));
            }
            return Sink::Stack;
        }
        // What `cargo instr` builds is whole programs, of which a log would say more than a disk holds.
        chosen.unwrap_or(if cfg!(cargo_instr) { Sink::Ring } else { Sink::Write })
    }

    fn coverage(&mut self) -> Coverage {
        let Some(text) = self.text(names::COVERAGE) else { return Coverage::Off };
        let words = [(names::COVERAGE_FLAGS, Coverage::Flags), (names::COVERAGE_COUNTS, Coverage::Counts)];
        let word = words.iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word)).map(|(_, coverage)| *coverage);
        let switch = value::switch(text).map(|on| if on { Coverage::Flags } else { Coverage::Off });
        let coverage = word.or(switch);
        let name = self.named(names::COVERAGE);
        if coverage.is_none() {
            self.note(format_args!("{name}={text} is ignored: expected {}", Value::SwitchOr(&names::COVERAGES)));
        }
        let coverage = coverage.unwrap_or(Coverage::Off);
        if cfg!(not(feature = "enabled")) && coverage != Coverage::Off {
            self.note(format_args!(
                "{name} is ignored: built with the feature `stack`, this program keeps open statements alone"
            ));
            return Coverage::Off;
        }
        coverage
    }

    /// The value that one of these words stands for.
    fn word<T: Copy, const COUNT: usize>(
        &mut self,
        name: &'static str,
        words: [(&'static str, T); COUNT],
    ) -> Option<T> {
        let text = self.text(name)?;
        let found = words.iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word));
        if found.is_none() {
            let words = words.map(|(word, _)| word);
            self.note(format_args!("{name}={text} is ignored: expected {}", Alternatives(&words)));
        }
        found.map(|(_, value)| *value)
    }

    /// A number of bytes, with a suffix or without.
    fn bytes(&mut self, name: &'static str, least: u64) -> Option<u64> {
        let text = self.text(name)?;
        let bytes = value::bytes(text).filter(|bytes| *bytes >= least);
        if bytes.is_none() {
            self.note(format_args!("{name}={text} is ignored: expected {}", Value::Size(least)));
        }
        bytes
    }
}
