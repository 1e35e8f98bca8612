//! The sites of this image: every instrumented statement, known before the first one runs.
//!
//! Each function contributes one byte per statement to the section `instr_ids` and one [`Function`] to `instr_sites`. A
//! statement's id is the position of its byte in the first section, the same in every run of one binary. The byte itself
//! switches the site.

#![allow(unsafe_code)]

mod sections;

use core::fmt::Write as _;
use core::panic::Location;
use core::ptr::NonNull;
use core::slice;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use instr_format::sites::{self, Origin, Untouched, decode_function, decode_site, decode_untouched};
use instr_format::text::SiteText;
use once_cell::race::OnceRef;

use crate::arena::Arena;
use crate::sys::Writer;

/// The switch of one site, and by its address its identity.
#[derive(Debug)]
#[repr(transparent)]
#[allow(unreachable_pub, reason = "part of a type that expansions name")]
pub struct Id(AtomicU8);

/// Not recorded.
pub(crate) const OFF: u8 = 0;
pub(crate) const ON: u8 = 1;
/// Left out by a filter: counted by the thread.
pub(crate) const FILTERED: u8 = 2;
/// On for some of its statements, as `INSTR_RATE` says.
pub(crate) const RATED: u8 = 4;
/// The runtime is asked each time: what to do is not decided yet, belongs to another image, or takes more than a probe can do.
pub(crate) const ASKED: u8 = 5;
/// Beside one of the others: nobody has reached the statement yet, which is to be marked then. The runtime is asked until it is.
pub(crate) const UNSEEN: u8 = 8;
/// Beside one of the others: how often the statement is reached is counted by site.
pub(crate) const COUNTED: u8 = 16;
/// What a probe cannot do by itself has one of these bits.
#[allow(dead_code, reason = "not every form of the probe asks")]
pub(crate) const BEYOND_PROBES: u8 = 4 | UNSEEN;

/// The sites of one function, on which probes are called: how many there are is known wherever a generic function is
/// compiled, which what a static holds is not.
#[derive(Debug)]
#[repr(transparent)]
pub struct Sites<const COUNT: usize>(pub(crate) [Id; COUNT]);

impl<const COUNT: usize> Sites<COUNT> {
    /// Probes ask until the filters have been decided.
    #[allow(clippy::new_without_default, reason = "made in statics alone")]
    pub const fn new() -> Self {
        Sites([const { Id(AtomicU8::new(ASKED)) }; COUNT])
    }
}

impl Id {
    #[inline(always)]
    pub(crate) fn switch(&self) -> u8 {
        self.0.load(Relaxed)
    }

    /// How the site is switched but for what coverage asks of it.
    pub(crate) fn own_switch(&self) -> u8 {
        self.switch() & !(UNSEEN | COUNTED)
    }

    /// The statement has been marked.
    pub(crate) fn is_seen(&self) {
        self.0.store(self.switch() & !UNSEEN, Relaxed);
    }

    /// The site's id, if it belongs to this image. Async-signal-safe.
    pub(crate) fn index(&'static self) -> Option<u32> {
        let index = core::ptr::from_ref(self).addr().wrapping_sub(first_address());
        if index < count() { u32::try_from(index).ok() } else { None }
    }

    /// The low half of its address, which stands for it in stacks and rings.
    #[allow(dead_code, reason = "not every form of the probe asks")]
    pub(crate) fn low_half(&'static self) -> u32 {
        core::ptr::from_ref(self).addr() as u32
    }
}

/// The address of the first site.
pub(crate) fn first_address() -> usize {
    sections::ids().as_ptr().addr()
}

/// The id of the site whose address has this low half, if it belongs to this image. Async-signal-safe.
pub(crate) fn id_at(low_half: u32) -> Option<u32> {
    let id = low_half.wrapping_sub(first_address() as u32);
    (low_half != 0 && (id as usize) < count()).then_some(id)
}

/// The low half of the address of the site with this id. Async-signal-safe.
pub(crate) fn low_half(id: u32) -> u32 {
    (first_address() as u32).wrapping_add(id)
}

/// One instrumented function, or one without switches that stays as it is.
#[derive(Debug)]
#[repr(C)]
pub struct Function {
    first: *const Id,
    count: usize,
    text: &'static str,
    expanded_from: Option<&'static Location<'static>>,
}

// SAFETY: the pointer is to statics that any thread may use.
unsafe impl Sync for Function {}

impl Function {
    /// A function with these sites, described by `text` as [`instr_format::sites`] says.
    pub const fn new<const COUNT: usize>(sites: &'static Sites<COUNT>, text: &'static str) -> Self {
        Function { first: sites.0.as_ptr(), count: COUNT, text, expanded_from: None }
    }

    /// A function that stays as it is.
    pub const fn without_sites(text: &'static str) -> Self {
        Function { first: NonNull::dangling().as_ptr(), count: 0, text, expanded_from: None }
    }

    /// The same, some of it out of a macro that was invoked there.
    #[must_use]
    pub const fn expanded_from(self, place: &'static Location<'static>) -> Self {
        Function { expanded_from: Some(place), ..self }
    }

