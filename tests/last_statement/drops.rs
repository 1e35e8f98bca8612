//! Destructors at the end of a scope, on a return and during unwinding.

use instr_runtime::instrument_source;

use crate::calls::one;
use crate::crash_point::Bomb;

pub const CASES: &[(&str, fn())] = &[
    ("drop at the end of a scope", scope_end),
    ("drop on return", on_return),
    ("drop during unwinding", unwinding),
];

struct Harmless;

#[instrument_source]
impl Drop for Harmless {
    fn drop(&mut self) {
        let a = 1;
        let _ = a + 1;
    }
}

#[instrument_source]
fn panics() {
    let reason = 1;
    panic!("{reason}")
}

#[instrument_source]
fn scope_end() {
    let _dropped_last = Bomb(line!() + 2);
    let _dropped_first = Harmless;
    let _last = one();
}

#[instrument_source]
fn on_return() {
    let _dropped_last = Bomb(line!() + 3);
    let _dropped_first = Harmless;
    if one() == 1 {
        return;
    }
    one();
}

#[instrument_source]
fn unwinding() {
    let _ = std::panic::catch_unwind(|| {
        let _outer = Bomb(line!() + 3);
        {
            let _inner = Bomb(line!() + 1);
            panics();
        }
    });
}
