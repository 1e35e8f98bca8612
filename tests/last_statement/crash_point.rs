//! The place where a program could die: reads what would be known of it then. Not instrumented itself.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::LazyLock;

use instr_format::{files, last, sites};

thread_local! {
    static REACHED: RefCell<Vec<(u32, Option<u32>)>> = const { RefCell::new(Vec::new()) };
}

/// Here the program could die, in the statement that begins at `line`.
pub fn crash(line: u32) -> u32 {
    let last = last_line();
    REACHED.with_borrow_mut(|reached| reached.push((line, last)));
    1
}

/// Whether every crash since the last call would have been in the statement that it was in.
pub fn verdict() -> String {
    let reached = REACHED.take();
    let wrong = reached.iter().find(|(line, last)| Some(*line) != *last);
    match wrong {
        _ if reached.is_empty() => "never reached".to_owned(),
        Some((line, last)) => format!("in line {line}, found {last:?}"),
        None => "right".to_owned(),
    }
}

/// The line of the last-reached statement, as the files of this run tell it at this moment.
fn last_line() -> Option<u32> {
    static RUN: LazyLock<PathBuf> = LazyLock::new(|| {
        let output = std::env::var_os("INSTR_OUTPUT_DIR").expect("set by the test");
        std::fs::read_dir(output).expect("a directory").next().expect("a run").expect("an entry").path()
    });
    static LINES: LazyLock<Vec<u32>> = LazyLock::new(|| {
        let mut lines = Vec::new();
        let table = std::fs::read(RUN.join(files::SITES)).expect("a site table");
        sites::decode_table(&table, |id, site, _| {
            lines.resize(lines.len().max(id as usize + 1), 0);
            lines[id as usize] = site.line as u32;
        })
        .expect("a whole table");
        lines
    });
    let bytes = std::fs::read(RUN.join(files::LAST)).expect("slots");
    let (_, mut slots) = last::decode(&bytes).expect("a last file");
    let slot = slots.next().expect("the slot of the only thread");
    slot.site.filter(|_| !slot.left).and_then(|site| LINES.get(site as usize).copied())
}

/// An operator that could die.
pub struct Operand(pub u32);

impl std::ops::Add<Operand> for u32 {
    type Output = u32;

    fn add(self, operand: Operand) -> u32 {
        crash(operand.0)
    }
}

impl std::ops::Neg for Operand {
    type Output = u32;

    fn neg(self) -> u32 {
        crash(self.0)
    }
}

/// A destructor that could die.
pub struct Bomb(pub u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        crash(self.0);
    }
}
