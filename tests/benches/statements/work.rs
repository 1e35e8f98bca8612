//! What is measured, plain and instrumented from this one text.

/// A value that the compiler knows nothing of, and that stays in its register.
macro_rules! opaque {
    ($value:expr) => {{
        let mut value: u64 = $value;
        // SAFETY: no instruction.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags)) };
        value
    }};
}

/// Plain work: one statement a turn, each of which waits for the one before.
#[inline(never)]
pub fn work(turns: u64) -> u64 {
    let mut x = 1_u64;
    for turn in 0..turns {
        x = x.wrapping_mul(7) ^ turn;
    }
    x
}

/// Four statements a turn that cost next to nothing and cannot be merged.
#[inline(never)]
pub fn tight(turns: u64) -> u64 {
    let mut x = 1_u64;
    for _ in 0..turns {
        x = opaque!(x.wrapping_add(3));
        x = opaque!(x ^ 5);
        x = opaque!(x.wrapping_mul(7));
        x = opaque!(x.wrapping_add(1));
    }
    x
}

/// A call a turn, of a function of one statement.
#[inline(never)]
pub fn calls(turns: u64) -> u64 {
    let mut x = 1_u64;
    for _ in 0..turns {
        x = leaf(x);
    }
    x
}

#[inline(never)]
fn leaf(x: u64) -> u64 {
    opaque!(x ^ 5)
}

/// About twice as many calls as the number it returns.
#[inline(never)]
pub fn fib(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    fib(n - 1) + fib(n - 2)
}
