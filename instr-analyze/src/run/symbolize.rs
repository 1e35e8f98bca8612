//! What addresses are: in a file, or in a process that a run tells of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use instr_format::escape::Printable;

use super::debug::{BadFile, Elf, Found, Places, Program};
use super::files::RunFiles;
use crate::model::crash::{bytes, number};
use crate::model::mappings;

/// A file that addresses are in.
#[derive(Debug)]
pub struct Module {
    /// Its path.
    pub path: PathBuf,
    /// The build that it is, or that was loaded if the file is another one by now.
    pub build_id: Option<Vec<u8>>,
    /// The file with its debug information, if that is another one.
    pub debug_file: Option<PathBuf>,
    /// Why not all can be told of it.
    pub problem: Option<Problem>,
}

/// Why not all can be told of a file.
#[derive(Debug)]
pub enum Problem {
    /// Another build of it lies there by now.
    Replaced,
    /// Others can write to the run's directory, which may name any file.
    Untrusted,
    /// It cannot be read.
    Unreadable(String),
    /// It is no ELF file.
    NoElf,
    /// It was not linked.
    Object,
    /// It has symbols alone.
    NoInformation,
    /// It has neither.
    Stripped,
    /// A file that was split off is not there.
    Missing(PathBuf),
}

/// An address, and what it is.
#[derive(Debug)]
pub struct Symbolized {
    /// The address.
    pub address: u64,
    /// Which of the files it is in.
    pub module: Option<usize>,
    /// The address within that.
    pub in_file: Option<u64>,
    /// The functions there, each inlined into the next; innermost first.
    pub functions: Vec<Found>,
}

/// What addresses are.
#[derive(Debug, Default)]
pub struct Symbols {
    /// The addresses, as they were asked for.
    pub addresses: Vec<Symbolized>,
    /// The files that they are in.
    pub modules: Vec<Module>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Replaced => f.write_str("has been replaced since"),
            Problem::Untrusted => f.write_str("is not read: others can write to the run's directory"),
            Problem::Unreadable(error) => write!(f, "cannot be read: {}", Printable(error.as_bytes())),
            Problem::NoElf => f.write_str("is no ELF file"),
            Problem::Object => {
                f.write_str("is an object file, whose addresses are not final; name what it is linked to")
            }
            Problem::NoInformation => f.write_str("no debug information; build with debug = \"line-tables-only\""),
            Problem::Stripped => f.write_str(
                "is stripped: no debug information and no symbols; build with debug = \"line-tables-only\" and strip = \
                 false, or put its debug file beside it",
            ),
            Problem::Missing(file) => {
                let file = Printable(file.as_os_str().as_bytes());
                write!(f, "debug information was split off to {file}, which is not there")
            }
        }
    }
}

impl From<BadFile> for Problem {
    fn from(bad: BadFile) -> Self {
        match bad {
            BadFile::Unreadable(error) => Problem::Unreadable(error.to_string()),
            BadFile::NoElf => Problem::NoElf,
            BadFile::Object => Problem::Object,
        }
    }
}

/// Whether addresses of the file at `path` can be looked up.
///
/// # Errors
/// Why not.
pub fn usable(path: &Path) -> Result<(), Problem> {
    let elf = Elf::open(path)?;
    if elf.is_unlinked() { Err(Problem::Object) } else { Ok(()) }
}

/// Looks up addresses as they are in the file at `path`.
///
/// # Errors
/// Why it cannot be used.
pub fn of_file(path: &Path, addresses: &[u64]) -> Result<Symbols, Problem> {
    let program = Program::open(path)?;
    let mut symbols = Symbols::of(addresses);
    for address in &mut symbols.addresses {
        (address.module, address.in_file) = (Some(0), Some(address.address));
    }
    symbols.modules.push(Module {
        path: path.to_owned(),
        build_id: program.elf().build_id(),
        debug_file: None,
        problem: None,
    });
    symbols.fill(0, Some(program));
    Ok(symbols)
}

/// Looks up addresses of the process of a run. Files are read only if the run's directory is `trusted`: one that somebody else has
/// written could name any.
pub fn of_run(run: &RunFiles, trusted: bool, addresses: &[u64]) -> Symbols {
    let loaded = loaded(run);
    let mut symbols = Symbols::of(addresses);
    let mut by_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, address) in addresses.iter().enumerate() {
        if let Some(file) = loaded.iter().position(|loaded| loaded.range.contains(address)) {
            by_file.entry(file).or_default().push(index);
        }
    }
    for (file, indices) in by_file {
        if let Some(loaded) = loaded.get(file) {
            symbols.add(loaded, trusted, &indices);
        }
    }
    symbols
}

impl Symbols {
    fn of(addresses: &[u64]) -> Self {
        let unknown =
            |address: &u64| Symbolized { address: *address, module: None, in_file: None, functions: Vec::new() };
        Symbols { addresses: addresses.iter().map(unknown).collect(), modules: Vec::new() }
    }

