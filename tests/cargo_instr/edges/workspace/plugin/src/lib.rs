//! A library for programs of C.

/// Reads a byte.
///
/// # Safety
/// There must be one at the address.
#[no_mangle]
pub unsafe extern "C" fn peek(address: *const u8) -> u8 {
    if address.is_null() {
        return looping::nothing();
    }
    unsafe { address.read_volatile() }
}
