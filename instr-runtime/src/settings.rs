//! The settings: read once, from the environment, before the first record.

use instr_format::names;
use instr_format::pattern::Patterns;
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
    pub(crate) filter: Filter,
    /// Whether the runtime may say on stderr what it could not do.
    pub(crate) echo: bool,
    /// Every variable that was set, for the run's own description.
    pub(crate) given: List<(&'static str, &'static [u8]), { names::VARIABLES.len() }>,
    /// What was wrong with their values.
    pub(crate) bad: List<&'static str, { names::VARIABLES.len() }>,
    /// Variables that look like ours and are not.
    pub(crate) unknown: List<&'static str, 16>,
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
        self.sink();
        let filter = Filter {
            include: self.patterns(names::INCLUDE),
            exclude: self.patterns(names::EXCLUDE),
            threads: self.text(names::THREAD),
        };
        let echo = self.switch(names::ECHO_STDERR, false);
        Settings {
            enabled,
            output_dir: absolute(self.arena, output_dir),
            filter,
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

    fn switch(&mut self, name: &'static str, default: bool) -> bool {
        let Some(text) = self.text(name) else { return default };
        let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
        if is_one_of(["0", "false", "off", "no"]) {
            false
        } else if is_one_of(["1", "true", "on", "yes"]) {
            true
        } else {
            let kept = if default { "on" } else { "off" };
            self.bad.push(self.arena.text(format_args!("{name}={text}: expected 1 or 0, stays {kept}")));
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

    fn sink(&mut self) {
        let name = names::SINK;
        if let Some(sink) = self.text(name).filter(|sink| *sink != names::SINK_WRITE) {
            let message = format_args!("{name}={sink}: this version has only `{}`, which is used", names::SINK_WRITE);
            self.bad.push(self.arena.text(message));
        }
    }
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
