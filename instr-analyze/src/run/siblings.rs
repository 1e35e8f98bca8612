//! Reads how a thread has parted from its siblings.

use super::diff::steps::Steps;
use super::files::RunFiles;
use super::load::ended_it;
use super::records::Records;
use crate::model::diff::fingerprint::Fingerprint;
use crate::model::diff::identity::Identities;
use crate::model::diff::{Comparison, compare};
use crate::model::end::{End, EndKind};
use crate::model::filter::{Filter, Taken};
use crate::model::record::Kept;
use crate::model::siblings::{Siblings, siblings};
use crate::model::thread::{Sink, Thread};

/// So many of the others are looked at.
const OTHERS: usize = 16;

/// How a thread has parted from its siblings.
#[derive(Debug)]
pub struct Parting {
    /// Who they are.
    pub siblings: Siblings,
    /// How many of the others were looked at.
    pub looked_at: usize,
    /// How many of these have reached the odd one's last statement too, and gone on.
    pub went_on: usize,
    /// The index of the one that did the same for longest, and the odd one beside it; `None` where the beginning of what they did
    /// was not kept.
    pub closest: Option<(usize, Comparison<Kept>)>,
}

/// Reads how threads have parted from those that began like them.
pub(super) fn partings(threads: &[Thread], files: &RunFiles, end: &End, filter: &Filter<'_>) -> Vec<Parting> {
    let exited = end.kind == EndKind::Exit;
    let found = siblings(threads, &files.sites, files.pid, exited, |thread| ended_it(end, thread));
    found.into_iter().filter_map(|siblings| parting(files, threads, siblings, filter)).collect()
}

/// `None`: they have no records.
fn parting(files: &RunFiles, threads: &[Thread], siblings: Siblings, filter: &Filter<'_>) -> Option<Parting> {
    let keys = Identities::new(&files.sites);
    let odd = threads.get(siblings.odd)?;
    if odd.records == 0 || odd.sink == Sink::Counts {
        return None;
    }
    let steps = |thread: &Thread| {
        let of_thread = files.threads.iter().find(|files| (files.tid, files.reuse) == (thread.tid, thread.reuse));
        let segments = of_thread.map_or(&[][..], |files| &files.segments);
        Steps::new(Records::new(segments), Taken::new(filter, &files.sites), &keys)
    };
    let last = odd.last.as_ref().map(|last| &last.statement);
    let is_last = |id: u32| last.is_some_and(|last| files.sites.statement(id).as_ref() == Some(last));
    let last = keys.ids().find(|(id, _)| is_last(*id)).map(|(_, key)| key);
    let work = Fingerprint::of(steps(odd).map(|(key, _)| key));
    let (mut looked_at, mut went_on, mut closest) = (0, 0, None);
    for index in siblings.others.iter().take(OTHERS) {
        let Some(thread) = threads.get(*index) else { continue };
        looked_at += 1;
        let (mut has_reached, mut has_passed) = (false, false);
        let found = Fingerprint::of(steps(thread).map(|(key, _)| {
            has_passed |= has_reached;
            has_reached |= Some(key) == last;
            key
        }));
        went_on += usize::from(has_passed);
        let likeness = work.likeness(&found);
        let is_whole = thread.overwritten == 0 && odd.overwritten == 0;
        if is_whole && closest.is_none_or(|(most, _)| likeness > most) {
            closest = Some((likeness, *index));
        }
    }
    let closest = closest.and_then(|(_, index)| Some((index, compare(steps(odd), steps(threads.get(index)?), 0))));
    Some(Parting { siblings, looked_at, went_on, closest })
}
