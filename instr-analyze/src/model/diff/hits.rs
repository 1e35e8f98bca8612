//! How often two runs that only count have reached each statement.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::identity::Identities;
use crate::model::counts::Counts;
use crate::model::filter::Filter;
use crate::model::sites::Sites;
use crate::model::statement::Statement;

/// What a run has counted.
#[derive(Clone, Copy)]
pub struct Counted<'a> {
    /// How often.
    pub counts: &'a Counts,
    /// What.
    pub sites: &'a Sites,
    /// By which both runs know it.
    pub keys: &'a Identities,
}

/// Statements that one run has reached more often than the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HitsDifference {
    /// Those that only one has reached, with how often; the most frequent first.
    pub only: [Vec<(Statement, u64)>; 2],
    /// Those that both have reached, with how often; the one that differs by the largest factor first.
    pub both: Vec<(Statement, [u64; 2])>,
    /// How many both have reached equally often.
    pub equal: u64,
}

impl HitsDifference {
    /// Compares the statements that the filter takes.
    pub fn new(a: Counted<'_>, b: Counted<'_>, filter: &Filter<'_>) -> Self {
        let reached = |of: Counted<'_>| -> HashMap<u64, (Statement, u64)> {
            let hits = |id: u32| of.counts.hits.get(id as usize).copied().filter(|hits| *hits > 0);
            let statement = |id: u32| of.sites.statement(id).filter(|statement| filter.takes_file(&statement.file));
            of.keys.ids().filter_map(|(id, key)| Some((key, (statement(id)?, hits(id)?)))).collect()
        };
        let (of_a, mut of_b) = (reached(a), reached(b));
        let mut found = HitsDifference::default();
        for (key, (statement, hits)) in of_a {
            match of_b.remove(&key) {
                Some((_, others)) if hits == others => found.equal += 1,
                Some((_, others)) => found.both.push((statement, [hits, others])),
                None => found.only[0].push((statement, hits)),
            }
        }
        found.only[1].extend(of_b.into_values());
        let place = |statement: &Statement| (statement.file.clone(), statement.line, statement.column);
        for only in &mut found.only {
            only.sort_by_cached_key(|(statement, hits)| (Reverse(*hits), place(statement)));
        }
        // In thousandths.
        let factor = |[a, b]: [u64; 2]| u128::from(a.max(b)) * 1000 / u128::from(a.min(b).max(1));
        found.both.sort_by_cached_key(|(statement, hits)| (Reverse(factor(*hits)), place(statement)));
        found
    }

    /// Whether nothing differs.
    pub fn is_equal(&self) -> bool {
        self.both.is_empty() && self.only.iter().all(Vec::is_empty)
    }
}
