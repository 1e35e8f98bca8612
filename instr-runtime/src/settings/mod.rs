//! The settings: read once, from the environment, before the first record. What an order may change is read from here, too.

#![allow(unsafe_code)]

mod filters;

use core::fmt;
use core::ops::RangeInclusive;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Acquire, Release};
use core::sync::atomic::{AtomicPtr, AtomicU64};

use instr_format::number::parse_decimal;
use instr_format::ring::{self, Clock};
use instr_format::{names, spelling};
use once_cell::race::OnceRef;

use crate::arena::{Arena, List};
use crate::filter::{SiteFilter, ThreadFilter};
use crate::sys;

/// What holds for the process and for the children that it forks.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    /// Absolute, with `%p` and `%e` still in it.
    pub(crate) output_dir: &'static [u8],
    /// What is recorded until the process is told something else.
    pub(crate) focus: Focus,
    pub(crate) ring: Ring,
    pub(crate) sites: SiteFilter,
    /// Whether crashes are recorded.
    pub(crate) crash: bool,
    /// Whether the runtime may say on stderr what it could not do.
    pub(crate) echo: bool,
    /// Every variable that was set, for the run's own description.
    pub(crate) given: List<(&'static str, &'static [u8]), { names::VARIABLES.len() }>,
    /// A sentence for each that does not do what it seems to be meant for: it has a value that it cannot have, has no effect
    /// with this sink, or is none of ours.
    pub(crate) notes: Notes,
}

pub(crate) type Notes = List<&'static str, { 2 * names::VARIABLES.len() }>;

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

/// How rings are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ring {
    /// Bytes of records, a power of two.
    pub(crate) size: u32,
    pub(crate) clock: Clock,
    /// How many bytes of what a ring overwrites are kept.
    pub(crate) history: Option<u64>,
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

/// Reads the environment, for normal context only. `None`: there is no memory, or the program runs with rights that its
/// starter may not have, and takes no orders from the environment.
pub(crate) fn read(arena: &mut Arena) -> Option<&'static Settings> {
    if sys::is_privileged() {
        return None;
    }
    let settings = Reader { arena, given: List::new(), notes: List::new() }.settings();
    if arena.is_short {
        // What is missing is not what was asked for.
        return None;
    }
    let _ = SETTINGS.set(arena.keep(settings)?);
    get()
}

struct Reader<'a> {
    arena: &'a mut Arena,
    given: List<(&'static str, &'static [u8]), { names::VARIABLES.len() }>,
    notes: Notes,
}

