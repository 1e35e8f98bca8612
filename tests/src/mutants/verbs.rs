//! Every verb that reads a run, in this process, and what must hold of what it writes.

use std::ffi::OsString;
use std::fs::{self, File};
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use instr_analyze::cli;

use super::packed::Places;

/// What a verb writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines for people, or of a log.
    Text,
    /// Objects of JSON.
    Json,
    /// Bytes for programs.
    Binary,
}

/// A verb with its options.
#[derive(Debug)]
pub struct Verb {
    /// Its words.
    pub words: &'static [&'static str],
    /// What it writes.
    form: Form,
    /// What it is given.
    on: On,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// The command's directory; it has `--output`.
    Command,
    /// The same, and that of the run to compare it with.
    Both,
    /// The first of these; it writes a directory.
    Pages,
    /// The first of these, for verbs that write to standard output only.
    Listed,
    /// The run's directory, and addresses of its process; it has `--output`.
    Addresses,
    /// The first of these, likewise.
    Run,
    /// `instr.toml`, likewise.
    Config,
}

const fn verb(words: &'static [&'static str], form: Form, on: On) -> Verb {
    Verb { words, form, on }
}

/// All of them. The last one removes the run.
pub const VERBS: [Verb; 32] = [
    verb(&["report"], Form::Text, On::Command),
    verb(&["report", "--history", "50"], Form::Text, On::Command),
    verb(&["report", "--format", "json"], Form::Json, On::Command),
    verb(&["dump"], Form::Text, On::Command),
    verb(&["dump", "--fold"], Form::Text, On::Command),
    verb(&["dump", "--format", "raw"], Form::Text, On::Command),
    verb(&["dump", "--format", "json"], Form::Json, On::Command),
    verb(&["dump", "--fold", "--format", "json"], Form::Json, On::Command),
    verb(&["dump", "--tree"], Form::Text, On::Command),
    verb(&["dump", "--tree", "--format", "json"], Form::Json, On::Command),
    verb(&["tail", "--lines", "20"], Form::Text, On::Command),
    verb(&["crash"], Form::Text, On::Command),
    verb(&["crash", "--format", "json"], Form::Json, On::Command),
    verb(&["export", "--format", "minidump"], Form::Binary, On::Command),
    verb(&["symbolize"], Form::Text, On::Addresses),
    verb(&["symbolize", "--format", "json"], Form::Json, On::Addresses),
    verb(&["stats"], Form::Text, On::Command),
    verb(&["stats", "--format", "json"], Form::Json, On::Command),
    verb(&["coverage"], Form::Text, On::Command),
    verb(&["coverage", "--format", "json"], Form::Json, On::Command),
    verb(&["coverage", "--format", "lcov"], Form::Text, On::Command),
    verb(&["coverage", "--format", "cobertura"], Form::Text, On::Command),
    verb(&["coverage", "--format", "html"], Form::Text, On::Pages),
    verb(&["coverage", "--format", "json", "--diff"], Form::Json, On::Both),
    verb(&["diff"], Form::Text, On::Both),
    verb(&["diff", "--format", "json"], Form::Json, On::Both),
    verb(&["list"], Form::Text, On::Listed),
    verb(&["list", "--format", "json"], Form::Json, On::Listed),
    verb(&["control"], Form::Text, On::Run),
    verb(&["check"], Form::Text, On::Config),
    verb(&["check", "--format", "json"], Form::Json, On::Config),
    verb(&["clean"], Form::Text, On::Listed),
];

/// What is asked for of a process: where nothing can be, and where programs and libraries are.
const ADDRESSES: [&str; 6] = ["0", "401136", "5555555a0000", "7ffff7c80000", "fffffffffffffffe", "ffffffffffffffff"];

/// Where this process writes to, if its standard output and error are files, opened for appending.
#[derive(Debug)]
pub struct Streams<'a> {
    /// Standard output.
    pub stdout: &'a Path,
    /// Standard error.
    pub stderr: &'a Path,
}

impl Verb {
    /// Whether it writes to a file.
    pub fn has_output(&self) -> bool {
        matches!(self.on, On::Command | On::Both | On::Pages | On::Addresses)
    }

    /// Runs it on a run. `scratch` is a directory for its output.
    ///
    /// # Errors
    /// What must not be: that it panics, takes long, or writes what it should not.
    pub fn run(
        &self,
        places: &Places,
        scratch: &Path,
        streams: Option<&Streams<'_>>,
        most: Duration,
    ) -> Result<(), String> {
        let has_pages = self.on == On::Pages;
        let output = scratch.join(if has_pages { "pages" } else { "output" });
        let config = places.command.join(instr_format::keys::FILE);
        let on = match self.on {
            On::Command | On::Both | On::Pages | On::Listed => &places.command,
            On::Run | On::Addresses => &places.run,
            On::Config => &config,
        };
        let mut words: Vec<OsString> = self.words.iter().map(OsString::from).collect();
        words.push(on.into());
        if self.on == On::Both {
            words.push((&places.other).into());
        }
        if self.on == On::Addresses {
            words.extend(ADDRESSES.map(OsString::from));
        }
        if self.has_output() {
            words.extend([OsString::from("--force"), "--output".into(), output.clone().into()]);
            let made = if has_pages { fs::create_dir_all(&output) } else { File::create(&output).map(drop) };
            made.map_err(|error| error.to_string())?;
        }
        for stream in streams.iter().flat_map(|streams| [streams.stdout, streams.stderr]) {
            // What is appended next begins the file.
            File::options().write(true).truncate(true).open(stream).map_err(|error| error.to_string())?;
        }
        let begin = Instant::now();
        catch_unwind(|| cli::main("instr-analyze", words)).map_err(|_| "it panicked".to_owned())?;
        let took = begin.elapsed();
        if took > most {
            return Err(format!("it took {took:?}"));
        }
        if has_pages {
            check_all(&output, self.form)?;
        } else if self.has_output() {
            check(&output, self.form)?;
        }
        if let Some(streams) = streams {
            let form = if self.has_output() { Form::Text } else { self.form };
            check(streams.stdout, form).and_then(|()| check(streams.stderr, Form::Text))?;
        }
        Ok(())
    }
}

/// Whether each file of a directory has what it should.
fn check_all(directory: &Path, form: Form) -> Result<(), String> {
    let entries = fs::read_dir(directory).map_err(|error| error.to_string())?;
    entries.map(|entry| entry.map_err(|error| error.to_string())).try_for_each(|entry| check(&entry?.path(), form))
}

/// Whether a file has what it should, and nothing that a terminal would obey.
fn check(file: &Path, form: Form) -> Result<(), String> {
    if form == Form::Binary {
        return Ok(());
    }
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let text = str::from_utf8(&bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    let is_obeyed = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if let Some(raw) = text.chars().find(is_obeyed) {
        let line = text.lines().find(|line| line.contains(raw)).unwrap_or_default();
        return Err(format!("{raw:?} is written as it is: {line:?}"));
    }
    if form == Form::Json {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
        values.try_for_each(|value| value.map(drop)).map_err(|error| format!("not JSON: {error}"))?;
    }
    Ok(())
}
