//! As little as a library can be, so that thousands of copies of it can be damaged.
#![no_std]

pub struct Counter {
    count: u64,
}

impl Counter {
    #[inline(always)]
    fn step(&mut self, by: u64) -> u64 {
        self.count = self.count.wrapping_mul(31).wrapping_add(by);
        self.count
    }
}

/// Counts.
#[unsafe(no_mangle)]
pub extern "C" fn turn(start: u64, turns: u64) -> u64 {
    let mut counter = Counter { count: start };
    let mut turn = 0;
    while turn < turns {
        turn += counter.step(turn) % 2 + 1;
    }
    counter.count
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
