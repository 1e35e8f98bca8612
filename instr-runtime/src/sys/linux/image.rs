//! The program as it was loaded: its sections, its objects and its privileges.

use core::ffi::{CStr, c_int, c_void};

use core::slice;

use crate::arena::{Arena, List};
use crate::site::{Function, Id, Sites};

/// The sections that the macros fill, see [`crate::site`].
pub(crate) mod sections {
    use super::{Function, Id, Sites, slice};

    // One entry each, so that the sections exist in an image without any instrumented function.
    #[used]
    #[unsafe(link_section = "instr_ids")]
    static NO_SITE: Sites<1> = Sites::new();
    #[used]
    #[unsafe(link_section = "instr_sites")]
    static NO_FUNCTION: Function = Function::without_sites("");

    unsafe extern "Rust" {
        #[link_name = "__start_instr_ids"]
        static IDS_START: Id;
        #[link_name = "__stop_instr_ids"]
        static IDS_STOP: Id;
        #[link_name = "__start_instr_sites"]
        static FUNCTIONS_START: Function;
        #[link_name = "__stop_instr_sites"]
        static FUNCTIONS_STOP: Function;
    }

    /// The switches of all sites, in the order of their ids.
    #[inline]
    pub(crate) fn ids<'a>() -> &'a [Id] {
        // SAFETY: the linker defines both ends of the section, which holds nothing but `Id`s, each valid in any state.
        unsafe { between(&raw const IDS_START, &raw const IDS_STOP) }
    }

    /// All functions.
    pub(crate) fn functions() -> &'static [Function] {
        // SAFETY: as above; a `Function` is as large as its alignment demands, so the linker puts no padding between.
        unsafe { between(&raw const FUNCTIONS_START, &raw const FUNCTIONS_STOP) }
    }

    /// # Safety
    /// From `start` to `stop` there must be values of this type and nothing else.
    unsafe fn between<'a, T>(start: *const T, stop: *const T) -> &'a [T] {
        // SAFETY: promised by the caller.
        unsafe { slice::from_raw_parts(start, stop.offset_from_unsigned(start)) }
    }
}

/// Whether the program runs with rights that its starter may not have. For normal context.
pub(crate) fn is_privileged() -> bool {
    // SAFETY: touches no memory of ours.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Keeps this library where it is until the process ends, as libc will call its functions then. Locks; for normal context.
#[cfg(not(target_feature = "crt-static"))]
pub(crate) fn stay_loaded() {
    let mut info = core::mem::MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: dladdr fills the structure when it succeeds; nothing is loaded that is not there.
    unsafe {
        if libc::dladdr(stay_loaded as *const c_void, info.as_mut_ptr()) != 0 {
            libc::dlopen(info.assume_init().dli_fname, libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
        }
    }
}

/// A static program has no libraries that could be unloaded.
#[cfg(target_feature = "crt-static")]
pub(crate) fn stay_loaded() {}

/// The program or a library, as it was loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadedObject {
    /// Empty for the program itself.
    pub(crate) name: &'static [u8],
    /// What to add to the addresses in its file.
    pub(crate) base: u64,
    pub(crate) build_id: Option<&'static [u8]>,
}

/// Everything that is loaded now, the program first. Locks; for normal context.
pub(crate) fn loaded_objects<const SIZE: usize>(arena: &mut Arena) -> List<LoadedObject, SIZE> {
    struct Found<'a, const SIZE: usize> {
        arena: &'a mut Arena,
        objects: List<LoadedObject, SIZE>,
    }
    extern "C" fn add<const SIZE: usize>(info: *mut libc::dl_phdr_info, _: libc::size_t, found: *mut c_void) -> c_int {
        // SAFETY: dl_iterate_phdr passes a valid description, and what is found below.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Found<'_, SIZE>>()) };
        // SAFETY: the name is null or ends in NUL.
        let name = if info.dlpi_name.is_null() { c"" } else { unsafe { CStr::from_ptr(info.dlpi_name) } };
        found.objects.push(LoadedObject {
            name: found.arena.bytes(name.to_bytes()),
            base: info.dlpi_addr,
            build_id: build_id(info).map(|id| found.arena.bytes(id)),
        });
        0
    }
    let mut found = Found::<SIZE> { arena, objects: List::new() };
    // SAFETY: the callback gets what it expects.
    unsafe { libc::dl_iterate_phdr(Some(add::<SIZE>), (&raw mut found).cast()) };
    found.objects
}

const NT_GNU_BUILD_ID: u32 = 3;

fn build_id(info: &libc::dl_phdr_info) -> Option<&[u8]> {
    // SAFETY: the loader's table of program headers.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    headers.iter().filter(|header| header.p_type == libc::PT_NOTE).find_map(|header| {
        let start = (info.dlpi_addr + header.p_vaddr) as *const u8;
        // SAFETY: a note segment is loaded where its header says.
        build_id_in(unsafe { slice::from_raw_parts(start, header.p_memsz as usize) })
    })
}

/// Notes are: length of the name, length of the contents, type, name, contents, the latter two padded to 4 bytes.
pub(super) fn build_id_in(mut notes: &[u8]) -> Option<&[u8]> {
    while let Some((head, rest)) = notes.split_at_checked(12) {
        let word = |at: usize| head[at..].first_chunk().copied().map_or(0, u32::from_ne_bytes);
        let (name_len, len, kind) = (word(0) as usize, word(4) as usize, word(8));
        let (name, rest) = rest.split_at_checked(name_len.next_multiple_of(4))?;
        let contents = rest.get(..len)?;
        if kind == NT_GNU_BUILD_ID && name.get(..name_len) == Some(b"GNU\0") {
            return Some(contents);
        }
        notes = rest.get(len.next_multiple_of(4)..)?;
    }
    None
}
