//! The program as it was loaded: its constructors, its objects and its privileges.

use core::ffi::{CStr, c_int, c_void};
use core::slice;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Release};

/// What the loader runs before `main`.
pub(crate) type Constructor = extern "C" fn();

/// Run behind the constructors of the crates that use this one: the linker puts these before it.
#[used]
#[unsafe(link_section = ".init_array")]
pub(crate) static AFTER_CONSTRUCTORS: Constructor = constructed;

static CONSTRUCTED: AtomicBool = AtomicBool::new(false);

extern "C" fn constructed() {
    CONSTRUCTED.store(true, Release);
}

/// Whether the constructors of this program or library have run, so that what its main thread reaches is called by `main`.
pub(crate) fn has_been_constructed() -> bool {
    CONSTRUCTED.load(Acquire)
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

/// Whether this code is the program's, and not that of a library that it has loaded. Async-signal-safe.
pub(crate) fn is_in_program() -> bool {
    unsafe extern "C" {
        #[link_name = "__ehdr_start"]
        static START: [u8; 64];
    }
    // SAFETY: the linker defines where the file's header is loaded, where its segments are found.
    let (start, header) = unsafe { ((&raw const START).addr(), &START) };
    let segments = header.get(32..40).and_then(|bytes| bytes.first_chunk()).copied().map_or(0, usize::from_ne_bytes);
    // SAFETY: touches no memory of ours.
    unsafe { libc::getauxval(libc::AT_PHDR) as usize == start + segments }
}

/// Passes on of everything that is loaded now, the program first: its name, which is empty for the program itself, what to add to
/// the addresses in its file, and its build id. Locks; for normal context.
pub(crate) fn for_each_loaded_object<Each: FnMut(&[u8], u64, Option<&[u8]>)>(mut each: Each) {
    extern "C" fn pass<Each: FnMut(&[u8], u64, Option<&[u8]>)>(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        each: *mut c_void,
    ) -> c_int {
        // SAFETY: dl_iterate_phdr passes a valid description, and what is passed to it below.
        let (info, each) = unsafe { (&*info, &mut *each.cast::<Each>()) };
        // SAFETY: the name is null or ends in NUL.
        let name = if info.dlpi_name.is_null() { c"" } else { unsafe { CStr::from_ptr(info.dlpi_name) } };
        each(name.to_bytes(), info.dlpi_addr, build_id(info));
        0
    }
    // SAFETY: the callback gets what it expects.
    unsafe { libc::dl_iterate_phdr(Some(pass::<Each>), (&raw mut each).cast()) };
}

/// The same of the one that has this address in one of its segments, with an empty name for the program, whatever the C library
/// calls it. Locks; for normal context.
#[cfg(feature = "sancov")]
pub(crate) fn object_at<Found: FnMut(&[u8], u64, Option<&[u8]>)>(address: usize, mut found: Found) {
    let mut nearest = None;
    // Objects lie apart, so the one with the address is the last one that begins before it.
    for_each_loaded_object(|_, base, _| {
        nearest = nearest.max(Some(base).filter(|base| *base <= address as u64));
    });
    let mut is_program = true;
    for_each_loaded_object(|name, base, build_id| {
        if Some(base) == nearest {
            found(if is_program { b"" } else { name }, base, build_id);
        }
        is_program = false;
    });
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
