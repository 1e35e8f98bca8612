//! `symbolize`: which functions and places of the source addresses are.

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use instr_format::escape::Printable;

use super::Failure;
use super::options::{Format, Writing, cannot_read, shown};
use crate::model::process::Process;
use crate::report::options::Options;
use crate::report::symbolize::{Subject, json, text};
use crate::run::files::RunFiles;
use crate::run::find;
use crate::run::source::{Roots, Texts, is_ours_alone};
use crate::run::symbolize::{Problem, Symbols, of_file, of_run, usable};

#[derive(Debug, Args)]
pub(crate) struct SymbolizeArguments {
    /// First a program or a library, for addresses in it, or the run of a process, for addresses there: its directory, or
    /// `latest`, which it is without. Then addresses, hexadecimal; without any, they come from standard input, one a line
    #[arg(value_name = "RUN | EXE] [PC")]
    words: Vec<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Source lines to show before and behind each place
    #[arg(long, value_name = "N", default_value_t = 0)]
    context: u64,
    #[command(flatten)]
    writing: Writing,
}

pub(crate) fn run(arguments: &SymbolizeArguments) -> Result<(), Failure> {
    let (target, words) = target(&arguments.words)?;
    let (symbols, run) = match target.metadata() {
        Ok(file) if !file.is_dir() && target != Path::new(find::LATEST) => {
            let refused = |problem: Problem| Failure::Input(format!("{} {problem}", shown(target)));
            // It is said of a file that cannot be used even if no address ever comes.
            usable(target).map_err(refused)?;
            (of_file(target, &addresses(words)?).map_err(refused)?, None)
        }
        _ => {
            let run = open_run(target)?;
            (of_run(&run, is_ours_alone(&run.dir), &addresses(words)?), Some(run))
        }
    };
    let roots = match &run {
        Some(run) => Roots::new(&run.dir, &run.process),
        None => roots_of(target),
    };
    let mut subject = Subject::new(&symbols, run.as_ref(), Texts::new(roots));
    let mut out = arguments.writing.open_output()?;
    let options = Options { context: arguments.context, history_lines: None, paint: arguments.writing.paint() };
    match arguments.format {
        Format::Json => json(&mut subject, &options, &mut out)?,
        Format::Text => text(&mut subject, &options, &mut out)?,
    }
    out.flush()?;
    tell_problems(&symbols);
    if symbols.addresses.iter().any(|address| !address.functions.is_empty()) {
        return Ok(());
    }
    Err(Failure::Nothing("none of these addresses is in a function that is known".to_owned()))
}

/// The first word, if it is no address, and the others.
fn target(words: &[PathBuf]) -> Result<(&Path, &[PathBuf]), Failure> {
    let latest = Path::new(find::LATEST);
    match words.split_first() {
        Some((first, rest)) if first == latest || first.symlink_metadata().is_ok() => Ok((first, rest)),
        Some((first, _)) if address(&first.to_string_lossy()).is_none() => Err(Failure::Input(format!(
            "{} is no run, no file and no address; expected hexadecimal digits such as 0x401136",
            shown(first)
        ))),
        _ => Ok((latest, words)),
    }
}

fn addresses(words: &[PathBuf]) -> Result<Vec<u64>, Failure> {
    let bad = |place: &str, word: &str| {
        let word = Printable(word.as_bytes());
        Failure::Input(format!("{place}{word} is no address; expected hexadecimal digits such as 0x401136"))
    };
    if !words.is_empty() {
        let read = |word: &PathBuf| address(&word.to_string_lossy()).ok_or_else(|| bad("", &word.to_string_lossy()));
        return words.iter().map(read).collect();
    }
    let mut found = Vec::new();
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let line = line.map_err(|error| Failure::Input(format!("cannot read standard input: {error}")))?;
        let word = line.trim();
        if !word.is_empty() {
            found.push(address(word).ok_or_else(|| bad(&format!("standard input, line {number}: "), word))?);
        }
    }
    match found.is_empty() {
        true => Err(Failure::Nothing("no addresses came from standard input".to_owned())),
        false => Ok(found),
    }
}

/// Hexadecimal digits.
fn address(word: &str) -> Option<u64> {
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
    u64::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}

fn open_run(path: &Path) -> Result<RunFiles, Failure> {
    let runs = find::find(path)?;
    let [dir] = runs.as_slice() else {
        let count = runs.len();
        let message =
            format!("{} holds {count} runs, each with addresses of its own; name the directory of one", shown(path));
        return Err(Failure::Input(message));
    };
    let run = RunFiles::open(dir).map_err(|error| cannot_read(dir, &error))?;
    if run.readable { Ok(run) } else { Err(Failure::Input(format!("nothing in {} can be read", shown(dir)))) }
}

/// Where the sources of a program may lie: around it, and around us.
fn roots_of(program: &Path) -> Roots {
    let path = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let directory = path.parent().unwrap_or(&path).to_owned();
    Roots::new(&directory, &Process { exe: Some(path), ..Process::default() })
}

/// Says on stderr why not all is told.
fn tell_problems(symbols: &Symbols) {
    let mut stderr = io::stderr().lock();
    for module in &symbols.modules {
        if let Some(problem) = &module.problem {
            // Nobody is left to tell when this fails.
            let _ = writeln!(stderr, "instr-analyze: {}: {problem}", shown(&module.path));
        }
    }
}