impl Reader<'_> {
    fn settings(mut self) -> Settings {
        let output_dir = self.value(names::OUTPUT_DIR).unwrap_or(names::DEFAULT_OUTPUT_DIR.as_bytes());
        let enabled = self.switch(names::ENABLE, true);
        let sink = self.sink();
        let ring = self.ring(sink);
        let (threads, sites) = self.filters(sink);
        let focus = Focus { order: AtomicU64::new(0), sink, rate: self.rate(sink), threads };
        let crash = self.switch(names::CRASH, true);
        let echo = self.switch(names::ECHO_STDERR, false);
        self.note_unknown();
        Settings {
            enabled,
            output_dir: absolute(self.arena, output_dir),
            focus,
            ring,
            sites,
            crash,
            echo,
            given: self.given,
            notes: self.notes,
        }
    }

    /// Misspelt variables would do nothing, without a word.
    fn note_unknown(&mut self) {
        let known = || names::VARIABLES.iter().map(|variable| variable.name);
        sys::for_each_variable(|name| {
            let Some(name) = str::from_utf8(name).ok().filter(|name| name.starts_with(names::PREFIX)) else { return };
            if known().any(|variable| variable == name) {
                return;
            }
            let suffix = |name: &'static str| name.strip_prefix(names::PREFIX).unwrap_or_default();
            match spelling::closest(&name[names::PREFIX.len()..], known().map(suffix)) {
                Some(meant) => {
                    self.note(format_args!("{name} is not a variable of instr; did you mean {}{meant}?", names::PREFIX))
                }
                None => self.note(format_args!("{name} is not a variable of instr, and is ignored")),
            }
        });
    }

    fn note(&mut self, note: fmt::Arguments<'_>) {
        self.notes.push(self.arena.text(note));
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
            self.note(format_args!("{name} is ignored: its value is not UTF-8"));
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
            self.note(format_args!("{name}={text} is ignored: expected `on` or `off`"));
            default
        }
    }

    fn sink(&mut self) -> Sink {
        let sinks = Sink::ALL.map(|sink| (sink.word(), sink));
        let chosen = self.word(names::SINK, sinks);
        if cfg!(not(feature = "enabled")) {
            if let Some(refused) = chosen.filter(|sink| *sink != Sink::Stack) {
                let (name, word) = (names::SINK, refused.word());
                self.note(format_args!(
                    "{name}={word} is ignored: built with the feature `stack`, this program has no other sink"
                ));
            }
            return Sink::Stack;
        }
        // What `cargo instr` builds is whole programs, of which a log would say more than a disk holds.
        chosen.unwrap_or(if cfg!(cargo_instr) { Sink::Ring } else { Sink::Write })
    }

    fn ring(&mut self, sink: Sink) -> Ring {
        let size = self.bytes(names::RING_BYTES, ring::flat::SIZE_MIN..=u64::MAX);
        let clock = self.word(names::CLOCK, Clock::ALL.map(|clock| (clock.word(), clock)));
        let history = self.switch(names::RING_HISTORY, false);
        let kept = self.bytes(names::MAX_BYTES, ring::flat::SIZE_MIN..=u64::MAX);
        // What these have anyway.
        let own_clock = if sink == Sink::Write { Clock::Full } else { Clock::Off };
        let of_rings = [
            (names::RING_BYTES, size.is_some()),
            (names::CLOCK, clock.is_some_and(|clock| clock != own_clock)),
            (names::RING_HISTORY, history),
            (names::MAX_BYTES, kept.is_some()),
        ];
        for (name, _) in of_rings.into_iter().filter(|(_, is_given)| *is_given && sink != Sink::Ring) {
            let sink = sink.word();
            self.note(format_args!("{name} has no effect with {}={sink}, only with `ring`", names::SINK));
        }
        if sink == Sink::Ring && kept.is_some() && !history {
            self.note(format_args!("{} has no effect without {}=1", names::MAX_BYTES, names::RING_HISTORY));
        }
        let size = size.unwrap_or(names::DEFAULT_RING_BYTES);
        // What is beyond the largest ring is kept where history is.
        let beyond = size.checked_sub(ring::flat::SIZE_MAX).filter(|beyond| *beyond > 0);
        let kept = history.then_some(kept.unwrap_or(names::DEFAULT_MAX_BYTES));
        Ring {
            // A power of two, so that a position's place is found by a mask.
            size: 1 << size.min(ring::flat::SIZE_MAX).ilog2(),
            clock: clock.unwrap_or(Clock::Coarse),
            history: kept.max(beyond),
        }
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
            self.note(format_args!(
                "{name}={text} is ignored: expected {}",
                Alternatives(&words.map(|(word, _)| word))
            ));
        }
        found.map(|(_, value)| *value)
    }

    /// A number of bytes, with a suffix or without.
    fn bytes(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let text = self.text(name)?;
        let bytes = parse_bytes(text.trim()).filter(|bytes| range.contains(bytes));
        if bytes.is_none() {
            let (least, most) = (range.start() >> 10, range.end() >> 30);
            self.note(format_args!("{name}={text} is ignored: expected a size from {least}K to {most}G, such as 16M"));
        }
        bytes
    }
}

/// "`write`, `ring` or `count`".
struct Alternatives<'a>(&'a [&'static str]);

impl fmt::Display for Alternatives<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, word) in self.0.iter().enumerate() {
            let before = match number {
                0 => "",
                number if number + 1 < self.0.len() => ", ",
                _ => " or ",
            };
            write!(f, "{before}`{word}`")?;
        }
        Ok(())
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
