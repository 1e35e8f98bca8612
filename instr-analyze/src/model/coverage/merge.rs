//! Puts together what the runs of several programs have reached of the files that they share.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::branches::{BranchKind, Way};
use super::hits::Hits;
use super::lines::{Budget, Span, lines};
use super::program::{Program, Statement};
use super::{Branch, Coverage, File, Function};

/// Two programs that were not built from the same sources.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// A run of each.
    pub runs: [PathBuf; 2],
    /// The first file that differs.
    pub file: String,
}

/// A function of a file: its line and path.
type InFile<'a> = (u64, &'a str);

/// A statement of a file: where it counts, where it stands, its function, its text, and how many lines further it ends.
type Key<'a> = ((u64, u64), (u64, u64), InFile<'a>, u64, u64);

/// A branch of a file: its place, its function, where its statement stands, what decides, and its number in its statement.
type BranchKey<'a> = ((u64, u64), InFile<'a>, (u64, u64), BranchKind, usize);

/// The patterns of its arms, and how often each way was taken.
type Ways<'a> = (&'a [String], Vec<(Way, Hits)>);

/// Where a statement stands: its file, its function, its line and column.
type At<'a> = (&'a str, &'a str, (u64, u64));

/// A file before its lines are known.
#[derive(Default)]
struct Parts<'a> {
    functions: BTreeMap<InFile<'a>, Hits>,
    statements: BTreeMap<Key<'a>, Hits>,
    branches: BTreeMap<BranchKey<'a>, Ways<'a>>,
}

/// What the programs have reached together, in whatever order they come.
///
/// # Errors
/// When two of them were built from different sources.
pub fn merge(programs: &[Program]) -> Result<Coverage, Mismatch> {
    same_builds(programs)?;
    same_statements(programs)?;
    let mut files: BTreeMap<&str, Parts<'_>> = BTreeMap::new();
    programs.iter().for_each(|program| add(&mut files, program));
    let mut budget = Budget::default();
    let files = files.into_iter().map(|(file, parts)| (file.to_owned(), parts.finish(&mut budget))).collect();
    Ok(Coverage { files })
}

fn add<'a>(files: &mut BTreeMap<&'a str, Parts<'a>>, program: &'a Program) {
    for function in &program.functions {
        let known = &mut files.entry(&function.file).or_default().functions;
        let hits = known.entry((function.line, &function.path)).or_insert(Hits::NEVER);
        *hits = hits.plus(function.hits);
    }
    for statement in &program.statements {
        let key = key(program, statement);
        let known = files.entry(&statement.file).or_default().statements.entry(key).or_insert(Hits::NEVER);
        *known = known.plus(statement.hits);
    }
    let mut newest = (usize::MAX, 0);
    for forked in &program.forks {
        let Some(statement) = program.statements.get(forked.statement) else { continue };
        newest = if newest.0 == forked.statement { (newest.0, newest.1 + 1) } else { (forked.statement, 0) };
        let (place, origin, function, ..) = key(program, statement);
        let branches = &mut files.entry(&statement.file).or_default().branches;
        let never = || (forked.patterns(), forked.ways().map(|(way, _)| (way, Hits::NEVER)).collect());
        let known = branches.entry((place, function, origin, forked.kind(), newest.1)).or_insert_with(never);
        known.1.iter_mut().zip(forked.ways()).for_each(|((_, known), (_, hits))| *known = known.plus(hits));
    }
}

fn key<'a>(program: &'a Program, statement: &Statement) -> Key<'a> {
    let function = program.functions.get(statement.function);
    let function = function.map_or((0, ""), |function| (function.line, function.path.as_str()));
    (statement.place, statement.origin, function, statement.text, statement.further)
}

impl Parts<'_> {
    fn finish(self, budget: &mut Budget) -> File {
        let mut functions: Vec<Function> = Vec::with_capacity(self.functions.len());
        let mut indices: HashMap<InFile<'_>, usize> = HashMap::new();
        for ((line, path), hits) in self.functions {
            indices.insert((line, path), functions.len());
            functions.push(Function { path: path.to_owned(), line, hits });
        }
        let spans: Vec<Span> = self
            .statements
            .into_iter()
            .map(|(((line, _), _, function, _, further), hits)| Span {
                line,
                further,
                hits,
                function: indices.get(&function).copied(),
            })
            .collect();
        let branches = self.branches.into_iter().map(|(((line, column), _, _, kind, _), (patterns, ways))| Branch {
            line,
            column,
            kind,
            ways,
            patterns: patterns.to_vec(),
        });
        File { lines: lines(&spans, budget), functions, branches: branches.collect() }
    }
}

/// Refuses two builds of the same executable.
fn same_builds(programs: &[Program]) -> Result<(), Mismatch> {
    let mut known: HashMap<&Path, &Program> = HashMap::new();
    for program in programs {
        let Some(exe) = program.exe.as_deref() else { continue };
        let first = *known.entry(exe).or_insert(program);
        if std::ptr::eq(first, program) {
            continue;
        }
        let [a, b] = [first, program].map(statements);
        if let Some(file) = a.symmetric_difference(&b).map(|(file, _)| *file).min() {
            return Err(Mismatch { runs: [first.dir.clone(), program.dir.clone()], file: file.to_owned() });
        }
    }
    Ok(())
}

fn statements(program: &Program) -> BTreeSet<(&str, Key<'_>)> {
    program.statements.iter().map(|statement| (statement.file.as_str(), key(program, statement))).collect()
}

/// Refuses programs that have another text in the same place of the same function.
fn same_statements(programs: &[Program]) -> Result<(), Mismatch> {
    let mut known: HashMap<At<'_>, (u64, &Program)> = HashMap::new();
    for program in programs {
        for statement in program.statements.iter().filter(|statement| !statement.is_expanded) {
            let (_, _, (_, path), ..) = key(program, statement);
            let at = (statement.file.as_str(), path, statement.origin);
            let (text, first) = *known.entry(at).or_insert((statement.text, program));
            if text != statement.text && !std::ptr::eq(first, program) {
                let runs = [first.dir.clone(), program.dir.clone()];
                return Err(Mismatch { runs, file: statement.file.clone() });
            }
        }
    }
    Ok(())
}
