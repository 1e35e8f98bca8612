//! Dies in the way that its argument names, each time of something that the signal does not say.

use instr_runtime::instrument_source;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("memory") => dies::of_want_of_memory(),
        Some("heap") => dies::of_memory_freed_twice(),
        Some("abort") => dies::by_itself(),
        Some("callback") => dies::of_a_panic_in_a_callback(),
        Some("drop") => dies::of_a_long_list(1_000_000),
        other => panic!("{other:?} is no way to die"),
    }
}

#[instrument_source]
mod dies {
    use std::hint::black_box;
    use std::process;

    pub(super) fn of_want_of_memory() {
        black_box(vec![1_u8; isize::MAX as usize]); // asks for memory
    }

    pub(super) fn of_memory_freed_twice() {
        // SAFETY: none; that is what the program is for.
        unsafe {
            let memory = black_box(libc::malloc(2000));
            libc::free(memory);
            libc::free(memory); // frees
        }
    }

    pub(super) fn by_itself() {
        process::abort(); // aborts
    }

    pub(super) fn of_a_panic_in_a_callback() {
        callback(black_box(0)); // calls back
    }

    extern "C" fn callback(divisor: u32) {
        black_box(1 / divisor);
    }

    pub(super) fn of_a_long_list(len: u32) {
        let list = super::list(len);
        black_box(&list); // drops behind this
    }
}

struct Node(#[expect(dead_code, reason = "it is dropped")] Option<Box<Node>>);

fn list(len: u32) -> Option<Box<Node>> {
    (0..len).fold(None, |next, _| Some(Box::new(Node(next))))
}
