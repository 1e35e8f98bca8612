//! Where in the program and its libraries addresses lie, and how calls came there: read from the files that were mapped, as
//! far as they are still there.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use framehop::aarch64::{UnwindRegsAarch64, UnwinderAarch64};
use framehop::x86_64::{UnwindRegsX86_64, UnwinderX86_64};
use framehop::{ExplicitModuleSectionInfo, Unwinder};
use object::{Object as _, ObjectSection as _, ReadCache};
use serde::Serialize;

use super::debug::{Elf, Places, Program};
use super::open;
use crate::model::crash::{Crash, number};
use crate::model::mappings::{Module, modules};

/// How many frames are found at most: as many as calls fit into the part of the stack that `crash.json` keeps.
pub const FRAMES_MAX: usize = 4096;

/// An instruction that a thread was at, or that a call was to return to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// Its address.
    pub address: String,
    /// The file that it was mapped from.
    pub module: Option<String>,
    /// Whether another build of it lies there now, which says nothing of this one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replaced: bool,
    /// The functions there, each inlined into the next; innermost first.
    pub functions: Vec<Function>,
}

/// A function, and a place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Its name.
    pub name: Option<String>,
    /// The source file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// How the thread that crashed came where it was, innermost first, so many frames at most. Its files are read only if `trusted`: a
/// run that somebody else has written could name any.
pub fn backtrace(crash: &Crash, trusted: bool, max: usize) -> Vec<Frame> {
    let modules = if trusted { modules(&crash.maps) } else { Vec::new() };
    let load = |module: Module| {
        let build = crash.build_id(module.range.start);
        Loaded::new(module, build)
    };
    let loaded: Vec<Loaded> = modules.into_iter().map(load).collect();
    let mut frames = unwind(crash, &loaded, max);
    if frames.is_empty() {
        frames =
            crash.backtrace.iter().filter_map(|address| number(address)).map(|address| (address, address)).collect();
    }
    // Recursion comes to the same place again and again.
    let places: BTreeSet<u64> = frames.iter().map(|(_, lookup)| *lookup).collect();
    let in_file = |loaded: &Loaded| {
        let range = &loaded.module.range;
        loaded.mapped.functions(&places.iter().copied().filter(|address| range.contains(address)).collect())
    };
    let functions: HashMap<u64, Vec<Function>> = loaded.iter().flat_map(in_file).collect();
    frames.into_iter().map(|(address, lookup)| frame(address, lookup, &loaded, &functions)).collect()
}

/// By the unwind tables, from the registers and the part of the stack that were kept. Each address, and the one to look up.
fn unwind(crash: &Crash, loaded: &[Loaded], max: usize) -> Vec<(u64, u64)> {
    let register = |name: &str| crash.register(name);
    let (bottom, stack) = (crash.stack_start(), crash.stack_bytes());
    let mut read = |address: u64| -> Result<u64, ()> {
        let at = usize::try_from(address.checked_sub(bottom).ok_or(())?).map_err(|_| ())?;
        stack.get(at..).and_then(|rest| rest.first_chunk()).copied().map(u64::from_le_bytes).ok_or(())
    };
    if let (Some(ip), Some(sp), Some(bp)) = (register("rip"), register("rsp"), register("rbp")) {
        let registers = UnwindRegsX86_64::new(ip, sp, bp);
        addresses::<UnwinderX86_64<_>>(ip, registers, loaded, &mut read, max)
    } else if let (Some(pc), Some(lr)) = (register("pc"), register("x30"))
        && let (Some(sp), Some(fp)) = (register("sp"), register("x29"))
    {
        addresses::<UnwinderAarch64<_>>(pc, UnwindRegsAarch64::new(lr, sp, fp), loaded, &mut read, max)
    } else {
        Vec::new()
    }
}

fn addresses<U>(
    ip: u64,
    registers: U::UnwindRegs,
    loaded: &[Loaded],
    read: &mut impl FnMut(u64) -> Result<u64, ()>,
    max: usize,
) -> Vec<(u64, u64)>
where
    U: Unwinder<Module = framehop::Module<Vec<u8>>> + Default,
    U::Cache: Default,
{
    let mut unwinder = U::default();
    for module in loaded {
        if let Some(sections) = module.mapped.sections() {
            let range = module.module.range.clone();
            unwinder.add_module(framehop::Module::new(module.module.path.clone(), range, module.mapped.bias, sections));
        }
    }
    let mut cache = U::Cache::default();
    let mut frames = unwinder.iter_frames(ip, registers, &mut cache, read);
    let addresses = std::iter::from_fn(|| frames.next().ok().flatten()).take(max);
    addresses.map(|frame| (frame.address(), frame.address_for_lookup())).collect()
}

