//! The options that all verbs share.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use instr_format::escape::Printable;

use super::Failure;
use crate::model::filter::Filter;
use crate::report::paint::Paint;
use crate::run::files::RunFiles;
use crate::run::find;

#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Output directories (all their runs), directories of one command of cargo instr or of one run, or `latest`: the newest
    /// run in ./instr-logs or the newest command's in target/instr/runs of the workspace around, whichever is newer
    #[arg(value_name = "RUN", default_value = find::LATEST)]
    runs: Vec<PathBuf>,
    /// Only these threads: comma list of ids or names
    #[arg(long, value_name = "LIST")]
    thread: Vec<String>,
    /// Only statements of these files: comma list of globs; one without wildcards matches anywhere in the path
    #[arg(long, value_name = "LIST")]
    include: Vec<String>,
    /// No statements of these files; the same patterns
    #[arg(long, value_name = "LIST")]
    exclude: Vec<String>,
    /// Source lines to show before and behind a statement; `diff`: statements
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) context: u64,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

/// Where a verb writes, and whether in colour.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Whether to colour the text; `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Write to this file instead of stdout
    #[arg(long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Let --output replace an existing file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

/// How a verb writes what it has found.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// The comma lists of the filter options, each joined from all its uses.
pub(crate) struct Lists {
    thread: String,
    include: String,
    exclude: String,
}

impl Lists {
    /// The names of threads, one by one.
    pub(crate) fn threads(&self) -> Vec<&str> {
        self.thread.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
    }

    /// The same, with these threads instead.
    pub(crate) fn with_thread(&self, thread: &str) -> Self {
        Lists { thread: thread.to_owned(), include: self.include.clone(), exclude: self.exclude.clone() }
    }

    pub(crate) fn filter(&self) -> Result<Filter<'_>, Failure> {
        Filter::new(&self.thread, &self.include, &self.exclude).map_err(|error| Failure::Input(error.to_string()))
    }
}

impl Common {
    /// The directories of the runs that were named.
    pub(crate) fn find_runs(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut found = Vec::new();
        for path in &self.runs {
            found.extend(find::find(path)?);
        }
        Ok(found)
    }

    /// The words for runs.
    pub(crate) fn runs(&self) -> &[PathBuf] {
        &self.runs
    }

    /// The first RUN, if it is a bare word that names nothing.
    pub(crate) fn missing_word(&self) -> Option<&Path> {
        let word = self.runs.first()?;
        let is_bare = word.as_os_str() != find::LATEST && !word.as_os_str().as_bytes().contains(&b'/');
        let is_missing = || word.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
        (is_bare && is_missing()).then_some(word)
    }

    /// Opens the runs that were named.
    pub(crate) fn open_runs(&self) -> Result<Vec<RunFiles>, Failure> {
        let open = |dir: &PathBuf| RunFiles::open(dir).map_err(|error| cannot_read(dir, &error));
        self.find_runs()?.iter().map(open).collect()
    }

    pub(crate) fn lists(&self) -> Lists {
        let join = |lists: &[String]| lists.join(",");
        Lists { thread: join(&self.thread), include: join(&self.include), exclude: join(&self.exclude) }
    }

    pub(crate) fn paint(&self) -> Paint {
        self.writing.paint()
    }

    /// Where the result goes.
    pub(crate) fn open_output(&self) -> Result<Box<dyn Write>, Failure> {
        self.writing.open_output()
    }
}

impl Writing {
    pub(crate) fn paint(&self) -> Paint {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self.color {
            Color::Always => Paint::colours(),
            Color::Auto if self.output.is_none() && io::stdout().is_terminal() && !no_color => Paint::colours(),
            Color::Auto | Color::Never => Paint::default(),
        }
    }

    /// Where the result goes.
    pub(crate) fn open_output(&self) -> Result<Box<dyn Write>, Failure> {
        let Some(path) = &self.output else { return Ok(Box::new(BufWriter::new(io::stdout().lock()))) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(!self.force).create(true).truncate(self.force);
        match options.open(path) {
            Ok(file) => Ok(Box::new(BufWriter::new(file))),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
            Err(error) => Err(Failure::Input(format!("cannot create {}: {error}", shown(path)))),
        }
    }
}

pub(crate) fn exists(path: &Path) -> Failure {
    Failure::Input(format!("{} exists; name another file, or add --force to replace it", shown(path)))
}

pub(crate) fn cannot_read(dir: &Path, error: &io::Error) -> Failure {
    Failure::Input(format!("cannot read {}: {error}", shown(dir)))
}

/// A path for a message.
pub(crate) fn shown(path: &Path) -> String {
    Printable(path.as_os_str().as_bytes()).to_string()
}
