//! `dump`: all records of all threads, merged by time or folded, or what was counted instead.

use std::io::Write;
use std::path::Path;

use clap::Args;

use super::Failure;
use super::damage::{refuse, warn, warn_of_changes};
use super::options::Common;
use super::terminal;
use crate::model::damage::Damage;
use crate::model::filter::{Filter, Taken};
use crate::model::flow::{Ending, Flow};
use crate::model::tree::Builder;
use crate::report::folded::FoldedWriter;
use crate::report::hits;
use crate::report::record::{RecordFormat, RecordWriter};
use crate::report::tree::{self, Shown};
use crate::run::files::RunFiles;
use crate::run::records::Records;
use crate::run::threads::ThreadFiles;
use crate::run::timeline::Timeline;

#[derive(Debug, Args)]
pub(crate) struct DumpArguments {
    #[command(flatten)]
    common: Common,
    /// How to write each record
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    format: RecordFormat,
    /// Show what repeats once, with how often it came, one thread after the other
    #[arg(long)]
    fold: bool,
    /// Show the tree of calls of each thread: how often each function was called along each path, and how long it took
    #[arg(long, conflicts_with = "fold")]
    tree: bool,
    /// Show the outermost N functions of each path
    #[arg(long, value_name = "N", requires = "tree", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,
}

/// Of a run that counts, nobody knows which thread has reached what.
pub(super) const COUNTED_TOGETHER: &str = "statements are counted for all threads together; leave out --thread";

/// A thread, with the index of its run.
type Chosen<'a> = (usize, &'a ThreadFiles);

pub(crate) fn run(arguments: &DumpArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    if arguments.fold && arguments.format == RecordFormat::Raw {
        return Err(Failure::Input("folded records are not lines of a log; use --format text or json".to_owned()));
    }
    if arguments.tree && arguments.format == RecordFormat::Raw {
        return Err(Failure::Input("calls are not lines of a log; use --format text or json".to_owned()));
    }
    let runs = common.open_runs()?;
    let threads: Vec<Chosen<'_>> = runs
        .iter()
        .enumerate()
        .flat_map(|(number, run)| run.threads.iter().map(move |thread| (number, thread)))
        .filter(|(_, thread)| filter.takes_thread(thread.tid, &thread.name))
        .collect();

    let mut out = common.open_output()?;
    let any_hits = hits(arguments, &runs, &filter, &mut out)?;
    let mut writer = RecordWriter::new(arguments.format, common.paint());
    let (any_records, of_threads) = if arguments.tree {
        trees(&runs, &threads, &filter, arguments, &mut out)?
    } else {
        let dump = if arguments.fold { folded } else { merged };
        dump(&runs, &threads, &filter, &mut writer, &mut out)?
    };
    out.flush()?;

    let of_files = runs.iter().flat_map(|run| run.damage.iter().map(|damage| (run.dir.as_path(), damage)));
    let dir = |number: usize| runs.get(number).map_or(Path::new("?"), |run| &run.dir);
    let of_threads = of_threads.iter().map(|(number, damage)| (dir(*number), damage));
    let damage: Vec<(&Path, &Damage)> = of_files.chain(of_threads).collect();
    warn(damage.iter().copied());
    runs.iter().for_each(|run| warn_of_changes(run, &filter));
    refuse(damage.into_iter().map(|(_, damage)| damage))?;
    if any_records || any_hits { Ok(()) } else { Err(Failure::Nothing("no record matches".to_owned())) }
}

/// Whether there was any record, and damage with the indices of its runs.
type Outcome = Result<(bool, Vec<(usize, Damage)>), Failure>;

fn merged(
    runs: &[RunFiles],
    threads: &[Chosen<'_>],
    filter: &Filter<'_>,
    writer: &mut RecordWriter,
    out: &mut dyn Write,
) -> Outcome {
    let mut taken: Vec<Taken<'_>> = runs.iter().map(|run| Taken::new(filter, &run.sites)).collect();
    let mut timeline = Timeline::new(threads.iter().map(|(_, thread)| *thread));
    let mut any = false;
    while let Some((index, record)) = timeline.step() {
        let (number, thread) = threads[index];
        if taken[number].takes(&record) {
            writer.write(&thread.name, &runs[number].sites, &record, out)?;
            any = true;
        }
    }
    Ok((any, timeline.into_damage().map(|(index, damage)| (threads[index].0, damage)).collect()))
}

/// Loops of several threads overlap in time, so that each thread has its own lines.
fn folded(
    runs: &[RunFiles],
    threads: &[Chosen<'_>],
    filter: &Filter<'_>,
    writer: &mut RecordWriter,
    out: &mut dyn Write,
) -> Outcome {
    let (mut any, mut damage) = (false, Vec::new());
    for (number, thread) in threads {
        let sites = &runs[*number].sites;
        let mut folded = FoldedWriter::new((thread.tid, &thread.name), sites, Taken::new(filter, sites), writer, out);
        Records::new(&thread.segments).visit(&mut folded);
        let (nothing, found) = folded.finish()?;
        any |= !nothing;
        damage.extend(found.into_iter().map(|found| (*number, found)));
    }
    Ok((any, damage))
}

/// The calls of each thread.
fn trees(
    runs: &[RunFiles],
    threads: &[Chosen<'_>],
    filter: &Filter<'_>,
    arguments: &DumpArguments,
    out: &mut dyn Write,
) -> Outcome {
    let (mut any, mut damage) = (false, Vec::new());
    for (number, thread) in threads {
        let Some(run) = runs.get(*number) else { continue };
        let id = (thread.tid, thread.reuse);
        let ending = Ending::new(id, thread.slot.as_ref(), thread.chain.as_ref(), &run.panics);
        let mut builder = Builder::new(&run.sites, Flow::new(&run.sites, ending), filter);
        Records::new(&thread.segments).visit(&mut builder);
        let (tree, found) = builder.finish();
        damage.extend(found.into_iter().map(|found| (*number, found)));
        if tree.nodes.is_empty() {
            continue;
        }
        let depth = arguments.depth.map_or(usize::MAX, usize::from);
        let (pid, thread) = (run.pid.unwrap_or(0), (thread.tid, thread.name.as_str()));
        let shown = Shown { pid, thread, sites: &run.sites, tree: &tree, depth };
        if arguments.format == RecordFormat::Json {
            tree::json::write(&shown, out)?;
        } else {
            if any {
                out.write_all(b"\n")?;
            }
            tree::text::write(&shown, terminal::width(), arguments.common.paint(), out)?;
        }
        any = true;
    }
    Ok((any, damage))
}

/// Writes what runs without records have counted; false if there is none.
fn hits(
    arguments: &DumpArguments,
    runs: &[RunFiles],
    filter: &Filter<'_>,
    out: &mut dyn Write,
) -> Result<bool, Failure> {
    let mut any = false;
    for run in runs.iter().filter(|run| run.has_only_counts()) {
        let Some(counts) = &run.counts else { continue };
        if arguments.format == RecordFormat::Raw {
            return Err(Failure::Input("the run has counts and no records; use --format text or json".to_owned()));
        }
        if filter.restricts_threads() {
            return Err(Failure::Input(COUNTED_TOGETHER.to_owned()));
        }
        let json = arguments.format == RecordFormat::Json;
        any |= hits::write((counts, &run.sites, filter), (json, run.pid), arguments.common.paint(), out)?;
    }
    Ok(any)
}
