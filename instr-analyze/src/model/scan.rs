//! One pass over a thread's records: counts, and the few records that a report shows.

use instr_format::text::SiteText;

use super::clocks::Clocks;
use super::damage::{Damage, DamageKind, DamageList};
use super::filter::{Filter, Taken};
use super::record::{Batch, Kept, Record, Stamp, Visitor, What};
use super::sites::{Site, Sites};
use super::source_path::is_local;
use super::statement::unescaped;
use super::tally::{Share, Tally};

/// What the pass looks for and what it has found.
pub struct Scan<'a> {
    wanted: Option<(u32, SiteText<'a>)>,
    sites: &'a Sites,
    taken: Taken<'a>,
    /// Records that can be read.
    pub records: u64,
    /// The newest record.
    pub newest: Option<Stamp>,
    /// The lowest number of a line.
    pub oldest: Option<u64>,
    /// The newest record of the wanted statement.
    pub of_wanted: Option<Stamp>,
    /// What could not be read.
    pub damage: DamageList,
    /// How many pieces of a file are no records, and may have been.
    pub damaged: u64,
    first: Option<Kept>,
    matching: Option<Kept>,
    own: Option<Own>,
    nameless: u64,
    clocks: Clocks,
    tally: Option<&'a mut Tally>,
}

/// The newest record of a statement in the program's own workspace.
#[derive(Default)]
struct Own {
    newest: Option<Kept>,
    /// By the ids of sites: whether they are in the workspace, as far as that was looked up.
    known: Vec<Option<bool>>,
}

impl<'a> Scan<'a> {
    /// Looks for the newest records of all, of the statement `wanted`, and of the files that `filter` takes.
    pub fn new(wanted: Option<&'a Site>, sites: &'a Sites, filter: &'a Filter<'a>) -> Self {
        let in_log = |site: &'a Site| match Record::of_line(&site.line)?.what {
            What::Line(_, text) => Some((site.id, text)),
            What::Site(_) => None,
        };
        Scan {
            wanted: wanted.and_then(in_log),
            sites,
            taken: Taken::new(filter, sites),
            records: 0,
            newest: None,
            oldest: None,
            of_wanted: None,
            damage: DamageList::default(),
            damaged: 0,
            first: None,
            matching: None,
            // Where the wanted statement is the workspace's, there is nothing to look for.
            own: wanted.filter(|site| !is_local(&site.statement.file)).map(|_| Own::default()),
            nameless: 0,
            clocks: Clocks::default(),
            tally: None,
        }
    }

    /// Adds the records that the filter takes up in `tally`, if there is one.
    #[must_use]
    pub fn with_tally(self, tally: Option<&'a mut Tally>) -> Self {
        Scan { tally, ..self }
    }

    /// What was added up.
    pub(crate) fn share(&mut self) -> Share {
        self.tally.as_mut().map(|tally| tally.take_share()).unwrap_or_default()
    }

    /// The newest record of a statement in the program's own workspace, where the wanted one is elsewhere.
    pub fn own(&self) -> Option<Record<'_>> {
        self.own.as_ref()?.newest.as_ref().map(Kept::record)
    }

    /// The first record that is still there.
    pub fn first(&self) -> Option<Record<'_>> {
        self.first.as_ref().map(Kept::record)
    }

    /// The newest record of a file that the filter takes.
    pub fn matching(&self) -> Option<Record<'_>> {
        self.matching.as_ref().map(Kept::record)
    }

    /// Says what was wrong with the records as a whole.
    pub(crate) fn finish(&mut self) {
        if self.nameless > 0 {
            let message = format!("{} records name statements that are not in the site table", self.nameless);
            self.damage.push(Damage { count: Some(self.nameless), ..Damage::new(DamageKind::Damaged, message) });
        }
        self.clocks.damage().for_each(|damage| self.damage.push(damage));
    }
}

