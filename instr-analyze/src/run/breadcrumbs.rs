//! The branches that led to a run's end, and which of them no earlier run took that ended well.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;

use instr_format::coverage::decode;
use instr_format::files::{COMMAND_JSON, COVERAGE};

use super::conclusions::since;
use super::files::RunFiles;
use super::find::find;
use super::load::{Run, Steps};
use super::open;
use super::records::Records;
use crate::model::crumbs::{Crumb, Crumbs, Way};
use crate::model::filter::Filter;
use crate::model::flow::{Ending, Flow};
use crate::model::fold::{Item, Loop};
use crate::model::history::NEWEST;
use crate::model::sites::Sites;
use crate::model::thread::Thread;
use crate::model::total::total;

/// So many earlier runs are looked at, the newest ones.
const EARLIER_MAX: usize = 20;
/// Where an earlier run has more bytes of logs, its records are not looked at.
const LOGS_MAX: u64 = 64 << 20;
/// More statements than any program has.
const MARKS_MAX: u64 = 8 << 20;

/// The newest branches of the thread to blame.
#[derive(Debug)]
pub struct Breadcrumbs {
    /// Its thread id.
    pub tid: u64,
    /// Which thread with that id it is.
    pub reuse: u64,
    /// The branches, oldest first.
    pub items: Vec<Item<Crumb>>,
    /// How many earlier runs of the same program that ended well they were compared with.
    pub earlier: usize,
    /// Those that surely none of these took.
    pub fresh: HashSet<(u32, Way)>,
}

/// What an earlier run took.
struct Taken {
    /// By id: whether the statement was reached, where all of these were kept.
    reached: Option<Vec<bool>>,
    /// All ways, where all records were kept.
    ways: Option<HashSet<(u32, Way)>>,
}

impl Run {
    /// Reads so many of the newest branches of the thread that is told first.
    ///
    /// # Errors
    /// When its directory cannot be listed.
    pub fn add_breadcrumbs(&mut self, count: usize) -> io::Result<()> {
        let files = RunFiles::open(&self.dir)?;
        let Some(thread) = self.by_interest().into_iter().next() else { return Ok(()) };
        let items = crumbs(&files, thread, since(thread, NEWEST), count);
        let (tid, reuse) = (thread.tid, thread.reuse);
        let earlier: Vec<Taken> = earlier(self).into_iter().take(EARLIER_MAX).map(|run| Taken::by(&run)).collect();
        let mut fresh = HashSet::new();
        each(&items, &mut |crumb| {
            let is_untaken = |run: &Taken| run.took(&self.sites, crumb) == Some(false);
            if !earlier.is_empty() && earlier.iter().all(is_untaken) {
                fresh.insert((crumb.id, crumb.way));
            }
        });
        self.breadcrumbs = Some(Breadcrumbs { tid, reuse, items, earlier: earlier.len(), fresh });
        Ok(())
    }
}

fn crumbs(files: &RunFiles, thread: &Thread, since: u64, count: usize) -> Vec<Item<Crumb>> {
    let id = (thread.tid, thread.reuse);
    let Some(of_thread) = files.threads.iter().find(|files| (files.tid, files.reuse) == id) else { return Vec::new() };
    let ending = Ending::new(id, of_thread.slot.as_ref(), of_thread.chain.as_ref(), &files.panics);
    let mut crumbs = Crumbs::new(&files.sites, Flow::new(&files.sites, ending), since, count);
    Records::since(&of_thread.segments, since).visit(&mut crumbs);
    crumbs.finish()
}

fn each(items: &[Item<Crumb>], take: &mut impl FnMut(Crumb)) {
    for item in items {
        match item {
            Item::Step(step) => take(step.value),
            Item::Loop(Loop { body, .. }) => each(body, take),
        }
    }
}

/// The runs of the same build beside this one that began before it and ended well, newest first.
fn earlier(run: &Run) -> Vec<Run> {
    // Below a command's directory are its own runs alone.
    let beside =
        run.dir.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| ".".into(), PathBuf::from);
    let of_command = beside.join(COMMAND_JSON).exists();
    let around = if of_command { beside.join("..") } else { beside };
    let Ok(filter) = Filter::new("", "", "") else { return Vec::new() };
    let dirs = find(&around).unwrap_or_default().into_iter().rev();
    let runs = dirs.filter_map(|dir| Run::load(&dir, &filter, Steps::None).ok());
    let is_earlier =
        |other: &Run| other.process.start_unix_ns < run.process.start_unix_ns && other.process.start_unix_ns.is_some();
    runs.filter(|other| is_earlier(other) && other.ended_well() && other.sites.is_same(&run.sites)).collect()
}

impl Taken {
    fn by(run: &Run) -> Self {
        let Ok(files) = RunFiles::open(&run.dir) else { return Taken { reached: None, ways: None } };
        let marks = open::read(&run.dir.join(COVERAGE), MARKS_MAX).ok();
        let marks = marks.as_deref().and_then(|file| decode(file).ok());
        let counts = files.counts.as_ref().map(|counts| counts.hits.iter().map(|hits| *hits > 0).collect());
        let reached = marks.map(|marks| marks.iter().map(|mark| *mark != 0).collect()).or(counts);
        let is_whole = |thread: &Thread| thread.overwritten == 0 && thread.dropped == 0 && thread.filtered == 0;
        let missing = total(run.threads.iter().filter(|thread| !is_whole(thread)).map(|_| 1));
        let has_all = run.log_bytes <= LOGS_MAX && missing == 0 && !files.has_only_counts() && !run.threads.is_empty();
        let ways = has_all.then(|| {
            let mut ways = HashSet::new();
            for thread in &run.threads {
                each(&crumbs(&files, thread, 0, usize::MAX), &mut |crumb| _ = ways.insert((crumb.id, crumb.way)));
            }
            ways
        });
        Taken { reached, ways }
    }

    /// Whether it took this way, if that is known.
    fn took(&self, sites: &Sites, crumb: Crumb) -> Option<bool> {
        let by_records = || self.ways.as_ref().map(|ways| ways.contains(&(crumb.id, crumb.way)));
        match crumb.way {
            Way::Block(block) => {
                let first = sites.structure().first_in(crumb.id, block);
                let reached = first.zip(self.reached.as_ref());
                reached.and_then(|(first, reached)| reached.get(first as usize).copied()).or_else(by_records)
            }
            Way::Without(_) | Way::Try => by_records(),
            // How often a loop turns is no branch.
            Way::Left(_) => None,
        }
    }
}
