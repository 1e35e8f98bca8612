//! One program: its statements, functions and branches, and what its runs have reached of them.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;

use instr_format::names::MacroFlag;

use super::branches::{BranchKind, Fork, Way, forks};
use super::hits::{Hits, Reached};
use super::layout::Layout;
use crate::model::sites::Sites;
use crate::model::statement::unescaped;

/// No statement has more lines: a table that says so was made up.
const FURTHER_MAX: u64 = 50_000;

/// What the runs of one program have reached.
#[derive(Debug)]
pub struct Program {
    /// The directory of the first run.
    pub dir: PathBuf,
    /// The executable.
    pub exe: Option<PathBuf>,
    /// Of the site table, by which the program is known.
    digest: u64,
    pub(super) functions: Vec<Function>,
    pub(super) statements: Vec<Statement>,
    layout: Layout,
    pub(super) forks: Vec<Forked>,
}

#[derive(Debug)]
pub(super) struct Function {
    /// `module::function`.
    pub(super) path: String,
    pub(super) file: String,
    /// Where it begins, or the macro was invoked that made it.
    pub(super) line: u64,
    /// Its first statement, as an index into [`Program::statements`].
    first: usize,
    /// How often it was entered.
    pub(super) hits: Hits,
}

#[derive(Debug)]
pub(super) struct Statement {
    id: u32,
    /// An index into [`Program::functions`].
    pub(super) function: usize,
    /// The file that it counts for.
    pub(super) file: String,
    /// Where it counts: where it stands, or where the macro was invoked that it came out of.
    pub(super) place: (u64, u64),
    /// Where it stands.
    pub(super) origin: (u64, u64),
    pub(super) further: u64,
    /// The text, or what stands for it.
    pub(super) text: u64,
    /// Whether a macro has put it together.
    pub(super) is_expanded: bool,
    pub(super) hits: Hits,
}

#[derive(Debug)]
pub(super) struct Forked {
    /// The statement, as an index into [`Program::statements`].
    pub(super) statement: usize,
    fork: Fork,
    /// How often each way was taken.
    pub(super) hits: Vec<Hits>,
}

impl Forked {
    pub(super) fn kind(&self) -> BranchKind {
        self.fork.kind
    }

    pub(super) fn patterns(&self) -> &[String] {
        &self.fork.patterns
    }

    pub(super) fn ways(&self) -> impl Iterator<Item = (Way, Hits)> {
        self.fork.ways.iter().map(|(way, _)| *way).zip(self.hits.iter().copied())
    }
}

/// A number by which a site table is known.
pub fn digest(sites: &Sites) -> u64 {
    let mut hasher = DefaultHasher::new();
    sites.bytes().hash(&mut hasher);
    hasher.finish()
}

impl Program {
    /// The program with these statements, of the files that `takes` takes, before any run of it is known.
    pub fn new((dir, exe): (PathBuf, Option<PathBuf>), sites: &Sites, takes: impl Fn(&str) -> bool) -> Self {
        let layout = Layout::new(sites);
        let (mut functions, mut statements, mut all_forks) = (Vec::new(), Vec::new(), Vec::new());
        let mut newest = None;
        for id in 0..u32::try_from(sites.end()).unwrap_or(u32::MAX) {
            let Some(key) = sites.function(id).map(|function| function >> 8) else { continue };
            let Some(statement) = statement(sites, id, functions.len()).filter(|found| takes(&found.file)) else {
                continue;
            };
            if newest != Some(key) {
                newest = Some(key);
                functions.extend(function(sites, &statement, statements.len()));
            }
            let index = statements.len();
            statements.push(Statement { function: functions.len().saturating_sub(1), ..statement });
            let of_statement = forks(sites, &layout, id).into_iter().map(|fork| {
                let hits = vec![Hits::NEVER; fork.ways.len()];
                Forked { statement: index, fork, hits }
            });
            all_forks.extend(of_statement);
        }
        Program { dir, exe, digest: digest(sites), functions, statements, layout, forks: all_forks }
    }

    /// Whether a site table with this digest is this program's.
    pub fn is(&self, digest: u64) -> bool {
        self.digest == digest
    }

    /// Adds what a run has reached.
    pub fn add(&mut self, reached: &Reached<'_>) {
        let mut entered = vec![false; self.functions.len()];
        for statement in &mut self.statements {
            let hits = reached.of(statement.id);
            statement.hits = statement.hits.plus(hits);
            if let Some(entered) = entered.get_mut(statement.function) {
                *entered |= hits.least > 0;
            }
        }
        for (function, entered) in self.functions.iter_mut().zip(entered) {
            let first = self.statements.get(function.first).map_or(0, |statement| statement.id);
            let hits = self.layout.entries(reached, first);
            let least = hits.least.max(entered.into());
            function.hits = function.hits.plus(Hits { least, most: hits.most.max(least) });
        }
        for forked in &mut self.forks {
            let taken = forked.fork.taken(&self.layout, reached);
            forked.hits.iter_mut().zip(taken).for_each(|(hits, taken)| *hits = hits.plus(taken));
        }
    }
}

fn function(sites: &Sites, first: &Statement, index: usize) -> Option<Function> {
    let site = sites.text(first.id)?;
    let line = match sites.lines_of_function(first.id) {
        Some(lines) if !first.is_expanded => lines.first,
        _ => first.place.0,
    };
    let path = [site.module, b"::", site.name].concat();
    Some(Function { path: unescaped(&path), file: first.file.clone(), line, first: index, hits: Hits::NEVER })
}

fn statement(sites: &Sites, id: u32, function: usize) -> Option<Statement> {
    let site = sites.text(id)?;
    let mut hasher = DefaultHasher::new();
    site.snippet.hash(&mut hasher);
    let origin = (site.line, site.col);
    let invocation = sites.invocation(id);
    let is_expanded = site.macro_flag == MacroFlag::Expansion;
    let further = if invocation.is_some() { 0 } else { sites.further(id) };
    let (file, place) = invocation.unwrap_or_else(|| (unescaped(site.file), origin));
    let further = if further > FURTHER_MAX { 0 } else { further };
    let (text, hits) = (hasher.finish(), Hits::NEVER);
    Some(Statement { id, function, file, place, origin, further, text, is_expanded, hits })
}
