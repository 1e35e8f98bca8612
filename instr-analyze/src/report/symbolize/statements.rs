//! The statements of a run by the places that debug information names.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::sites::Sites;
use crate::model::statement::Statement;
use crate::report::crash::calls::{is_in, is_path, plain};
use crate::run::files::RunFiles;
use crate::run::symbols::Function;

/// The statements of a run.
pub(super) struct Statements<'a> {
    sites: &'a Sites,
    /// By the last name of their functions.
    by_function: HashMap<String, Vec<u32>>,
    /// The threads that they are open in.
    open: HashMap<u32, Vec<OpenIn>>,
}

/// A thread that a statement is open in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OpenIn {
    pub(super) tid: u64,
    pub(super) name: String,
}

impl<'a> Statements<'a> {
    pub(super) fn new(run: &'a RunFiles) -> Self {
        let sites = &run.sites;
        let mut by_function: HashMap<String, Vec<u32>> = HashMap::new();
        for id in (0..sites.end()).filter_map(|id| u32::try_from(id).ok()) {
            if let Some(statement) = sites.statement(id) {
                by_function.entry(plain(&statement.function).0.to_owned()).or_default().push(id);
            }
        }
        let mut open: HashMap<u32, Vec<OpenIn>> = HashMap::new();
        for thread in &run.threads {
            for id in thread.chain.iter().flat_map(|chain| &chain.innermost).flatten() {
                let threads = open.entry(*id).or_default();
                let found = OpenIn { tid: thread.tid, name: thread.name.clone() };
                if threads.last() != Some(&found) {
                    threads.push(found);
                }
            }
        }
        Statements { sites, by_function, open }
    }

    /// The innermost statement of the function that has the place, and the threads that it is open in.
    pub(super) fn of(&self, function: &Function) -> Option<(Statement, Vec<OpenIn>)> {
        let ids = self.by_function.get(plain(function.name.as_deref()?).0)?;
        let statement = |id: &u32| Some((*id, self.sites.statement(*id)?));
        let has_place = |(id, statement): &(u32, Statement)| self.has_place(*id, statement, function);
        let found = ids.iter().filter_map(statement).filter(has_place);
        let (id, statement) = found.max_by_key(|(_, statement)| (statement.line, statement.column))?;
        Some((statement, self.open.get(&id).cloned().unwrap_or_default()))
    }

    fn has_place(&self, id: u32, statement: &Statement, function: &Function) -> bool {
        let (Some(file), Some(line)) = (&function.file, function.line.map(u64::from)) else { return false };
        let begins_before = match function.column {
            Some(column) if line == statement.line => statement.column <= column.into(),
            _ => statement.line <= line,
        };
        let ends_behind = line <= statement.line.saturating_add(self.sites.further(id));
        is_in(function, statement) && is_path(file, &statement.file) && begins_before && ends_behind
    }
}
