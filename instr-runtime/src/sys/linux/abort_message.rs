//! What the C library says when it aborts the program: that memory is freed twice, that an `assert` of C fails.
//!
//! glibc keeps the text for debuggers, at a place that only it and they know by name.

#[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
mod glibc {
    use core::ffi::{CStr, c_char, c_uint};
    use core::ptr::{self, addr_of};
    use core::sync::atomic::AtomicPtr;
    use core::sync::atomic::Ordering::{Acquire, Release};

    /// As glibc has it.
    #[repr(C)]
    struct Message {
        /// How many bytes all of it takes.
        size: c_uint,
        /// The text, which ends in NUL.
        text: [c_char; 0],
    }

    /// Where glibc keeps the pointer to its newest message. Null: this glibc has no such place.
    static PLACE: AtomicPtr<AtomicPtr<Message>> = AtomicPtr::new(ptr::null_mut());

    pub(crate) fn find() {
        // SAFETY: both names end in NUL.
        let place = unsafe { libc::dlvsym(libc::RTLD_DEFAULT, c"__abort_msg".as_ptr(), c"GLIBC_PRIVATE".as_ptr()) };
        PLACE.store(place.cast(), Release);
    }

    pub(crate) fn read() -> Option<&'static [u8]> {
        // SAFETY: glibc's place stays, and holds null or a message that stays until there is another one, when all is over.
        unsafe {
            let message = PLACE.load(Acquire).as_ref()?.load(Acquire);
            if message.is_null() { None } else { Some(CStr::from_ptr(addr_of!((*message).text).cast()).to_bytes()) }
        }
    }
}

#[cfg(not(all(target_env = "gnu", not(target_feature = "crt-static"))))]
mod glibc {
    pub(crate) fn find() {}

    pub(crate) fn read() -> Option<&'static [u8]> {
        None
    }
}

/// Looks for the place of the text. Locks; for normal context.
pub(crate) fn find_abort_message() {
    glibc::find();
}

/// The text, where the C library is aborting the program. Async-signal-safe.
pub(crate) fn abort_message() -> Option<&'static [u8]> {
    glibc::read()
}