impl Own {
    fn push(&mut self, record: &Record<'_>, sites: &Sites) {
        if !self.is_local(record, sites)
            || self.newest.as_ref().is_some_and(|kept| kept.seq() > record.stamp.moment.seq)
        {
            return;
        }
        match &mut self.newest {
            Some(kept) => kept.replace(record),
            None => self.newest = Some(record.kept()),
        }
    }

    fn is_local(&mut self, record: &Record<'_>, sites: &Sites) -> bool {
        let of = |site: SiteText<'_>| is_local(&unescaped(site.file));
        match record.what {
            What::Line(_, site) => of(site),
            What::Site(id) => {
                self.known.resize(sites.end(), None);
                let Some(known) = self.known.get_mut(id as usize) else { return false };
                *known.get_or_insert_with(|| sites.text(id).is_some_and(of))
            }
        }
    }
}

impl Visitor for Scan<'_> {
    /// A handler of a signal can log while its thread is inside a record, so that the order in the file is not `seq`'s.
    fn record(&mut self, record: &Record<'_>) {
        let stamp = record.stamp;
        self.first.get_or_insert_with(|| record.kept());
        self.records += 1;
        self.oldest = Some(self.oldest.map_or(stamp.moment.seq, |oldest| oldest.min(stamp.moment.seq)));
        self.clocks.push(record);
        if let Some(tally) = &mut self.tally
            && self.taken.takes(record)
        {
            tally.push(record, self.sites);
        }
        if let Some(own) = &mut self.own {
            own.push(record, self.sites);
        }
        if is_newer(self.newest, &stamp) {
            self.newest = Some(stamp);
        }
        let is_wanted = match (record.what, &self.wanted) {
            (_, None) => false,
            (What::Line(_, site), Some((_, wanted))) => site == *wanted,
            (What::Site(id), Some((wanted, _))) => id == *wanted,
        };
        if is_wanted && is_newer(self.of_wanted, &stamp) {
            self.of_wanted = Some(stamp);
        }
        if let What::Site(id) = record.what
            && !self.sites.has(id)
        {
            self.nameless += 1;
        }
        if self.matching.as_ref().is_none_or(|kept| kept.seq() <= stamp.moment.seq) && self.taken.takes(record) {
            match &mut self.matching {
                Some(kept) => kept.replace(record),
                None => self.matching = Some(record.kept()),
            }
        }
    }

    fn batch(&mut self, batch: Batch<'_>) {
        let (Some(oldest), Some(newest)) = (batch.records.first(), batch.records.last()) else { return };
        self.first.get_or_insert_with(|| batch.of(oldest).kept());
        batch.records.iter().for_each(|record| self.clocks.push(&batch.of(record)));
        self.records += batch.records.len() as u64;
        self.newest = Some(batch.of(newest).stamp);
        let wanted = self.wanted.map(|(id, _)| id);
        if let Some(record) = batch.records.iter().rfind(|record| Some(record.site) == wanted) {
            self.of_wanted = Some(batch.of(record).stamp);
        }
        self.nameless += batch.records.iter().filter(|record| !self.sites.has(record.site)).count() as u64;
        if let Some(tally) = &mut self.tally {
            if self.taken.takes_all() {
                tally.push_batch(batch, self.sites);
            } else {
                let taken = batch.records.iter().map(|record| batch.of(record)).filter(|one| self.taken.takes(one));
                taken.for_each(|record| tally.push(&record, self.sites));
            }
        }
        if let Some(own) = &mut self.own
            && let Some(record) = batch.records.iter().rfind(|record| own.is_local(&batch.of(record), self.sites))
        {
            own.push(&batch.of(record), self.sites);
        }
        if let Some(record) = batch.records.iter().rfind(|record| self.taken.takes(&batch.of(record))) {
            self.matching = Some(batch.of(record).kept());
        }
    }

    fn damage(&mut self, damage: Damage) {
        self.damaged += u64::from(damage.kind == DamageKind::Damaged);
        self.damage.push(damage);
    }
}

#[inline]
fn is_newer(kept: Option<Stamp>, stamp: &Stamp) -> bool {
    kept.is_none_or(|kept| kept.moment.seq <= stamp.moment.seq)
}
