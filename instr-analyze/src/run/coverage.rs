//! Reads what runs have reached, one run after the other, into the programs that they are of.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use instr_format::coverage::{BadCoverage, MARKS_AT, VERSION, decode};
use instr_format::files::{COUNTS, COVERAGE};
use instr_format::names;

use super::alive::{Life, life};
use super::changed::{Changed, changed};
use super::deaths::{Death, death};
use super::files::RunFiles;
use super::open;
use super::source::Roots;
use crate::model::coverage::{Program, Reached, digest};
use crate::model::damage::{Damage, DamageKind};
use crate::model::filter::Filter;
use crate::model::source_path::is_local;
use crate::model::total::total;

/// More statements than any program has, as for counts.
const FILE_MAX: u64 = (8 << 20) + MARKS_AT as u64;

/// What some runs have reached.
#[derive(Debug, Default)]
pub struct Covered {
    /// The programs, each with what its runs have reached.
    pub programs: Vec<Program>,
    /// Where the sources of each program may lie.
    pub roots: Vec<Roots>,
    /// The runs that tell what they have reached.
    pub runs: Vec<PathBuf>,
    /// When the newest of them began, since 1970.
    pub newest_unix_ns: u64,
    /// Those that do not.
    pub without: Vec<PathBuf>,
    /// Whether any of them goes on.
    pub is_running: bool,
    /// Those of them that a filter has kept from counting everything.
    pub filtered: Vec<PathBuf>,
    /// How runs died, where each of their threads was.
    pub deaths: Vec<Death>,
    /// Source files that are not what a run was built from.
    pub changed: Vec<(PathBuf, Changed)>,
    /// The functions that could not be instrumented and so have no statements: their files, lines and paths.
    pub untouched: BTreeSet<(String, u64, String)>,
    /// What is wrong with files.
    pub damage: Vec<(PathBuf, Damage)>,
}

impl Covered {
    /// Reads these runs.
    ///
    /// # Errors
    /// When the directory of one cannot be listed.
    pub fn read(dirs: &[PathBuf], filter: &Filter<'_>) -> Result<Self, (PathBuf, io::Error)> {
        let mut covered = Covered::default();
        for dir in dirs {
            let files = RunFiles::open(dir).map_err(|error| (dir.clone(), error))?;
            covered.add(files, filter);
        }
        Ok(covered)
    }

    /// Where a source file lies and what it says, if it is found.
    pub fn source(&self, file: &str) -> Option<(PathBuf, String)> {
        self.roots.iter().find_map(|roots| roots.first(file))
    }

    fn add(&mut self, mut files: RunFiles, filter: &Filter<'_>) {
        let dir = files.dir.clone();
        let marks = read_marks(&dir).map_err(|damage| files.damage.push(damage)).ok().flatten();
        let marks = marks.as_deref().and_then(|file| match decode(file) {
            Ok(marks) => Some(marks),
            Err(bad) => {
                files.damage.push(damage(bad));
                None
            }
        });
        let is_running = files.pid.is_some_and(|pid| life(pid, &dir) == Life::Running);
        self.is_running |= is_running;
        let of_file = |damage: &&Damage| !matches!(damage.kind, DamageKind::NoLast);
        self.damage.extend(files.damage.iter().filter(of_file).map(|damage| (dir.clone(), damage.clone())));
        if files.counts.is_none() && marks.is_none() {
            self.without.push(dir);
            return;
        }
        let index = self.program(&files, filter);
        if let Some(program) = self.programs.get_mut(index) {
            let reached = Reached { moving: is_running, ..reached(&files, marks) };
            if marks.is_none() && !reached.counts_all {
                self.filtered.push(dir.clone());
            }
            program.add(&reached);
        }
        self.newest_unix_ns = self.newest_unix_ns.max(files.process.start_unix_ns.unwrap_or(0));
        self.deaths.extend(death(&files, is_running));
        self.runs.push(dir);
    }

    /// The index of the run's program, which may be a new one.
    fn program(&mut self, files: &RunFiles, filter: &Filter<'_>) -> usize {
        let digest = digest(&files.sites);
        if let Some(known) = self.programs.iter().position(|program| program.is(digest)) {
            return known;
        }
        let from = (files.dir.clone(), files.process.exe.clone());
        self.programs.push(Program::new(from, &files.sites, |file| filter.takes_file(file)));
        let roots = Roots::new(&files.dir, &files.process);
        let is_wanted = |file: &str| is_local(file) && filter.takes_file(file);
        let changed = changed(&roots, &files.sites, is_wanted).into_iter().map(|changed| (files.dir.clone(), changed));
        self.changed.extend(changed);
        self.roots.push(roots);
        let untouched = files.process.untouched.iter().filter(|untouched| filter.takes_file(&untouched.file));
        self.untouched
            .extend(untouched.map(|function| (function.file.clone(), function.line, function.function.clone())));
        self.programs.len() - 1
    }
}

/// What the run's files tell of its statements.
fn reached<'a>(files: &'a RunFiles, marks: Option<&'a [u8]>) -> Reached<'a> {
    let mut open: BTreeMap<u32, u64> = BTreeMap::new();
    let chains = || files.threads.iter().filter_map(|thread| thread.chain.as_ref());
    for chain in chains() {
        // The innermost one is in its slot before it is counted, so that those around it may seem to be over.
        let newest = chain.innermost.first().copied().flatten();
        let around = newest.into_iter().flat_map(|id| files.sites.structure().outward(id).skip(1));
        for id in chain.innermost.iter().flatten().copied().chain(around) {
            *open.entry(id).or_default() += 1;
        }
    }
    let is_cut = chains().any(|chain| chain.at_panic || chain.depth > chain.innermost.len() as u64);
    let panics = files.last.as_ref().map_or(1, |last| last.header.panics);
    let unwound = is_cut || panics > 0 || !files.panics.is_empty();
    Reached { counts: files.counts.as_ref(), counts_all: counts_all(files), marks, open, unwound, moving: false }
}

/// Whether the counts of a run are of all its statements: filters do not matter where coverage was asked for.
fn counts_all(files: &RunFiles) -> bool {
    let is_whole = !files.damage.iter().any(|damage| damage.file.as_deref() == Some(COUNTS));
    let setting = files.process.settings.get(names::COVERAGE).map(String::as_str);
    let slots = files.last.iter().flat_map(|last| &last.slots);
    let is_filtered = total(slots.map(|slot| slot.filtered)) > 0;
    is_whole && (setting == Some(names::COVERAGE_COUNTS) || !is_filtered)
}

/// The bytes of the file; none when there is none, or it has not been begun.
fn read_marks(dir: &Path) -> Result<Option<Vec<u8>>, Damage> {
    match open::read(&dir.join(COVERAGE), FILE_MAX) {
        Ok(file) if file.iter().all(|byte| *byte == 0) => Ok(None),
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Damage::unreadable(COVERAGE, &error)),
    }
}

fn damage(bad: BadCoverage) -> Damage {
    match bad {
        BadCoverage::Version(found) => Damage::version(COVERAGE, found.into(), VERSION.into()),
        BadCoverage::NotCoverage => Damage::of_file(
            DamageKind::Damaged,
            COVERAGE,
            "not a file of coverage, or one from another kind of machine",
        ),
        BadCoverage::Cut => Damage::of_file(DamageKind::Torn, COVERAGE, "incomplete"),
    }
}
