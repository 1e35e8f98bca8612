//! The settings: read once, from the environment, before the first record.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use instr_format::names;
use instr_format::pattern::Patterns;
use once_cell::race::OnceRef;

use crate::filter::Filter;
use crate::sys;

/// What holds for the process and for the children that it forks.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    /// Absolute, with `%p` and `%e` still in it.
    pub(crate) output_dir: Vec<u8>,
    pub(crate) filter: Filter,
    /// Whether the runtime may say on stderr what it could not do.
    pub(crate) echo: bool,
    /// Every variable that was set, for the run's own description.
    pub(crate) given: Vec<(&'static str, Vec<u8>)>,
    /// What was wrong with their values.
    pub(crate) bad: Vec<String>,
    /// Variables that look like ours and are not.
    pub(crate) unknown: Vec<String>,
}

static SETTINGS: OnceRef<'static, Settings> = OnceRef::new();

/// The settings, once they have been read. Async-signal-safe.
pub(crate) fn get() -> Option<&'static Settings> {
    SETTINGS.get()
}

/// Reads the environment. Allocates; for normal context only.
pub(crate) fn read() -> &'static Settings {
    SETTINGS.get_or_init(|| {
        // Records may be made until the process's last instruction, so this is never freed.
        Box::leak(Box::new(Reader::default().settings()))
    })
}

#[derive(Default)]
struct Reader {
    given: Vec<(&'static str, Vec<u8>)>,
    bad: Vec<String>,
}

impl Reader {
    fn settings(mut self) -> Settings {
        let output_dir = self.value(names::OUTPUT_DIR).unwrap_or_else(|| names::DEFAULT_OUTPUT_DIR.into());
        let enabled = self.switch(names::ENABLE, true);
        self.sink();
        let filter = Filter {
            include: self.patterns(names::INCLUDE),
            exclude: self.patterns(names::EXCLUDE),
            threads: self.text(names::THREAD),
        };
        let echo = self.switch(names::ECHO_STDERR, false);
        Settings {
            // A privileged program takes no orders from the environment of whoever started it.
            enabled: enabled && !sys::is_privileged(),
            output_dir: absolute(output_dir),
            filter,
            echo,
            given: self.given,
            bad: self.bad,
            unknown: unknown(),
        }
    }

    /// The value of a variable; empty is unset.
    fn value(&mut self, name: &'static str) -> Option<OsString> {
        let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
        self.given.push((name, value.as_bytes().to_vec()));
        Some(value)
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name)?.into_string() {
            Ok(text) => Some(text),
            Err(_) => {
                self.bad.push(format!("{name}: not UTF-8, ignored"));
                None
            }
        }
    }

    fn switch(&mut self, name: &'static str, default: bool) -> bool {
        let Some(text) = self.text(name) else { return default };
        match text.trim().to_ascii_lowercase().as_str() {
            "0" | "false" | "off" | "no" => false,
            "1" | "true" | "on" | "yes" => true,
            _ => {
                let kept = if default { "on" } else { "off" };
                self.bad.push(format!("{name}={text}: expected 1 or 0, stays {kept}"));
                default
            }
        }
    }

    fn patterns(&mut self, name: &'static str) -> Option<String> {
        let list = self.text(name)?;
        match Patterns::new(&list) {
            Ok(patterns) => (!patterns.is_empty()).then_some(list),
            Err(error) => {
                self.bad.push(format!("{name}: {error}, the variable is ignored"));
                None
            }
        }
    }

    fn sink(&mut self) {
        if let Some(sink) = self.text(names::SINK)
            && sink != names::SINK_WRITE
        {
            self.bad.push(format!("{}={sink}: this version has only `write`, which is used", names::SINK));
        }
    }
}

/// A misspelled variable would otherwise do nothing, silently.
fn unknown() -> Vec<String> {
    let known = |name: &str| names::VARIABLES.iter().any(|variable| variable.name == name);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut unknown: Vec<_> = names.filter(|name| name.starts_with(names::PREFIX) && !known(name)).collect();
    unknown.sort();
    unknown
}

/// The program may change its directory before a child is forked.
fn absolute(path: OsString) -> Vec<u8> {
    let path = PathBuf::from(path);
    let path = if path.is_absolute() { path } else { std::env::current_dir().unwrap_or_default().join(path) };
    path.into_os_string().into_vec()
}
