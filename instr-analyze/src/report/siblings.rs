//! How a thread has parted from those that began like it.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::ring::Clock;
use serde::Serialize;

use super::json::JsonLast;
use super::lines::cut;
use super::naming;
use super::number::Grouped;
use super::paint::Paint;
use crate::model::fold::{Item, Loop};
use crate::model::record::Kept;
use crate::model::source_path::short;
use crate::model::statement::Statement;
use crate::model::thread::Thread;
use crate::run::load::Run;
use crate::run::siblings::Parting;

/// So many families are told.
const FAMILIES: usize = 2;

// Output: worker-3 beside the 3 other threads that began in demo::work:
// Output:   2 of the others have gone on from src/main.rs:61: finish(job)
// Output:   it did the same as worker-1 for 1,204 statements, then src/main.rs:63: retry(job)
// Output:   where worker-1 went on to src/main.rs:61: finish(job)
// Output:   of these threads, worker-2 stopped first and worker-3 last
/// Writes a block for each thread that is unlike its siblings.
pub(super) fn write(run: &Run, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for parting in run.partings.iter().take(FAMILIES) {
        let Some(odd) = run.threads.get(parting.siblings.odd) else { continue };
        let strong = paint.strong;
        let others = match parting.siblings.others.len() {
            1 => "other thread".to_owned(),
            count => format!("{} other threads", Grouped(count as u64)),
        };
        let function = Printable(parting.siblings.function.as_bytes()).to_string();
        writeln!(out, "\n{strong}{}{strong:#} beside the {others} that began in {function}:", name(run, odd))?;
        reached(parting, odd, out)?;
        parted(run, parting, odd, out)?;
        order(run, parting, odd, out)?;
    }
    Ok(())
}

fn reached(parting: &Parting, odd: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let Some(last) = &odd.last else { return Ok(()) };
    let looked_at = if parting.looked_at < parting.siblings.others.len() {
        format!("of the {} others that were looked at", parting.looked_at)
    } else {
        "of the others".to_owned()
    };
    let (count, have) = match parting.went_on {
        0 => ("none".to_owned(), "has"),
        1 => ("1".to_owned(), "has"),
        count => (count.to_string(), "have"),
    };
    writeln!(
        out,
        "  {count} {looked_at} {have} gone on from {}: {}",
        place(&last.statement),
        cut(&last.statement.snippet)
    )
}

fn parted(run: &Run, parting: &Parting, odd: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let Some((index, comparison)) = &parting.closest else { return Ok(()) };
    let (Some(closest), Some(first)) = (run.threads.get(*index), &comparison.first) else { return Ok(()) };
    let [of_odd, of_closest] = first.then.each_ref().map(|then| beginning(then.first()?, run));
    write!(out, "  it did the same as {} for {} statements, then ", name(run, closest), Grouped(comparison.equal))?;
    writeln!(out, "{}", of_odd.unwrap_or_else(|| "nothing more".to_owned()))?;
    match of_closest {
        Some(statement) => writeln!(out, "  where {} went on to {statement}", name(run, closest)),
        None => writeln!(out, "  where {} did nothing more; {} went on", name(run, closest), name(run, odd)),
    }
}

/// Which threads were active first and last, where the times of single records are known.
fn order(run: &Run, parting: &Parting, odd: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let others = parting.siblings.others.iter().filter_map(|index| run.threads.get(*index));
    let times: Option<Vec<(u64, &Thread)>> = others
        .chain([odd])
        .map(|thread| {
            let newest = thread.newest.filter(|newest| newest.clock == Clock::Full)?;
            Some((newest.moment.elapsed_ns, thread))
        })
        .collect();
    let Some(times) = times else { return Ok(()) };
    let first = times.iter().min_by_key(|(time, _)| *time);
    let last = times.iter().max_by_key(|(time, _)| *time);
    let (Some((_, first)), Some((_, last))) = (first, last) else { return Ok(()) };
    writeln!(out, "  of these threads, {} stopped first and {} last", name(run, first), name(run, last))
}

/// The first statement of a step or loop.
fn beginning(item: &Item<Kept>, run: &Run) -> Option<String> {
    let statement = Statement::of_record(&first_record(item)?.record(), &run.sites);
    Some(format!("{}: {}", place(&statement), cut(&statement.snippet)))
}

fn first_record(item: &Item<Kept>) -> Option<&Kept> {
    match item {
        Item::Step(step) => Some(&step.value),
        Item::Loop(Loop { body, .. }) => first_record(body.first()?),
    }
}

/// The name of a thread, with its id where it is not the only one of that name.
fn name(run: &Run, thread: &Thread) -> String {
    let (name, tid) = (naming::name(run, thread), thread.tid);
    let is_shared = run.threads.iter().filter(|other| other.name == thread.name).count() > 1;
    if is_shared && !name.starts_with("thread ") { format!("{name} ({tid})") } else { name }
}

/// The same as JSON.
#[derive(Serialize)]
pub(super) struct JsonParting<'a> {
    tid: u64,
    other_tids: Vec<u64>,
    /// The function that all began in.
    function: &'a str,
    /// How many of the others were looked at, and how many of these have gone on from this one's last statement.
    looked_at: usize,
    went_on: usize,
    closest: Option<JsonClosest>,
}

#[derive(Serialize)]
struct JsonClosest {
    tid: u64,
    /// How many statements both have in common, and what each did then.
    equal: u64,
    then: Option<JsonLast>,
    this_then: Option<JsonLast>,
}

impl<'a> JsonParting<'a> {
    pub(super) fn new(run: &Run, parting: &'a Parting) -> Option<Self> {
        let tid = |index: &usize| run.threads.get(*index).map(|thread| thread.tid);
        let Parting { siblings, looked_at, went_on, closest } = parting;
        let closest = closest.as_ref().and_then(|(index, comparison)| {
            let [this_then, then] = match &comparison.first {
                Some(first) => first.then.each_ref().map(|then| Some(first_record(then.first()?)?.record())),
                None => [None, None],
            };
            let [this_then, then] = [this_then, then].map(|record| Some(JsonLast::of_record(&record?, &run.sites)));
            Some(JsonClosest { tid: tid(index)?, equal: comparison.equal, then, this_then })
        });
        Some(JsonParting {
            tid: tid(&siblings.odd)?,
            other_tids: siblings.others.iter().filter_map(tid).collect(),
            function: &siblings.function,
            looked_at: *looked_at,
            went_on: *went_on,
            closest,
        })
    }
}

fn place(statement: &Statement) -> String {
    format!("{}:{}", Printable(short(&statement.file).as_bytes()), statement.line)
}
