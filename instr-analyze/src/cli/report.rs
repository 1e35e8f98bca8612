//! `report`: how each run ended and which statement each thread was in.

use std::path::Path;

use clap::Args;

use super::Failure;
use super::damage::{is_whole_file, refuse, warn};
use super::options::{Common, Format, cannot_read};
use crate::report::json;
use crate::report::options::Options;
use crate::report::text;
use crate::run::command;
use crate::run::load::{Run, STEPS, Steps};

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    common: Common,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show the newest N steps of each thread, where a loop is one step [default: 3 of the first thread]
    #[arg(long, value_name = "N")]
    history: Option<usize>,
    /// Show the newest N branches that the thread to blame took, and mark those that no earlier run took which ended well [N: 20]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "20")]
    breadcrumbs: Option<usize>,
}

impl ReportArguments {
    /// The first RUN, if it is a bare word that names nothing.
    pub(crate) fn missing_word(&self) -> Option<&Path> {
        self.common.missing_word()
    }
}

pub(crate) fn run(arguments: &ReportArguments) -> Result<(), Failure> {
    let common = &arguments.common;
    let lists = common.lists();
    let filter = lists.filter()?;
    let mut runs = Vec::new();
    let steps = match (arguments.history, arguments.format) {
        (Some(count), _) => Steps::OfEach(count),
        (None, Format::Text) => Steps::OfSuspects(STEPS),
        (None, Format::Json) => Steps::OfEach(0),
    };
    for dir in common.find_runs()? {
        let mut run = Run::load(&dir, &filter, steps).map_err(|error| cannot_read(&dir, &error))?;
        if let Some(count) = arguments.breadcrumbs.filter(|_| !run.ended_well()) {
            run.add_breadcrumbs(count).map_err(|error| cannot_read(&dir, &error))?;
        }
        runs.push(run);
    }
    command::explain(&mut runs);
    // Damage of a run's files stands with its first thread, and in JSON nowhere when there is none.
    let orphaned = runs.iter().filter(|run| run.threads.is_empty());
    warn(orphaned.flat_map(|run| run.damage.iter().map(|damage| (run.dir.as_path(), damage))));
    let unreadable = runs.iter().filter(|run| !run.readable).count();
    if filter.restricts() {
        runs.retain(|run| !run.threads.is_empty());
        if runs.is_empty() && unreadable == 0 {
            return Err(Failure::Nothing("no thread matches --thread, --include and --exclude".to_owned()));
        }
    }
    let mut out = common.open_output()?;
    match arguments.format {
        Format::Json => json::write(&runs, &mut out)?,
        Format::Text => {
            let history_lines = if arguments.history.is_some() { None } else { Options::default().history_lines };
            let options = Options { context: common.context, history_lines, paint: common.paint() };
            text::write(&runs, &options, &mut out)?;
        }
    }
    out.flush()?;

    let damage = runs.iter().flat_map(|run| {
        let damage = run.damage.iter().chain(run.threads.iter().flat_map(|thread| &thread.damage));
        damage.map(move |damage| (run, damage))
    });
    let unsaid = damage.clone().filter(|(run, damage)| is_whole_file(damage) && !run.threads.is_empty());
    warn(unsaid.map(|(run, damage)| (run.dir.as_path(), damage)));
    match unreadable {
        0 => refuse(damage.map(|(_, damage)| damage)),
        1 => Err(Failure::Input("no file of the run could be read".to_owned())),
        count => Err(Failure::Input(format!("no file of {count} runs could be read"))),
    }
}
