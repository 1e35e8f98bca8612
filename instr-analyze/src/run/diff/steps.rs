//! What two threads are compared by, step by step: their records, or their open statements.

use instr_format::ring::Clock;
use instr_format::text::Moment;

use crate::model::chain::{Chain, Part};
use crate::model::diff::identity::Identities;
use crate::model::filter::Taken;
use crate::model::record::{Kept, Record, Stamp, What};
use crate::run::records::Records;

/// The records of a thread that the filter takes, with what their statements are known by.
pub(in crate::run) struct Steps<'a> {
    records: Records<'a>,
    taken: Taken<'a>,
    keys: &'a Identities,
    kept: Option<Kept>,
    newest: Option<u64>,
    /// How many records are missing between those that were given.
    pub(super) missing: u64,
}

impl<'a> Steps<'a> {
    pub(in crate::run) fn new(records: Records<'a>, taken: Taken<'a>, keys: &'a Identities) -> Self {
        Steps { records, taken, keys, kept: None, newest: None, missing: 0 }
    }
}

impl Iterator for Steps<'_> {
    type Item = (u64, Kept);

    fn next(&mut self) -> Option<(u64, Kept)> {
        // The report has said what is damaged.
        while self.records.advance(&mut self.kept, &mut |_| {}) {
            let kept = self.kept.as_ref()?;
            let record = kept.record();
            // In a log, a signal handler's lines come before the one that it interrupted.
            if let (What::Site(_), Some(newest)) = (record.what, self.newest) {
                let missing = kept.seq().saturating_sub(newest).saturating_sub(1);
                self.missing = self.missing.saturating_add(missing);
            }
            self.newest = Some(kept.seq());
            if self.taken.takes(&record) {
                return Some((self.keys.key(&record), kept.clone()));
            }
        }
        None
    }
}

/// The open statements of a thread, outermost first, as far as they are known.
pub(super) fn open_statements<'a>(
    chain: &'a Chain,
    keys: &'a Identities,
) -> Box<dyn Iterator<Item = (u64, Kept)> + 'a> {
    Box::new(chain.parts.iter().flat_map(calls).map(|id| {
        let record = of_statement(id);
        (keys.key(&record), record.kept())
    }))
}

fn calls(part: &Part) -> Box<dyn Iterator<Item = u32> + '_> {
    match part {
        Part::Call(call) => Box::new(call.statement().into_iter()),
        Part::Cycle { times, body } => Box::new((0..*times).flat_map(move |_| body.iter().flat_map(calls))),
        Part::Missing(_) | Part::Counted(_) => Box::new(std::iter::empty()),
    }
}

/// Stands for a statement that has no record.
fn of_statement(id: u32) -> Record<'static> {
    let moment = Moment { pid: 0, tid: 0, seq: 0, unix_ns: 0, elapsed_ns: 0 };
    Record { stamp: Stamp { moment, clock: Clock::Off }, what: What::Site(id) }
}
