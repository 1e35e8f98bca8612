//! A library for programs whose `main` is not Rust's.

/// # Safety
/// There must be a byte at the address.
#[no_mangle]
pub unsafe extern "C" fn peek(address: *const u8) -> u8 {
    unsafe { address.read_volatile() }
}
