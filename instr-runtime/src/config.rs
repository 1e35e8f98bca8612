//! `instr.toml`, as far as it is for programs that run: read before `main`, into memory that is not the program's.

use core::fmt;
use core::fmt::Write as _;

use instr_config::{Entry, Found, Shown, refusal, tokens};
use instr_format::{keys, names, value};

use crate::arena::{Arena, List};
use crate::sys::{self, CName, Errno};

/// More errors than this are counted.
const ERRORS: usize = 8;

/// What the file says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    /// Its path, absolute, if there is one that has been read.
    pub(crate) path: Option<&'static [u8]>,
    entries: List<Entry<'static>, { keys::COUNT }>,
}

impl Config {
    pub(crate) const NONE: Config = Config { path: None, entries: List::new() };

    /// Reads the file that `INSTR_CONFIG` names, else the one in the working directory, if there is one. What cannot be used
    /// is left out, and a sentence about it goes to `note`. For normal context.
    pub(crate) fn read(arena: &mut Arena, mut note: impl FnMut(&mut Arena, fmt::Arguments<'_>)) -> Self {
        let is_off = |text: &[u8]| str::from_utf8(text).ok().and_then(value::switch) == Some(false);
        if sys::variable(names::ENABLE, is_off) == Some(true) {
            return Config::NONE;
        }
        let named = sys::variable(names::CONFIG, |path| arena.bytes(path)).filter(|path| !path.is_empty());
        let path = absolute(arena, named.unwrap_or(keys::FILE.as_bytes()));
        let mut name = Name::empty();
        name.push(path);
        sys::with_errno(|| match load(arena, &name) {
            Err(Unreadable::System(Errno::NO_DIRECTORY)) if named.is_none() => Config::NONE,
            // Directories that the program may not look into are nothing to speak of.
            Err(Unreadable::System(_)) if named.is_none() && !sys::is_there(&name) => Config::NONE,
            Err(why) => {
                note(arena, format_args!("{} is ignored: {why}", Lossy(path)));
                Config::NONE
            }
            Ok(text) => {
                let shown = arena.text(format_args!("{}", Lossy(path)));
                Self::parse(arena, (path, shown), text, &mut note)
            }
        })
    }

    fn parse(
        arena: &mut Arena,
        (path, shown): (&'static [u8], &str),
        text: &'static str,
        note: &mut dyn FnMut(&mut Arena, fmt::Arguments<'_>),
    ) -> Self {
        let mut config = Config { path: Some(path), entries: List::new() };
        let Some(first) = tokens(text).next() else { return config };
        let memory = arena.slice(tokens(text).count(), first);
        memory.iter_mut().zip(tokens(text)).for_each(|(place, token)| *place = token);
        let room = arena.slice(text.len(), 0);
        let mut errors = 0;
        instr_config::read(text, memory, room, &mut |found| match found {
            Found::Entry(entry) => config.entries.push(entry),
            Found::Error(error) => {
                errors += 1;
                if errors <= ERRORS {
                    note(arena, format_args!("{}", Shown { file: shown, text, error: &error }));
                }
            }
        });
        if let Some(more @ 1..) = errors.checked_sub(ERRORS) {
            note(arena, format_args!("{shown} has {more} errors more: `instr-analyze check {shown}` shows all"));
        }
        config
    }

    /// What it says in place of a variable, and in which line. In programs that `cargo instr` has built, its own sink goes
    /// before.
    pub(crate) fn value(&self, variable: &str) -> Option<(&'static str, usize)> {
        let is_own = |entry: &Entry<'_>| entry.key.table == keys::CARGO_INSTR && entry.key.is_named("sink");
        let own = self.entries.iter().find(is_own).filter(|_| cfg!(cargo_instr) && variable == names::SINK);
        let is_it = |entry: &Entry<'_>| entry.key.variable().is_some_and(|known| known.name == variable);
        let coverage = || self.coverage().filter(|_| variable == names::COVERAGE);
        let entry = own.or_else(|| self.entries.iter().find(is_it)).or_else(coverage)?;
        (!entry.text.is_empty()).then_some((entry.text, entry.line))
    }

    /// The switch of coverage for all tools, unless it is about another one.
    fn coverage(&self) -> Option<Entry<'static>> {
        let named = |name: &str| {
            self.entries.iter().find(|entry| entry.key.table == keys::COVERAGE && entry.key.is_named(name))
        };
        named("enabled").filter(|_| named("backend").is_none_or(|backend| backend.text == "instr"))
    }
}

/// A variable as it is named in a note: by its key, if that was used.
pub(crate) struct Named {
    pub(crate) variable: &'static str,
    /// Where the key stands: the file, and the line.
    pub(crate) place: Option<(&'static [u8], usize)>,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((file, line)) = self.place else { return f.write_str(self.variable) };
        let name = keys::Name(self.variable.strip_prefix(names::PREFIX).unwrap_or_default());
        write!(f, "{}.{name} ({}:{line})", keys::RUN, Lossy(file))
    }
}

enum Unreadable {
    System(Errno),
    Refused(&'static str),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::System(Errno::NO_DIRECTORY) => f.write_str("there is no such file"),
            Unreadable::System(errno) => errno.fmt(f),
            Unreadable::Refused(why) => f.write_str(why),
        }
    }
}

type Name = CName<4096>;

fn load(arena: &mut Arena, path: &Name) -> Result<&'static str, Unreadable> {
    if let Some(why) = refusal(path.as_bytes()) {
        return Err(Unreadable::Refused(why));
    }
    if path.is_full() {
        return Err(Unreadable::System(Errno::NAME_TOO_LONG));
    }
    let mut is_too_large = false;
    let text = sys::read_file(path, |size| {
        is_too_large = size > keys::SIZE_MAX as u64;
        if is_too_large { &mut [] } else { arena.slice(size as usize, 0) }
    });
    let text = text.map_err(Unreadable::System)?;
    if is_too_large {
        return Err(Unreadable::Refused(instr_config::TOO_LARGE));
    }
    str::from_utf8(text).map_err(|_| Unreadable::Refused(instr_config::NOT_TEXT))
}

/// A path as text.
struct Lossy<'a>(&'a [u8]);

impl fmt::Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            f.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { f.write_char(char::REPLACEMENT_CHARACTER) }
        })
    }
}

/// The program may change its directory before a child is forked. Empty where the present one has no path any more.
pub(crate) fn absolute(arena: &mut Arena, path: &'static [u8]) -> &'static [u8] {
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