    #[inline(always)]
    pub(crate) fn ids(&self) -> &'static [Id] {
        // SAFETY: the two came from such a slice.
        unsafe { slice::from_raw_parts(self.first, self.count) }
    }

    /// Where the function stands in the table; `None` for a function without sites.
    fn range(&self) -> Option<sites::Range> {
        let first = self.ids().first()?.index()? as usize;
        Some(sites::Range { first, count: self.count })
    }
}

/// How many sites there are, padding included.
pub(crate) fn count() -> usize {
    sections::ids().len()
}

/// From here on, probes keep the open statements and do no more. Async-signal-safe.
pub(crate) fn switch_all_off() {
    for id in sections::ids() {
        id.0.store(OFF, Relaxed);
    }
}

/// From here on, each site is switched like this; whether it is unseen stays. Async-signal-safe.
pub(crate) fn switch(switches: impl Iterator<Item = u8>) {
    for (id, switch) in sections::ids().iter().zip(switches) {
        id.0.store(switch | id.switch() & UNSEEN, Relaxed);
    }
}

/// In a forked child, nobody has reached any statement yet. Async-signal-safe.
pub(crate) fn forget_seen() {
    for id in sections::ids() {
        id.0.store(id.switch() | UNSEEN, Relaxed);
    }
}

/// Where the texts of the sites are found without a search.
pub(crate) struct Index {
    functions: &'static [sites::Function<'static>],
    /// By id: the number of the function, and the bytes of the site's line in the function's text.
    entries: &'static [Entry],
}

#[derive(Clone, Copy)]
struct Entry {
    function: u32,
    start: u32,
    end: u32,
}

static INDEX: OnceRef<'static, Index> = OnceRef::new();

/// Reads all texts and sets every switch: to `switch` where `admits` says so of the function and the file, which are escaped, and
/// everywhere to what `coverage` asks for besides. How many were admitted. For normal context.
pub(crate) fn prepare(
    arena: &mut Arena,
    switch: u8,
    coverage: u8,
    admits: impl Fn(&sites::Function<'static>, &'static [u8]) -> bool,
) -> usize {
    let mut admitted_sites = 0;
    let functions = sections::functions();
    let none = sites::Function { module: b"", name: b"", file: b"", test: None, expanded_from: None };
    let heads = arena.slice(functions.len(), none);
    let entries = arena.slice(count(), Entry { function: u32::MAX, start: 0, end: 0 });
    for ((number, function), head) in (0..).zip(functions).zip(&mut *heads) {
        let text = function.text.as_bytes();
        let mut lines = Lines { text, at: 0 };
        if let Some(decoded) = lines.next().and_then(|(start, end)| decode_function(text.get(start..end)?)) {
            *head = decoded;
        }
        let admitted = admits(head, head.file);
        for (id, (start, end)) in function.ids().iter().zip(lines) {
            let site = text.get(start..end).and_then(|line| decode_site(head, line));
            let admitted = site.filter(|site| site.file != head.file).map_or(admitted, |site| admits(head, site.file));
            admitted_sites += usize::from(admitted);
            id.0.store(coverage | if admitted { switch } else { FILTERED }, Relaxed);
            if let Some(entry) = id.index().and_then(|id| entries.get_mut(id as usize)) {
                *entry = Entry { function: number, start: start as u32, end: end as u32 };
            }
        }
    }
    if let Some(index) = arena.keep(Index { functions: heads, entries }) {
        let _ = INDEX.set(index);
    }
    admitted_sites
}

/// Start and end of each line of a text.
struct Lines {
    text: &'static [u8],
    at: usize,
}

impl Iterator for Lines {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.at;
        let len = self.text.get(start..)?.iter().position(|byte| *byte == b'\n')?;
        self.at = start + len + 1;
        Some((start, start + len))
    }
}

/// What a record says of the site with this id. Async-signal-safe.
#[inline]
pub(crate) fn text(id: u32) -> Option<SiteText<'static>> {
    let index = INDEX.get()?;
    let entry = index.entries.get(id as usize)?;
    let function = index.functions.get(entry.function as usize)?;
    let text = sections::functions().get(entry.function as usize)?.text.as_bytes();
    decode_site(function, text.get(entry.start as usize..entry.end as usize)?)
}

/// Writes the site table. Async-signal-safe.
pub(crate) fn write_table(out: &mut Writer<'_>) {
    // The writer keeps its first error for later.
    let _ = write!(out, "{}", sites::TableHeader { count: count() });
    for function in sections::functions() {
        if let Some(range) = function.range() {
            let (head, sites) = function.text.split_once('\n').unwrap_or_default();
            let _ = write!(out, "{range}{head}");
            if let Some(place) = function.expanded_from {
                let _ = write!(out, "{}", Origin { line: place.line(), col: place.column(), file: place.file() });
            }
            out.put(b"\n");
            out.put(sites.as_bytes());
        }
    }
}

/// The functions that stay as they are. Async-signal-safe.
pub(crate) fn untouched() -> impl Iterator<Item = Untouched<'static>> {
    let without_sites = sections::functions().iter().filter(|function| function.count == 0);
    without_sites.filter_map(|function| decode_untouched(function.text.as_bytes()))
}
