//! `coverage`: what runs have reached, in the formats of other tools too.

mod output;
mod said;
mod watch;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::damage::refuse;
use super::options::{Common, cannot_read, shown};
use super::{Failure, dump};
use crate::model::coverage::diff::only_there;
use crate::model::coverage::{Coverage, Mismatch, merge};
use crate::model::filter::Filter;
use crate::report::coverage::{Shown, diff};
use crate::run::coverage::Covered;
use crate::run::find;
use output::Output;

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  no run has coverage, less was reached than --fail-under asks for, or --diff has found something
  2  usage or unreadable input, or runs of different builds";

#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    #[command(flatten)]
    common: Common,
    /// How to write what was reached
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write a file for each run, into the directory --output
    #[arg(long, requires = "output", conflicts_with_all = ["diff", "watch"])]
    per_run: bool,
    /// Fail if fewer percent of the lines were reached
    #[arg(long, value_name = "N", value_parser = share)]
    fail_under: Option<f64>,
    /// Show what only the runs B have reached, and not the runs A
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["runs", "watch", "fail_under"])]
    diff: Option<Vec<PathBuf>>,
    /// Write --output again and again until the runs are over
    #[arg(long, requires = "output")]
    watch: bool,
}

/// The format of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A summary for people
    Text,
    /// For programs
    Json,
    /// For genhtml and most services
    Lcov,
    /// For GitLab, Jenkins and others
    Cobertura,
    /// Pages with the sources and where runs died, in the directory --output
    Html,
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').parse().ok();
    number.filter(|number| (0.0..=100.0).contains(number)).ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

pub(crate) fn run(arguments: &CoverageArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    if filter.restricts_threads() {
        return Err(Failure::Input(dump::COUNTED_TOGETHER.to_owned()));
    }
    if let Some([a, b]) = arguments.diff.as_deref() {
        return compare(arguments, &filter, [a, b]);
    }
    let output = Output::new(arguments)?;
    if arguments.watch {
        return watch::run(arguments, &filter, &output);
    }
    let dirs = common.find_runs()?;
    if arguments.per_run {
        return each(arguments, &filter, &output, &dirs);
    }
    let found = Found::read(&dirs, &filter)?;
    found.said()?;
    output.write(&found.shown(), common.paint())?;
    found.finish(arguments)
}

/// What was read of some runs.
struct Found {
    covered: Covered,
    coverage: Coverage,
}

impl Found {
    fn read(dirs: &[PathBuf], filter: &Filter<'_>) -> Result<Self, Failure> {
        let covered = Covered::read(dirs, filter).map_err(|(dir, error)| cannot_read(&dir, &error))?;
        let coverage = merge(&covered.programs).map_err(mismatch)?;
        Ok(Found { covered, coverage })
    }

    fn shown(&self) -> Shown<'_> {
        Shown { coverage: &self.coverage, covered: &self.covered }
    }

    /// Says what is missing, and fails if that is all.
    fn said(&self) -> Result<(), Failure> {
        said::warn(&self.covered);
        if self.covered.runs.is_empty() {
            refuse(self.covered.damage.iter().map(|(_, damage)| damage))?;
            return Err(Failure::Nothing(format!("no run has coverage; {}", said::WAY_OUT)));
        }
        if self.coverage.files.is_empty() {
            return Err(Failure::Nothing("no statement matches --include and --exclude".to_owned()));
        }
        Ok(())
    }

    fn finish(&self, arguments: &CoverageArguments) -> Result<(), Failure> {
        refuse(self.covered.damage.iter().map(|(_, damage)| damage))?;
        said::fail_under(arguments.fail_under, self.coverage.totals().lines)
    }
}

fn mismatch(Mismatch { runs: [a, b], file }: Mismatch) -> Failure {
    let (a, b, file) = (shown(&a), shown(&b), shown(file.as_ref()));
    Failure::Input(format!(
        "{a} and {b} were built from different sources: {file}; name runs of one build, or remove the older ones with `clean`"
    ))
}

/// Writes a file for each run.
fn each(
    arguments: &CoverageArguments,
    filter: &Filter<'_>,
    output: &Output<'_>,
    dirs: &[PathBuf],
) -> Result<(), Failure> {
    let (mut written, mut lowest) = (0, Ok(()));
    for dir in dirs {
        let found = Found::read(std::slice::from_ref(dir), filter)?;
        said::warn(&found.covered);
        if !found.coverage.files.is_empty() {
            output.write_run(dir, &found.shown())?;
            written += 1;
            lowest = lowest.and(found.finish(arguments));
        }
    }
    match written {
        0 => Err(Failure::Nothing(format!("no run has coverage; {}", said::WAY_OUT))),
        _ => lowest,
    }
}

/// Shows what only the second one has reached.
fn compare(arguments: &CoverageArguments, filter: &Filter<'_>, sides: [&PathBuf; 2]) -> Result<(), Failure> {
    let json = match arguments.format {
        Format::Text => false,
        Format::Json => true,
        _ => return Err(Failure::Input("--diff writes --format text or json".to_owned())),
    };
    let [dirs_of_a, dirs_of_b] = [find::find(sides[0])?, find::find(sides[1])?];
    // Together, they have to be of one build.
    merge(&Found::read(&[dirs_of_a.clone(), dirs_of_b.clone()].concat(), filter)?.covered.programs)
        .map_err(mismatch)?;
    let [a, b] = [Found::read(&dirs_of_a, filter)?, Found::read(&dirs_of_b, filter)?];
    for found in [&a, &b] {
        found.said()?;
    }
    let found = only_there(&a.coverage, &b.coverage);
    let mut out = arguments.common.open_output()?;
    if json {
        diff::json(&found, &mut out)?
    } else {
        diff::text(&found, arguments.common.paint(), &mut out)?
    }
    out.flush()?;
    refuse(a.covered.damage.iter().chain(&b.covered.damage).map(|(_, damage)| damage))?;
    if found.is_empty() { Ok(()) } else { Err(Failure::Different) }
}
