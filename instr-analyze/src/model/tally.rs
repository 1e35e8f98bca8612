//! How often each statement was recorded, and how many bytes its lines take.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::AddAssign;

use instr_format::text::SiteText;

use super::counts::Counts;
use super::record::{Batch, Record, What};
use super::sites::Sites;
use super::statement::{NOWHERE, Statement};

/// The site table is no larger than this, so no program has more text in its statements. A log that has was made up.
const TEXTS_MAX: usize = 64 << 20;

/// So many records, and the bytes that they take in logs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// Records, or what was counted instead.
    pub records: u64,
    /// Bytes of their lines; those of rings and counts have none.
    pub bytes: u64,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.records = self.records.saturating_add(other.records);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// What was added up of one thread.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Its records.
    pub sum: Sum,
    /// When the first and the last of them were made, in nanoseconds since the run began. `None`: there are no times.
    pub span: Option<(u64, u64)>,
}

/// Records by statement.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    by_site: Vec<u64>,
    /// By what a line says of its statement, still escaped.
    by_line: HashMap<Vec<u8>, (Statement, Sum)>,
    /// How many bytes these keys have.
    texts: usize,
    nameless: Sum,
    share: Share,
}

impl Tally {
    /// Adds a record.
    pub fn push(&mut self, record: &Record<'_>, sites: &Sites) {
        let mut sum = Sum { records: 1, bytes: 0 };
        match record.what {
            What::Site(id) => self.push_site(id, sites),
            What::Line(line, site) => {
                sum.bytes = line.len() as u64 + 1;
                let key = line.get(site.file.as_ptr().addr() - line.as_ptr().addr()..).unwrap_or_default();
                if let Some((_, known)) = self.by_line.get_mut(key) {
                    *known += sum;
                } else if self.texts + key.len() > TEXTS_MAX {
                    self.nameless += sum;
                } else {
                    self.texts += key.len();
                    self.by_line.insert(key.to_vec(), (Statement::of_record(record, sites), sum));
                }
            }
        }
        self.share.add(sum, record.stamp.elapsed_ns());
    }

    /// Adds records of a ring, all of them.
    pub(crate) fn push_batch(&mut self, batch: Batch<'_>, sites: &Sites) {
        batch.records.iter().for_each(|record| self.push_site(record.site, sites));
        let ends = [batch.records.first(), batch.records.last()];
        let stamps = ends.into_iter().flatten().map(|record| batch.of(record).stamp);
        stamps.for_each(|stamp| self.share.add(Sum::default(), stamp.elapsed_ns()));
        self.share.sum += Sum { records: batch.records.len() as u64, bytes: 0 };
    }

    fn push_site(&mut self, id: u32, sites: &Sites) {
        self.by_site.resize(sites.end(), 0);
        match self.by_site.get_mut(id as usize).filter(|_| sites.has(id)) {
            Some(records) => *records += 1,
            None => self.nameless.records += 1,
        }
    }

    /// Adds what was counted of the statements that `takes` takes.
    pub(crate) fn push_counts(&mut self, counts: &Counts, sites: &Sites, takes: impl Fn(&Statement) -> bool) {
        self.by_site.resize(sites.end(), 0);
        for (id, hits) in counts.by_hits() {
            let statement = sites.statement(id).unwrap_or_else(|| Statement::unknown(id));
            match self.by_site.get_mut(id as usize) {
                _ if !takes(&statement) => {}
                Some(records) => *records = records.saturating_add(hits),
                None => self.nameless += Sum { records: hits, bytes: 0 },
            }
        }
    }

    /// What was added since the last call: of one thread.
    pub(crate) fn take_share(&mut self) -> Share {
        std::mem::take(&mut self.share)
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.by_site.iter().all(|records| *records == 0) && self.by_line.is_empty() && self.nameless.records == 0
    }

    /// Each statement with its records, in no order.
    pub fn statements(&self, sites: &Sites) -> Vec<(Statement, Sum)> {
        let reached = (0..).zip(&self.by_site).filter(|(_, records)| **records > 0);
        let of_site = |(id, records): (u32, &u64)| {
            let statement = sites.statement(id).unwrap_or_else(|| Statement::unknown(id));
            (statement, Sum { records: *records, bytes: 0 })
        };
        let nameless = Statement::of_site(&SiteText {
            snippet: b"statements\\swhich\\sare\\snot\\sin\\sthe\\ssite\\stable",
            ..NOWHERE
        });
        let nameless = (self.nameless.records > 0).then_some((nameless, self.nameless));
        reached.map(of_site).chain(self.by_line.values().cloned()).chain(nameless).collect()
    }
}

/// Adds up what is the same.
pub(crate) fn added<T: Eq + Hash>(sums: impl Iterator<Item = (T, Sum)>) -> Vec<(T, Sum)> {
    let mut added: HashMap<T, Sum> = HashMap::new();
    sums.for_each(|(what, sum)| *added.entry(what).or_default() += sum);
    added.into_iter().collect()
}

impl Share {
    fn add(&mut self, sum: Sum, elapsed_ns: Option<u64>) {
        self.sum += sum;
        if let Some(ns) = elapsed_ns {
            let (first, last) = self.span.unwrap_or((ns, ns));
            self.span = Some((first.min(ns), last.max(ns)));
        }
    }
}
