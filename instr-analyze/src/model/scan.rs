//! One pass over a thread's logs: counts, and the few records that a report shows.

use std::io::BufRead;

use instr_format::text::{Moment, Record, SiteText, decode_record};

use super::damage::{Damage, DamageList};
use super::filter::Filter;
use super::log::{Entry, LogReader};

/// What the pass looks for and what it has found.
pub struct Scan<'a> {
    wanted: Option<SiteText<'a>>,
    filter: &'a Filter<'a>,
    /// Records that can be read.
    pub records: u64,
    /// The newest record.
    pub newest: Option<Moment>,
    /// The newest record of the wanted statement.
    pub of_wanted: Option<Moment>,
    /// What could not be read.
    pub damage: DamageList,
    matching: Option<(u64, Vec<u8>)>,
}

impl<'a> Scan<'a> {
    /// Looks for the newest records of all, of the statement `wanted`, and of the files that `filter` takes.
    pub fn new(wanted: Option<SiteText<'a>>, filter: &'a Filter<'a>) -> Self {
        let damage = DamageList::default();
        Scan { wanted, filter, records: 0, newest: None, of_wanted: None, damage, matching: None }
    }

    /// Reads one of the thread's logs to its end.
    pub fn read<R: BufRead>(&mut self, mut log: LogReader<R>) {
        loop {
            match log.step() {
                Ok(Some(Entry::Record(line, record))) => self.record(line, &record),
                Ok(Some(Entry::Damage(damage))) => self.damage.push(damage),
                Ok(None) => break,
                Err(damage) => return self.damage.push(damage),
            }
        }
        if let Some(torn) = log.torn() {
            self.damage.push(torn);
        }
    }

    /// Notes a log that could not be opened.
    pub fn lost(&mut self, damage: Damage) {
        self.damage.push(damage);
    }

    /// The newest record of a file that the filter takes.
    pub fn matching(&self) -> Option<Record<'_>> {
        self.matching.as_ref().and_then(|(_, line)| decode_record(line))
    }

    /// A handler of a signal can log while its thread is inside a record, so that the order in the file is not `seq`'s.
    fn record(&mut self, line: &[u8], record: &Record<'_>) {
        let moment = record.moment;
        self.records += 1;
        if is_newer(self.newest, moment.seq) {
            self.newest = Some(moment);
        }
        if Some(record.site) == self.wanted && is_newer(self.of_wanted, moment.seq) {
            self.of_wanted = Some(moment);
        }
        if self.matching.as_ref().is_none_or(|(seq, _)| *seq <= moment.seq) && self.filter.takes_line(line) {
            let (seq, kept) = self.matching.get_or_insert_default();
            *seq = moment.seq;
            kept.clear();
            kept.extend_from_slice(line);
        }
    }
}

fn is_newer(kept: Option<Moment>, seq: u64) -> bool {
    kept.is_none_or(|kept| kept.seq <= seq)
}
