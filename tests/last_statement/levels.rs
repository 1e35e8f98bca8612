//! The rest of a function or of a block, where these are what is recorded.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use crate::crash_point::crash;

pub const CASES: &[(&str, fn())] = &[
    ("function after a call", functions::call),
    ("function after a call in an operand", functions::operand),
    ("function in a branch", functions::branch),
    ("function after a closure", functions::closure),
    ("function after a caught panic", functions::caught),
    ("closure after a call", functions::in_closure),
    ("function after a future", functions::future),
    ("function after a future in a loop", functions::looping_future),
    ("async function after an await", functions::awaiting),
    ("async block after an await", functions::in_async_block),
    ("function after a statement of its own level", functions::deeper),
    ("block after a call", blocks::call),
    ("function after a branch", blocks::branch),
    ("function behind what is configured out", blocks::configured),
    ("function after blocks in an operand", blocks::operand),
    ("function after a loop", blocks::looped),
    ("header after a turn", blocks::header),
    ("header after a continue", blocks::continued),
    ("block after a block in it", blocks::inner),
    ("arm after a call", blocks::arm),
    ("function after an arm", blocks::after_arm),
    ("closure after a block in it", blocks::closure),
    ("macro call behind a branch", macros::call),
];

fn block_on<T>(future: impl Future<Output = T>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}

#[instr_runtime::instrument_source(level = "function")]
mod functions {
    use super::{block_on, crash};

    fn one() -> u32 {
        1
    }

    async fn later() -> u32 {
        1
    }

    fn panics() {
        panic!();
    }

    #[rustfmt::skip]
    pub fn call() { const HERE: u32 = line!();
        one();
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn operand() { const HERE: u32 = line!();
        let _ = one() + crash(HERE);
    }

    #[rustfmt::skip]
    pub fn branch() { const HERE: u32 = line!();
        if one() == 1 {
            one();
            crash(HERE);
        }
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn closure() { const HERE: u32 = line!();
        let _ = [1, 2].iter().map(|x| x + one()).sum::<u32>() + crash(HERE);
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn caught() { const HERE: u32 = line!();
        let _ = std::panic::catch_unwind(panics);
        crash(HERE);
    }

    pub fn in_closure() {
        [1].iter().for_each(|_| {
            one();
            crash(line!() - 2);
        });
    }

    #[rustfmt::skip]
    pub fn future() { const HERE: u32 = line!();
        block_on(async { one() });
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn looping_future() { const HERE: u32 = line!();
        let mut turns = 0;
        while crash(HERE) == 1 && turns < 2 {
            turns += 1;
            block_on(async { one() });
        }
    }

    pub fn awaiting() {
        #[rustfmt::skip]
        async fn f() { const HERE: u32 = line!();
            later().await;
            crash(HERE);
            let _ = later().await + crash(HERE);
            if later().await == 1 {
                crash(HERE);
            }
        }
        block_on(f());
    }

    pub fn in_async_block() {
        block_on(async {
            later().await;
            crash(line!() - 2);
        });
    }

    #[rustfmt::skip]
    pub fn deeper() { const HERE: u32 = line!();
        #[instr_runtime::instrument_source(level = "statement")]
        fn inner() {
            let _one = one();
            crash(line!());
        }
        inner();
        crash(HERE);
    }
}

#[instr_runtime::instrument_source(level = "block")]
mod blocks {
    use super::crash;

    fn one() -> u32 {
        if true { 1 } else { 2 }
    }

    pub fn call() {
        if one() == 1 {
            one();
            crash(line!() - 2);
        }
    }

    #[rustfmt::skip]
    pub fn branch() { const HERE: u32 = line!();
        if one() == 1 {
            one();
        }
        crash(HERE);
        if one() == 2 {
        } else {
            one();
        }
        one();
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn configured() { const HERE: u32 = line!();
        {
            one();
        }
        #[cfg(any())]
        one();
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn operand() { const HERE: u32 = line!();
        let _ = if one() == 1 {
            1
        } else {
            2
        } + crash(HERE);
    }

    #[rustfmt::skip]
    pub fn looped() { const HERE: u32 = line!();
        let mut n = 0;
        let _ = loop {
            n += 1;
            if n == 2 {
                break n;
            }
        } + crash(HERE);
        for _ in 0..2 {
            one();
        }
        crash(HERE);
    }

    #[rustfmt::skip]
    pub fn header() { const HERE: u32 = line!();
        let mut turns = 0;
        while crash(HERE) == 1 && turns < 2 {
            turns += 1;
        }
    }

    #[rustfmt::skip]
    pub fn continued() { const HERE: u32 = line!();
        let mut turns = 0;
        while crash(HERE) == 1 && turns < 2 {
            turns += 1;
            if turns == 1 {
                continue;
            }
        }
    }

    pub fn inner() {
        {
            {
                one();
            }
            crash(line!() - 4);
        }
    }

    pub fn arm() {
        match one() {
            1 => one() + crash(line!()),
            _ => 0,
        };
    }

    #[rustfmt::skip]
    pub fn after_arm() { const HERE: u32 = line!();
        match one() {
            1 => one(),
            _ => 0,
        };
        crash(HERE);
    }

    pub fn closure() {
        let closure = || {
            if one() == 1 {
                one();
            }
            crash(line!() - 4);
        };
        closure();
    }
}

#[instr_runtime::instrument_source(macros = "none")]
mod macros {
    use super::crash;

    macro_rules! crash {
        ($line:expr) => {
            crash($line)
        };
    }

    pub fn call() {
        let line = line!() + 1;
        if crash(line) == 1 {
            let _one = 1;
        }
        crash!(line);
        crash!(line);
    }
}