fn frame(address: u64, lookup: u64, loaded: &[Loaded], functions: &HashMap<u64, Vec<Function>>) -> Frame {
    let module = loaded.iter().find(|loaded| loaded.module.range.contains(&lookup));
    Frame::of(address, module.map(|loaded| &loaded.mapped), functions.get(&lookup))
}

impl Frame {
    /// What is at an address, which has these functions in the file that was mapped there.
    pub(super) fn of(address: u64, file: Option<&Mapped>, functions: Option<&Vec<Function>>) -> Self {
        let (path, replaced) = file.map(|file| (file.path.clone(), file.replaced)).unzip();
        let functions = functions.cloned().unwrap_or_default();
        Frame { address: format!("{address:#x}"), module: path, replaced: replaced.unwrap_or(false), functions }
    }
}

/// A mapped file, and where.
struct Loaded {
    module: Module,
    mapped: Mapped,
}

/// What a mapped file says of addresses.
pub(super) struct Mapped {
    path: String,
    /// What to subtract from an address for the one in the file.
    bias: u64,
    program: Option<Program>,
    /// Whether the file is another build by now.
    replaced: bool,
}

impl Loaded {
    fn new(module: Module, build: Option<Vec<u8>>) -> Self {
        let anchor = module.anchor;
        let mapped = Mapped::with(module.path.clone(), build, |elf| elf.bias(anchor));
        Loaded { module, mapped }
    }
}

impl Mapped {
    /// The file at this path, to whose addresses so much was added, if it is this build still.
    pub(super) fn new(path: String, bias: u64, build: Option<Vec<u8>>) -> Self {
        Mapped::with(path, build, |_| Some(bias))
    }

    fn with(path: String, build: Option<Vec<u8>>, bias: impl FnOnce(&Elf) -> Option<u64>) -> Self {
        let elf = Elf::open(Path::new(&path)).ok();
        let replaced = build.is_some() && elf.as_ref().is_some_and(|elf| elf.build_id() != build);
        let elf = elf.filter(|_| !replaced);
        let bias = elf.as_ref().and_then(bias);
        let program = elf.filter(|_| bias.is_some()).and_then(|elf| Program::new(elf, Places::Beside).ok());
        Mapped { path, bias: bias.unwrap_or(0), program, replaced }
    }

    /// The functions at these addresses in it.
    pub(super) fn functions(&self, addresses: &BTreeSet<u64>) -> HashMap<u64, Vec<Function>> {
        let Some(program) = &self.program else { return HashMap::new() };
        let in_file: BTreeSet<u64> = addresses.iter().map(|address| address.wrapping_sub(self.bias)).collect();
        let told = program.look_up(&in_file, false).functions.into_iter();
        told.map(|(address, found)| {
            let functions = found.into_iter().map(|found| found.function).collect();
            (address.wrapping_add(self.bias), functions)
        })
        .collect()
    }

    fn sections(&self) -> Option<ExplicitModuleSectionInfo<Vec<u8>>> {
        if self.replaced {
            return None;
        }
        let cache = ReadCache::new(open::open(Path::new(&self.path)).ok()?);
        let file = object::File::parse(&cache).ok()?;
        let section = |name: &str| file.section_by_name(name);
        let range = |name: &str| {
            section(name).map(|section| section.address()..section.address().saturating_add(section.size()))
        };
        let contents = |name: &str| section(name).and_then(|section| Some(section.data().ok()?.to_vec()));
        Some(ExplicitModuleSectionInfo {
            base_svma: 0,
            text_svma: range(".text"),
            text: contents(".text"),
            got_svma: range(".got"),
            eh_frame_svma: range(".eh_frame"),
            eh_frame: contents(".eh_frame"),
            eh_frame_hdr_svma: range(".eh_frame_hdr"),
            eh_frame_hdr: contents(".eh_frame_hdr"),
            ..Default::default()
        })
    }
}