    /// Adds a file, and looks up what was asked for at these places of the list.
    fn add(&mut self, loaded: &Loaded, trusted: bool, indices: &[usize]) {
        let elf = if trusted { Elf::open(&loaded.path).map_err(Problem::from) } else { Err(Problem::Untrusted) };
        let is_same = |elf: &Elf| loaded.build_id.is_none() || elf.build_id() == loaded.build_id;
        let elf = elf.and_then(|elf| if is_same(&elf) { Ok(elf) } else { Err(Problem::Replaced) });
        let bias = elf.as_ref().ok().and_then(|elf| match loaded.placed {
            Placed::Base(base) => Some(base),
            Placed::Mapping(anchor) => elf.bias(anchor),
        });
        // What lies behind a file's end is in nothing that is known.
        let span = elf.as_ref().ok().and_then(Elf::span).zip(bias).map(|(span, bias)| {
            let moved = |address: u64| address.wrapping_add(bias);
            moved(span.start)..moved(span.end)
        });
        let module = self.modules.len();
        let mut is_used = false;
        for index in indices {
            let Some(address) = self.addresses.get_mut(*index) else { continue };
            if span.as_ref().is_none_or(|span| span.contains(&address.address)) {
                address.module = Some(module);
                address.in_file = bias.map(|bias| address.address.wrapping_sub(bias));
                is_used = true;
            }
        }
        if !is_used {
            return;
        }
        let build_id = loaded.build_id.clone().or_else(|| elf.as_ref().ok()?.build_id());
        let program = elf.and_then(|elf| Program::new(elf, Places::Everywhere).map_err(Problem::from));
        let (program, problem) = match program {
            Ok(program) => (Some(program), None),
            Err(problem) => (None, Some(problem)),
        };
        self.modules.push(Module { path: loaded.path.clone(), build_id, debug_file: None, problem });
        self.fill(module, program);
    }

    /// Says what the addresses of this file are.
    fn fill(&mut self, module: usize, program: Option<Program>) {
        let Some((program, file)) = program.zip(self.modules.get_mut(module)) else { return };
        let wanted: BTreeSet<u64> = self
            .addresses
            .iter()
            .filter(|address| address.module == Some(module))
            .filter_map(|address| address.in_file)
            .collect();
        let told = program.look_up(&wanted, true);
        file.debug_file = program.debug_file().map(Path::to_owned);
        file.problem = match told.missing {
            Some(missing) => Some(Problem::Missing(missing)),
            None if told.functions.values().flatten().any(|found| found.function.file.is_some()) => None,
            None if !program.has_information() && !program.elf().has_symbols() => Some(Problem::Stripped),
            // The standard library has some even in a program that was built without.
            None if !program.has_information() || !told.functions.is_empty() => Some(Problem::NoInformation),
            None => None,
        };
        for address in self.addresses.iter_mut().filter(|address| address.module == Some(module)) {
            let found = address.in_file.and_then(|address| told.functions.get(&address));
            address.functions = found.cloned().unwrap_or_default();
        }
    }
}

/// A file in memory.
struct Loaded {
    path: PathBuf,
    /// Where it can be.
    range: Range<u64>,
    placed: Placed,
    build_id: Option<Vec<u8>>,
}

/// What is known of its place.
enum Placed {
    /// What was added to its addresses.
    Base(u64),
    /// Address and offset of a mapping.
    Mapping((u64, u64)),
}

/// The files of the process, as its crash tells them, which knows of those that were loaded late; else as its beginning does.
fn loaded(run: &RunFiles) -> Vec<Loaded> {
    let modules = run.crash.as_ref().map(|crash| mappings::modules(&crash.maps)).unwrap_or_default();
    let crash = run.crash.as_ref();
    let of_crash = |module: mappings::Module| Loaded {
        build_id: crash.and_then(|crash| crash.build_id(module.range.start)),
        path: module.path.into(),
        range: module.range,
        placed: Placed::Mapping(module.anchor),
    };
    let mut loaded: Vec<Loaded> = modules.into_iter().map(of_crash).collect();
    let mut bases: Vec<Loaded> = run.process.load_bases.iter().filter_map(of_base).collect();
    bases.sort_by_key(|base| base.range.start);
    let starts: Vec<u64> = bases.iter().map(|base| base.range.start).collect();
    for (base, next) in bases.iter_mut().zip(starts.into_iter().skip(1)) {
        base.range.end = next;
    }
    // The kernel's own is none, but ends the one before.
    loaded.extend(bases.into_iter().filter(|base| base.path.is_absolute()));
    loaded
}

fn of_base(base: &crate::model::process::LoadBase) -> Option<Loaded> {
    let path = base.name.clone()?;
    let start = number(&base.base)?;
    let build_id = base.build_id.as_deref().map(bytes);
    Some(Loaded { path, range: start..u64::MAX, placed: Placed::Base(start), build_id })
}
