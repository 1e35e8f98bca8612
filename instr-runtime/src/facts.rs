//! What is known of the program before the first record.

use once_cell::race::OnceRef;

use crate::arena::{Arena, List};
use crate::sys;

/// The program or a library, as it was loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadedObject {
    /// Empty for the program itself.
    pub(crate) name: &'static [u8],
    /// What to add to the addresses in its file.
    pub(crate) base: u64,
    pub(crate) build_id: Option<&'static [u8]>,
}

/// Holds for forked children too.
pub(crate) struct Facts {
    pub(crate) exe: &'static [u8],
    pub(crate) argv0: &'static [u8],
    pub(crate) cwd: &'static [u8],
    /// The whole name of the test for which cargo-nextest has started the process.
    pub(crate) test: Option<&'static [u8]>,
    pub(crate) objects: List<LoadedObject, 64>,
}

static FACTS: OnceRef<'static, Facts> = OnceRef::new();

/// Asks the system. For normal context only.
pub(crate) fn prepare(arena: &mut Arena) {
    let facts = Facts {
        exe: sys::executable(|path| arena.bytes(path)),
        argv0: sys::command_line(|line| arena.bytes(line.split(|byte| *byte == 0).next().unwrap_or_default())),
        cwd: sys::current_directory(|path| arena.bytes(path)),
        test: sys::variable("NEXTEST", |value| value == b"1").unwrap_or(false).then(|| test(arena)).flatten(),
        objects: loaded_objects(arena),
    };
    if let Some(facts) = arena.keep(facts) {
        let _ = FACTS.set(facts);
    }
}

fn loaded_objects(arena: &mut Arena) -> List<LoadedObject, 64> {
    let mut objects = List::new();
    sys::for_each_loaded_object(|name, base, build_id| {
        let build_id = build_id.map(|id| arena.bytes(id));
        objects.push(LoadedObject { name: arena.bytes(name), base, build_id });
    });
    objects
}

/// As cargo-nextest calls test binaries: `BINARY --exact NAME --nocapture`, where others may be between.
fn test(arena: &mut Arena) -> Option<&'static [u8]> {
    sys::command_line(|line| {
        let arguments = || line.split(|byte| *byte == 0).skip(1);
        let is_one = arguments().any(|argument| argument == b"--exact");
        let name = arguments().find(|argument| !argument.is_empty() && !argument.starts_with(b"-"));
        name.filter(|_| is_one).map(|name| arena.bytes(name))
    })
}

/// What [`prepare`] has found. Async-signal-safe.
pub(crate) fn get() -> Option<&'static Facts> {
    FACTS.get()
}
