//! The newest records of a thread: which statements it reached, one behind the other, and when.

use std::collections::VecDeque;

use crate::model::damage::Damage;
use crate::model::flow::UNKNOWN;
use crate::model::record::{Batch, Record, Visitor, What};
use crate::model::sites::Sites;

/// So many are kept: what a ring of the usual size holds.
pub const MAX: usize = 1 << 18;

/// Keeps the newest records as they come.
pub struct Window<'a> {
    sites: &'a Sites,
    /// The first one that may be kept.
    since: u64,
    ids: VecDeque<u32>,
    /// How many have left at the other end.
    gone: usize,
    /// From which place on which time holds, since the run began.
    times: VecDeque<(usize, u64)>,
    newest: Option<u64>,
}

/// The records that were kept.
#[derive(Debug, Default)]
pub struct Newest {
    /// The ids of their statements, oldest first.
    pub ids: Vec<u32>,
    times: Vec<(usize, u64)>,
}

impl<'a> Window<'a> {
    /// Keeps those of a thread of the program with these sites, of those from the number `since` on.
    pub fn new(sites: &'a Sites, since: u64) -> Self {
        Window { sites, since, ids: VecDeque::new(), gone: 0, times: VecDeque::new(), newest: None }
    }

    /// What is there in the end.
    pub fn finish(self) -> Newest {
        let gone = self.gone;
        let times = self.times.into_iter().map(|(at, time)| (at.saturating_sub(gone), time)).collect();
        Newest { ids: self.ids.into(), times }
    }

    fn push(&mut self, id: u32, time: Option<u64>) {
        if self.ids.len() == MAX {
            self.ids.pop_front();
            self.gone += 1;
            while self.times.get(1).is_some_and(|(at, _)| *at <= self.gone) {
                self.times.pop_front();
            }
        }
        if let Some(time) = time
            && self.times.back().is_none_or(|(_, newest)| *newest != time)
        {
            self.times.push_back((self.gone + self.ids.len(), time));
        }
        self.ids.push_back(id);
    }

    /// Begins anew behind records that are missing.
    fn clear(&mut self) {
        self.ids.clear();
        self.times.clear();
        self.gone = 0;
    }
}

impl Visitor for Window<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let seq = record.stamp.moment.seq;
        if seq < self.since {
            return;
        }
        let id = match record.what {
            What::Site(id) => {
                if self.newest.is_some_and(|newest| seq > newest.saturating_add(1)) {
                    self.clear();
                }
                id
            }
            // In a log, a signal handler's lines come before the one that it interrupted.
            What::Line(..) => self.sites.id(record).unwrap_or(UNKNOWN),
        };
        self.newest = Some(seq);
        self.push(id, record.stamp.elapsed_ns());
    }

    fn batch(&mut self, batch: Batch<'_>) {
        let batch = batch.since(self.since);
        batch.records.iter().for_each(|record| self.record(&batch.of(record)));
    }

    fn damage(&mut self, _: Damage) {}
}

impl Newest {
    /// When the newest one was made, since the run began: where only some have a time, as if those behind it had come as fast
    /// as those before.
    pub(super) fn newest_ns(&self) -> Option<u64> {
        let (begin, time) = *self.times.last()?;
        let (first, from) = *self.times.first()?;
        let (records, ns) = (begin.checked_sub(first)? as u64, time.checked_sub(from)?);
        let behind = (self.ids.len() - begin).saturating_sub(1) as u64;
        Some(time.saturating_add(ns.saturating_mul(behind).checked_div(records).unwrap_or(0)))
    }

    /// How long before the newest one of all the record at this place was made, in nanoseconds, or at least so long. A time may
    /// be that of the beginning of a chunk: the record was made some time before the next one.
    pub(super) fn at_least_ns_since(&self, at: usize) -> Option<u64> {
        let next = self.times.partition_point(|(begin, _)| *begin <= at);
        // The first one of its chunk was made then.
        let at_begin = self.times.get(next.checked_sub(1)?).filter(|(begin, _)| *begin == at);
        let (_, from) = at_begin.or_else(|| self.times.get(next))?;
        let (_, to) = self.times.last()?;
        to.checked_sub(*from).filter(|ns| *ns > 0)
    }
}
