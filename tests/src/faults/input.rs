//! What the analyzer is given to read.

use super::{Row, provoked};

pub(super) const ROWS: &[Row] = &[
    provoked(72, "files that are cut", "logs, site tables, `last`, rings, segments and stacks at every byte"),
    provoked(73, "bits that are flipped", "each bit of headers, first lines and first records; mutants of whole runs"),
    provoked(
        74,
        "sizes, counts and places that lie",
        "numbers at their ends in mutants, files of a terabyte, in 64 MiB of address space",
    ),
    provoked(
        75,
        "paths and files that lead elsewhere",
        "links, pipes, directories and /dev/zero in the place of each file that is read or written; `..`, absolute paths and links \
         as sources",
    ),
    provoked(
        76,
        "compressed segments that lie",
        "growth by a thousand in 64 MiB, cuts at 20 places, several members, rubbish behind them",
    ),
    provoked(77, "enormous input", "logs and segments of a terabyte, 1,000 threads (30,000 in full runs)"),
    provoked(78, "logs that are written meanwhile", "rings and logs that change between any two reads of theirs"),
    provoked(
        79,
        "anything else",
        "a generator changes bytes, numbers and files of real runs, which every verb reads in 64 MiB; what AFL++ has found",
    ),
];
