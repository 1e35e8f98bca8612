//! The rest of a statement after a block, `if` or `match` that is a part of a larger value.

use instr_runtime::instrument_source;

use crate::calls::one;
use crate::crash_point::{Bomb, Operand, crash};

pub const CASES: &[(&str, fn())] = &[
    ("tuple after an if", tuple),
    ("array after a match", array),
    ("struct after a block", structure),
    ("struct after its base", base),
    ("constructor after an if", constructor),
    ("nested constructors after an if", nested),
    ("cast block", cast),
    ("cast number", cast_number),
    ("field of a block", field),
    ("assignment of a block", assignment),
    ("assignment of a match to an element", element),
    ("range from a block", range),
    ("header of a for loop after a block", header),
    ("reference to a block", reference),
    ("references to a local variable", local_references),
    ("chain after a block", chain),
    ("and after an or with a block", conditions),
    ("match guard after a block", guard),
];

#[derive(Default)]
struct Fields {
    a: u32,
    b: u32,
}

#[instrument_source]
fn tuple() {
    let line = line!() + 1;
    let _ = (if one() == 1 {
        1
    } else {
        2
    }, crash(line));
}

#[instrument_source]
fn array() {
    let line = line!() + 1;
    let _ = [match one() {
        1 => one(),
        _ => 2,
    }, crash(line)];
}

#[instrument_source]
fn structure() {
    let line = line!() + 1;
    let fields = Fields { a: {
        let a = one();
        a
    }, b: crash(line) };
    assert_eq!(fields.a, fields.b);
}

#[instrument_source]
fn base() {
    let line = line!() + 1;
    let _ = (Fields { a: one(), ..{
        let fields = Fields::default();
        fields
    } }, crash(line));
}

#[instrument_source]
fn constructor() {
    let line = line!() + 1;
    let _ = (Some(if one() == 1 {
        1
    } else {
        2
    }), crash(line));
}

#[instrument_source]
fn nested() {
    let line = line!() + 1;
    let _ = Some(Ok::<_, ()>((if one() == 1 {
        1
    } else {
        2
    }, crash(line))));
}

#[instrument_source]
fn cast() {
    let line = line!() + 1;
    let _ = (if one() == 1 {
        one()
    } else {
        2
    } as u64, crash(line));
}

#[instrument_source]
fn cast_number() {
    let line = line!() + 1;
    let _ = !{
        one();
        1
    } as u32 + Operand(line);
}

#[instrument_source]
fn field() {
    let line = line!() + 1;
    let _ = {
        let fields = Fields::default();
        fields
    }.a + Operand(line);
}

#[instrument_source]
fn assignment() {
    let line = line!() + 2;
    let mut _bomb = Bomb(line);
    _bomb = if one() == 1 {
        Bomb(line - 1)
    } else {
        return
    };
    std::mem::forget(_bomb);
}

struct Lines(u32);

impl std::ops::Index<u32> for Lines {
    type Output = u32;

    fn index(&self, _: u32) -> &u32 {
        &self.0
    }
}

impl std::ops::IndexMut<u32> for Lines {
    fn index_mut(&mut self, line: u32) -> &mut u32 {
        crash(line);
        &mut self.0
    }
}

#[instrument_source]
fn element() {
    let line = line!() + 2;
    let mut lines = Lines(0);
    lines[line] = match one() {
        1 => 1,
        _ => 2,
    };
}

#[instrument_source]
fn range() {
    let line = line!() + 1;
    let _ = {
        let start = one();
        start
    }..crash(line);
}

#[instrument_source]
fn header() {
    let line = line!() + 1;
    for _ in (if one() == 1 {
        1
    } else {
        2
    }..crash(line) + 1) {}
}

#[instrument_source]
fn reference() {
    let line = line!() + 1;
    let _ = (&{
        let a = one();
        a
    }, crash(line));
}

#[instrument_source]
fn local_references() {
    let fields = Fields::default();
    let line = line!() + 1;
    let _ = (if one() == 1 {
        &fields.a
    } else {
        &fields.b
    }, crash(line));
}

#[instrument_source]
fn chain() {
    let line = line!() + 1;
    if let Some(a) = {
        let a = one();
        Some(a)
    } && a == crash(line)
    {
        one();
    }
}

#[instrument_source]
fn conditions() {
    let line = line!() + 1;
    let _ = (one() == 2 || {
        let a = one();
        a == 1
    }) && crash(line) == 1;
}

#[instrument_source]
fn guard() {
    let line = line!() + 1;
    match {
        let a = one();
        a
    } {
        a if a == crash(line) => {}
        _ => {}
    }
}
