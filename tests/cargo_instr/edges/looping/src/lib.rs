//! A dependency that goes on for ever.

/// How often [`forever`] has gone round. Without optimization, an atomic would have edges of its own.
pub static mut TURNS: u64 = 0;

/// Never returns.
#[inline(never)]
pub fn forever() -> ! {
    loop {
        let turns = unsafe { TURNS };
        if turns == 0x100_0000 {
            never();
        }
        unsafe { TURNS = (turns + 1) & 0xff_ffff };
    }
}

/// Is never reached.
#[inline(never)]
pub fn never() {
    println!("never");
}

/// Reaches what nothing else does.
#[inline(never)]
pub fn of_child(number: u64) -> u64 {
    std::hint::black_box(number) + 1
}

/// Nothing.
#[inline(never)]
pub fn nothing() -> u8 {
    std::hint::black_box(0)
}
