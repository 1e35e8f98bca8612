//! The counting, in a file of its own.

use instr_runtime::instrument_source;

/// No system call says it.
const ERRNO: i32 = 4321;

#[instrument_source]
pub(crate) fn to(turns: u64) -> u64 {
    let mut done = 0;
    set_errno();
    while done < turns {
        done += 1; // turn
        assert_errno();
    }
    done
}

fn set_errno() {
    // SAFETY: libc promises a valid address for the calling thread.
    unsafe { *libc::__errno_location() = ERRNO };
}

fn assert_errno() {
    // SAFETY: as above.
    assert_eq!(unsafe { *libc::__errno_location() }, ERRNO);
}
