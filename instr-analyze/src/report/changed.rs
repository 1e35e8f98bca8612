//! Which source files on disk are not what was recorded.

use std::collections::BTreeSet;
use std::io::{self, Write};

use instr_format::escape::Printable;

use super::paint::Paint;
use crate::model::fold::{Item, Loop};
use crate::model::history::{Part, Step};
use crate::model::source_path::is_local;
use crate::model::statement::Statement;
use crate::model::thread::Thread;
use crate::run::changed::{Changed, changed};
use crate::run::load::Run;
use crate::run::source::Roots;

/// So many files are named.
const NAMED: usize = 5;

/// The changed ones of the files that the report names.
pub(super) fn named(run: &Run) -> Vec<Changed> {
    let mut files = BTreeSet::new();
    run.threads.iter().for_each(|thread| add(run, thread, &mut files));
    changed(&Roots::new(&run.dir, &run.process), &run.sites, |file| files.contains(file))
}

/// The changed ones of the workspace.
pub(super) fn local(run: &Run) -> Vec<Changed> {
    changed(&Roots::new(&run.dir, &run.process), &run.sites, is_local)
}

// Output:   note: src/main.rs on disk is not what was recorded: 3 of 12 statements are not where they were, the first at line 7
/// Writes a line for each.
pub(super) fn write(changed: &[Changed], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let bad = paint.bad;
    for changed in changed.iter().take(NAMED) {
        writeln!(out, "  {bad}note:{bad:#} {}", Printable(changed.to_string().as_bytes()))?;
    }
    match changed.len().saturating_sub(NAMED) {
        0 => Ok(()),
        1 => writeln!(out, "  {bad}note:{bad:#} and 1 more file"),
        more => writeln!(out, "  {bad}note:{bad:#} and {more} more files"),
    }
}

fn add(run: &Run, thread: &Thread, files: &mut BTreeSet<String>) {
    let shown = thread.last.iter().map(|last| &last.statement).chain(&thread.own);
    files.extend(shown.map(|statement| statement.file.clone()));
    let open: BTreeSet<u32> = thread.chain.iter().flat_map(|chain| &chain.innermost).flatten().copied().collect();
    files.extend(open.into_iter().filter_map(|id| run.sites.statement(id)).map(|statement| statement.file));
    for part in &thread.history {
        if let Part::Item(item) = part {
            steps(item, &mut |step| {
                files.insert(Statement::of_record(&step.record.record(), &run.sites).file);
            });
        }
    }
}

fn steps(item: &Item<Step>, work: &mut impl FnMut(&Step)) {
    match item {
        Item::Step(step) => work(&step.value),
        Item::Loop(Loop { body, .. }) => body.iter().for_each(|inner| steps(inner, work)),
    }
}
