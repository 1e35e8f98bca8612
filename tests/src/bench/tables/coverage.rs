//! What coverage costs, beside what LLVM's own costs.

use super::Target::AtMost;
use super::{Row, TIGHT, TIME, Table, WORK, row};

/// A row: the compiler's own.
pub const LLVM: &str = "`-C instrument-coverage`";

/// Of each statement.
pub const COVERAGE_STATEMENTS: Table = Table {
    bench: "coverage",
    title: "Coverage of a statement, release build",
    text: "What each statement of the functions above adds to the plain ones, with `INSTR_SINK=stack` alone and with \
           `INSTR_COVERAGE` besides, the same beside the ring, and with the compiler's own coverage instead of instr. Of the \
           rows with coverage, `over its sink` is the difference to the row of the same sink without it, in the same round.",
    columns: &[WORK, TIGHT, OVER_WORK, OVER_TIGHT],
    rows: &[
        row("stack"),
        Row { name: "coverage flags", targets: &[(OVER_WORK, AtMost(0.3)), (OVER_TIGHT, AtMost(0.3))] },
        Row { name: "coverage counts", targets: &[(OVER_WORK, AtMost(1.0)), (OVER_TIGHT, AtMost(1.0))] },
        row("ring"),
        Row { name: "ring, coverage flags", targets: &[(OVER_WORK, AtMost(0.3)), (OVER_TIGHT, AtMost(0.3))] },
        Row { name: "ring, coverage counts", targets: &[(OVER_WORK, AtMost(1.0)), (OVER_TIGHT, AtMost(1.0))] },
        row(LLVM),
    ],
};
/// Columns of [`COVERAGE_STATEMENTS`].
pub const OVER_WORK: &str = "over its sink, work, ns";
/// A column of [`COVERAGE_STATEMENTS`].
pub const OVER_TIGHT: &str = "over its sink, tight, ns";

/// Of real code.
pub const COVERAGE_CRATES: Table = Table {
    bench: "coverage",
    title: "Coverage of real code, release build",
    text: "The hot loops of published crates from above. `coverage flags` and `coverage counts` are with `INSTR_SINK=stack`.",
    columns: &[TIME],
    rows: &[
        row("serde_json, coverage flags"),
        row("serde_json, coverage counts"),
        row("serde_json, ring"),
        row("serde_json, ring, coverage flags"),
        row("serde_json, ring, coverage counts"),
        row("serde_json, `-C instrument-coverage`"),
        row("regex-lite, coverage flags"),
        row("regex-lite, coverage counts"),
        row("regex-lite, ring"),
        row("regex-lite, ring, coverage flags"),
        row("regex-lite, ring, coverage counts"),
        row("regex-lite, `-C instrument-coverage`"),
        row("pulldown-cmark, coverage flags"),
        row("pulldown-cmark, coverage counts"),
        row("pulldown-cmark, ring"),
        row("pulldown-cmark, ring, coverage flags"),
        row("pulldown-cmark, ring, coverage counts"),
        row("pulldown-cmark, `-C instrument-coverage`"),
        row("roxmltree, coverage flags"),
        row("roxmltree, coverage counts"),
        row("roxmltree, ring"),
        row("roxmltree, ring, coverage flags"),
        row("roxmltree, ring, coverage counts"),
        row("roxmltree, `-C instrument-coverage`"),
        row("miniz_oxide, coverage flags"),
        row("miniz_oxide, coverage counts"),
        row("miniz_oxide, ring"),
        row("miniz_oxide, ring, coverage flags"),
        row("miniz_oxide, ring, coverage counts"),
        row("miniz_oxide, `-C instrument-coverage`"),
    ],
};
