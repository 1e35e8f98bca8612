//! Reaches a statement whose lines are long: so often as its first argument says, once more when it has removed the file that its
//! second one names.

use instr_runtime::instrument_source;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let turns: u32 = arguments.next().and_then(|turns| turns.parse().ok()).expect("a number of turns");
    let file = arguments.next().expect("a file");
    (0..turns).for_each(reach);
    std::fs::remove_file(file).expect("a file");
    (0..turns).for_each(reach);
    std::process::exit(5);
}

#[instrument_source]
fn reach(_: u32) {
    std::hint::black_box(
        "000-001-002-003-004-005-006-007-008-009-010-011-012-013-014-015-016-017-018-019-020-021-022-023-024-025-026-027-028-029",
    );
}
