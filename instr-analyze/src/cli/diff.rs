//! `diff`: two runs side by side, or two threads of one.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::options::{Common, Format, Lists, cannot_read, shown};
use crate::report::diff::{json, text};
use crate::report::naming;
use crate::run::diff::{Choice, Processes, RunPair, pair_processes};
use crate::run::find;

pub(super) const EXIT_CODES: &str = "\
RUN is two runs A and B; or one run, and --thread A,B for two of its threads; or none: the newest command
or run, and the one before it.

Exit codes:
  0  nothing differs
  1  something differs
  2  usage or unreadable input";

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    #[command(flatten)]
    common: Common,
    /// How to write what differs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is compared.
struct Sides {
    processes: Processes,
    /// The filters of each side.
    lists: [Lists; 2],
}

pub(crate) fn run(arguments: &DiffArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let Sides { processes, lists } = sides(common)?;
    let filters = [lists[0].filter()?, lists[1].filter()?];
    let names = lists.each_ref().map(Lists::threads);
    let choices = [0, 1].map(|at| Choice { filter: &filters[at], names: &names[at] });
    let context = usize::try_from(common.context).unwrap_or(usize::MAX - 1).min(usize::MAX - 1);
    let (mut differing, mut equal, mut found) = (Vec::new(), Vec::new(), [false; 2]);
    for [a, b] in &processes.pairs {
        let pair = RunPair::compare([a, b], &choices, context).map_err(|(dir, error)| cannot_read(&dir, &error))?;
        if let Some(run) = pair.runs.iter().find(|run| !run.readable) {
            return Err(Failure::Input(format!("no file of {} could be read", shown(&run.dir))));
        }
        found.iter_mut().zip(&pair.runs).for_each(|(found, run)| *found |= !run.threads.is_empty());
        match pair.is_equal() {
            // Its site tables may be large.
            true if pair.source.is_none() => equal.push(naming::program(&pair.runs[0])),
            _ => differing.push(pair),
        }
    }
    for (at, side) in ["A", "B"].into_iter().enumerate() {
        if filters[at].restricts() && !found[at] && !processes.pairs.is_empty() {
            return Err(Failure::Input(format!("no thread of {side} matches --thread, --include and --exclude")));
        }
    }
    let result = text::Found { differing, equal, only: processes.only };
    let mut out = common.open_output()?;
    match arguments.format {
        Format::Text => text::write(&result, common.paint(), &mut out)?,
        Format::Json => json::write(&result, &mut out)?,
    }
    out.flush()?;
    if result.differs() { Err(Failure::Different) } else { Ok(()) }
}

fn sides(common: &Common) -> Result<Sides, Failure> {
    let lists = common.lists();
    let same =
        |lists: &Lists| [lists.with_thread(&lists.threads().join(",")), lists.with_thread(&lists.threads().join(","))];
    match common.runs() {
        [a, b] if a != b => {
            let processes = pair_processes(find(a)?, find(b)?);
            Ok(Sides { processes, lists: same(&lists) })
        }
        [one] | [one, _] if lists.threads().len() == 2 => {
            let processes = pair_processes(find(one)?, find(one)?);
            Ok(Sides {
                processes,
                lists: [lists.with_thread(lists.threads()[0]), lists.with_thread(lists.threads()[1])],
            })
        }
        [one] if one.as_os_str() == find::LATEST => {
            let mut all = find::everywhere().map_err(|error| Failure::Input(error.to_string()))?;
            let (Some(b), Some(a)) = (all.pop(), all.pop()) else {
                return Err(Failure::Input("there is but one run; a comparison needs two, or --thread A,B".to_owned()));
            };
            Ok(Sides { processes: pair_processes(a.runs, b.runs), lists: same(&lists) })
        }
        [_, _] => Err(Failure::Input("A and B are the same run; --thread A,B compares two of its threads".to_owned())),
        _ => Err(Failure::Input(
            "expected two runs, or one run and `--thread A,B` for two of its threads; `list` shows the runs".to_owned(),
        )),
    }
}

fn find(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    find::find(path).map_err(|error| Failure::Input(error.to_string()))
}
