//! What a statement is known by in several builds of a program: its function and its text, not the line that edits move.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash};

use crate::model::record::{Record, What};
use crate::model::sites::Sites;
use crate::model::source_path::short;
use crate::model::statement::Statement;

/// So many functions are named of those whose source differs.
const FUNCTIONS: usize = 5;

/// The keys of a run's statements.
#[derive(Debug)]
pub struct Identities {
    by_id: Vec<Option<u64>>,
    /// By the keys that records of logs have.
    of_lines: HashMap<u64, u64>,
}

/// How the sources of two builds differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDifference {
    /// How many statements only one of them has.
    pub only: [usize; 2],
    /// Functions that have them: the first few.
    pub functions: Vec<String>,
    /// How many more functions do.
    pub more: usize,
}

impl Identities {
    /// Of the statements in `sites`. Equal texts in one function are told apart by their order.
    pub fn new(sites: &Sites) -> Self {
        let (mut by_id, mut of_lines, mut known) = (vec![None; sites.end()], HashMap::new(), HashMap::new());
        for (id, key_of_id) in (0..).zip(&mut by_id) {
            let Some(site) = sites.get(id) else { continue };
            let Statement { file, module, function, snippet, .. } = &site.statement;
            let text = hash((short(file), module, function, snippet));
            let before = known.entry(text).or_insert(0_u32);
            let key = hash((text, *before));
            *before += 1;
            *key_of_id = Some(key);
            if let Some(record) = Record::of_line(&site.line) {
                of_lines.insert(record.key(), key);
            }
        }
        Identities { by_id, of_lines }
    }

    /// What the statement of a record is known by; one that the table does not have, by all that the record says of it.
    pub fn key(&self, record: &Record<'_>) -> u64 {
        match record.what {
            What::Line(..) => {
                let key = record.key();
                self.of_lines.get(&key).copied().unwrap_or(key)
            }
            What::Site(id) => self.of_id(id).unwrap_or_else(|| hash(id)),
        }
    }

    /// What the statement with this id is known by.
    pub fn of_id(&self, id: u32) -> Option<u64> {
        self.by_id.get(id as usize).copied().flatten()
    }

    /// The ids of all statements, with their keys.
    pub fn ids(&self) -> impl Iterator<Item = (u32, u64)> {
        (0..).zip(&self.by_id).filter_map(|(id, key)| Some((id, (*key)?)))
    }
}

/// The same for statements of the same function or closure, in all builds.
pub fn function(statement: &Statement) -> u64 {
    hash((short(&statement.file), &statement.module, &statement.function))
}

/// How the sources of two runs differ; `None` when both have the same statements.
pub fn source_difference(a: (&Identities, &Sites), b: (&Identities, &Sites)) -> Option<SourceDifference> {
    let keys = [a, b].map(|(of, _)| of.ids().map(|(_, key)| key).collect::<HashSet<u64>>());
    let only = [(a, &keys[1]), (b, &keys[0])]
        .map(|((of, sites), others)| (sites, of.ids().filter(|(_, key)| !others.contains(key)).collect::<Vec<_>>()));
    let counts = [only[0].1.len(), only[1].1.len()];
    let paths = only.iter().flat_map(|(sites, ids)| ids.iter().filter_map(|(id, _)| sites.statement(*id)));
    let functions: BTreeSet<String> = paths.map(|statement| statement.path()).collect();
    let more = functions.len().saturating_sub(FUNCTIONS);
    let functions = functions.into_iter().take(FUNCTIONS).collect();
    (counts != [0, 0]).then_some(SourceDifference { only: counts, functions, more })
}

fn hash(value: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
