//! The rest of a statement after calls, closures and blocks in it have ended.

use std::fmt::{self, Display, Formatter};
use std::ops::Index;

use instr_runtime::instrument_source;

use crate::crash_point::{Operand, crash};

pub const CASES: &[(&str, fn())] = &[
    ("second argument", second_argument),
    ("operator after both calls", operator),
    ("last argument of a chain", chain),
    ("second match guard", match_guard),
    ("error conversion of a question mark", question_mark),
    ("operator after an adapter's closure", closure),
    ("operator after a closure without block", closure_without_block),
    ("argument after a caught panic", caught_panic),
    ("else if", else_if),
    ("else if after a call in it", else_if_after_call),
    ("operator after an if", if_operand),
    ("operator after a match", match_operand),
    ("argument after a block", block_argument),
    ("negation after a block", negated_block),
    ("index after a block", block_index),
    ("index after calls in it", index),
    ("Display after another Display", display),
    ("let else", let_else),
];

#[instrument_source]
pub fn one() -> u32 {
    let one = 1;
    one
}

#[instrument_source]
fn two(_: u32, _: u32) -> u32 {
    let two = 2;
    two
}

#[instrument_source]
fn no() -> bool {
    let no = false;
    no
}

#[instrument_source]
fn operand(line: u32) -> Operand {
    let line = line;
    Operand(line)
}

#[instrument_source]
fn panics() {
    let reason = 1;
    panic!("{reason}")
}

#[instrument_source]
fn second_argument() {
    two(one(), crash(line!()));
}

#[instrument_source]
fn operator() {
    let _ = one() + operand(line!());
}

#[instrument_source]
fn chain() {
    let _ = one().max(two(one(), one())).min(crash(line!()));
}

#[instrument_source]
fn match_guard() {
    let line = line!() + 1;
    match one() {
        _ if no() => {}
        _ if crash(line) == 1 => {}
        _ => {}
    }
}

struct Small;
struct Converted;

impl From<Small> for Converted {
    fn from(_: Small) -> Self {
        crash(QUESTION_MARK_LINE);
        Converted
    }
}

#[instrument_source]
fn fails() -> Result<u32, Small> {
    let error = Small;
    Err(error)
}

const QUESTION_MARK_LINE: u32 = line!() + 5;

#[instrument_source]
fn question_mark() {
    let convert = || -> Result<u32, Converted> {
        let value = fails()?;
        Ok(value)
    };
    let _ = convert();
}

#[instrument_source]
fn closure() {
    let _ = [1, 2].iter().map(|x| { let y = x + 1; y }).sum::<u32>() + Operand(line!());
}

#[instrument_source]
fn closure_without_block() {
    let line = line!() + 1;
    let _ = [1, 2].iter().map(|x|
        x + 1).sum::<u32>() + Operand(line);
}

#[instrument_source]
fn caught_panic() {
    two(std::panic::catch_unwind(panics).is_err() as u32, crash(line!()));
}

#[instrument_source]
fn else_if() {
    if no() { one(); } else if crash(line!()) == 0 { one(); }
}

#[instrument_source]
fn else_if_after_call() {
    let line = line!() + 1;
    if no() {
        one();
    } else if one() == 1 && crash(line) == 0 {
        one();
    }
}

#[instrument_source]
fn if_operand() {
    let line = line!() + 1;
    let _ = (if one() == 1 {
        1u32
    } else {
        2
    }) + Operand(line);
}

#[instrument_source]
fn match_operand() {
    let line = line!() + 1;
    let _ = match one() {
        1 => one(),
        _ => 0,
    } + Operand(line);
}

#[instrument_source]
fn block_argument() {
    let line = line!() + 1;
    two({
        let a = one();
        a + 1
    }, crash(line));
}

#[instrument_source]
fn negated_block() {
    let line = line!() + 1;
    let _ = -{
        let a = line;
        Operand(a)
    };
}

struct Lines;

impl Index<u32> for Lines {
    type Output = u32;

    fn index(&self, line: u32) -> &u32 {
        crash(line);
        &1
    }
}

#[instrument_source]
fn block_index() {
    let line = line!() + 1;
    let _ = Lines[{
        let at = line;
        at
    }];
}

#[instrument_source]
fn index() {
    let _ = Lines[two(one(), one()) * 0 + line!()];
}

struct Instrumented;

#[instrument_source]
impl Display for Instrumented {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = "x";
        f.write_str(text)
    }
}

struct Crashing(u32);

impl Display for Crashing {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        crash(self.0);
        Ok(())
    }
}

#[instrument_source]
fn display() {
    let _ = format!("{Instrumented} {}", Crashing(line!()));
}

#[instrument_source]
fn let_else() {
    let 3 = one() + crash(line!()) + crash(line!()) else { return };
}
