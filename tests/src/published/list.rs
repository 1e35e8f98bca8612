//! Which crates: of every kind.

use super::Crate;

/// What holds unless a crate says otherwise.
const CRATE: Crate = Crate {
    name: "",
    version: "",
    kind: "",
    quick: false,
    features: &[],
    without: &[],
    removed: &[],
    unannotated: &[],
    skipped: &[],
    unrecorded: &[],
    recorded: 0,
};

/// Tests of what the compiler refuses and how it says so, for which there is the suite in `tests/ui`.
const COMPILE_FAIL: (&str, &str) = ("tests/compiletest.rs", "compares messages on programs that do not compile");

/// The crates of the suite.
pub const CRATES: &[Crate] = &[
    Crate { name: "fnv", version: "1.0.7", kind: "hasher, edition 2015", quick: true, recorded: 1, ..CRATE },
    Crate {
        name: "semver",
        version: "1.0.28",
        kind: "parser",
        quick: true,
        recorded: 31,
        unrecorded: &[("test_new", "an identifier of 5.6 MB, looked at byte by byte")],
        ..CRATE
    },
    Crate {
        name: "bytes",
        version: "1.12.2",
        kind: "reference counts, unsafe, allocators",
        without: &["serde_test"],
        recorded: 202,
        unrecorded: &[
            ("advance_bytes_mut_remaining_capacity", "three nested loops of 256 turns: 140 million statements"),
            ("reserve_max_original_capacity_value", "a vector filled byte by byte"),
        ],
        ..CRATE
    },
    Crate {
        name: "smallvec",
        version: "1.16.6",
        kind: "unions, generics",
        quick: true,
        without: &["bincode1"],
        features: &["--features", "const_generics,drain_filter,drain_keep_rest,union,write"],
        recorded: 68,
        ..CRATE
    },
    Crate {
        name: "httparse",
        version: "1.10.1",
        kind: "parser, SIMD by build script, no_std",
        without: &["criterion"],
        recorded: 57,
        skipped: &[("tests::test_all_utf8_char_in_paths", "every character in every path: two minutes when plain")],
        ..CRATE
    },
    Crate { name: "itoa", version: "1.0.19", kind: "number formatting", recorded: 1, ..CRATE },
    Crate {
        name: "ryu",
        version: "1.0.23",
        kind: "number formatting",
        unrecorded: &[("test_random", "100,000 numbers and more"), ("test_non_finite", "8 million numbers")],
        recorded: 30,
        ..CRATE
    },
    Crate {
        name: "hashbrown",
        version: "0.17.1",
        kind: "hash table, edition 2024",
        without: &["criterion", "bumpalo", "rayon", "serde_test"],
        unrecorded: &[(
            "map::test_map::test_lots_of_insertions",
            "5 million look-ups: more than 100 million statements",
        )],
        recorded: 112,
        ..CRATE
    },
    Crate {
        name: "arrayvec",
        version: "0.7.8",
        kind: "const generics",
        without: &["bencher", "serde_test"],
        recorded: 49,
        unrecorded: &[("char::test_encode_utf8", "every character"), ("test_u16_index", "65,536 elements, one by one")],
        ..CRATE
    },
    Crate { name: "async-channel", version: "2.5.0", kind: "async", recorded: 23, ..CRATE },
    Crate {
        name: "async-trait",
        version: "0.1.92",
        kind: "procedural macro's users",
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 4,
        ..CRATE
    },
    Crate {
        name: "pin-project-lite",
        version: "0.2.18",
        kind: "macros",
        quick: true,
        without: &["trybuild"],
        removed: &[COMPILE_FAIL, ("tests/expandtest.rs", "compares expansions, with cargo-expand")],
        recorded: 21,
        ..CRATE
    },
    Crate {
        name: "thiserror",
        version: "2.0.21",
        kind: "procedural macro's users",
        quick: true,
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 48,
        ..CRATE
    },
    Crate {
        name: "anyhow",
        version: "1.0.104",
        kind: "hand-made vtables",
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 67,
        ..CRATE
    },
    Crate { name: "either", version: "1.19.0", kind: "macros", recorded: 8, ..CRATE },
    Crate { name: "rustc-demangle", version: "0.1.28", kind: "parser, edition 2015", recorded: 58, ..CRATE },
    Crate { name: "bitflags", version: "2.13.2", kind: "macros", recorded: 54, ..CRATE },
    Crate {
        name: "hex",
        version: "0.4.3",
        kind: "encoding, no_std",
        quick: true,
        without: &["criterion", "faster-hex", "rustc-hex", "version-sync"],
        removed: &[("tests/version-number.rs", "compares version numbers in documents")],
        recorded: 14,
        ..CRATE
    },
    Crate {
        name: "peg",
        version: "0.8.6",
        kind: "procedural macro: generated parsers",
        without: &["trybuild"],
        removed: &[("tests/trybuild.rs", COMPILE_FAIL.1)],
        recorded: 37,
        ..CRATE
    },
    Crate {
        name: "inventory",
        version: "0.3.25",
        kind: "constructors, linker sections",
        quick: true,
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 1,
        ..CRATE
    },
    Crate {
        name: "libloading",
        version: "0.9.1",
        kind: "FFI, dlopen",
        quick: true,
        unannotated: &[("src/test_helpers.rs", "its tests give it to rustc by itself")],
        recorded: 36,
        ..CRATE
    },
    Crate {
        name: "event-listener",
        version: "5.4.2",
        kind: "async, pinned lists",
        quick: true,
        without: &["criterion"],
        recorded: 11,
        ..CRATE
    },
    Crate {
        name: "thin-vec",
        version: "0.2.21",
        kind: "unsafe container, edition 2024",
        without: &["serde_test"],
        recorded: 87,
        ..CRATE
    },
    Crate { name: "spin", version: "0.12.3", kind: "locks, no_std", without: &["criterion"], recorded: 36, ..CRATE },
    Crate {
        name: "unicode-segmentation",
        version: "1.13.3",
        kind: "tables, iterators",
        without: &["criterion"],
        recorded: 16,
        ..CRATE
    },
    Crate { name: "const-str", version: "1.1.0", kind: "const fn, macros", recorded: 106, ..CRATE },
    Crate {
        name: "humantime",
        version: "2.4.0",
        kind: "time formatting",
        without: &["bencher", "chrono"],
        recorded: 38,
        ..CRATE
    },
    Crate {
        name: "simdutf8",
        version: "0.1.5",
        kind: "SIMD, target_feature, inline",
        quick: true,
        recorded: 11,
        ..CRATE
    },
    Crate {
        name: "signal-hook-registry",
        version: "1.4.8",
        kind: "signal handlers",
        quick: true,
        recorded: 14,
        ..CRATE
    },
    Crate { name: "memmap2", version: "0.9.12", kind: "FFI, memory maps", recorded: 1, ..CRATE },
    Crate { name: "scopeguard", version: "1.2.0", kind: "drops, edition 2015", recorded: 8, ..CRATE },
    Crate { name: "owning_ref", version: "0.4.1", kind: "unsafe, edition 2015", recorded: 64, ..CRATE },
    Crate { name: "slab", version: "0.4.12", kind: "container", recorded: 46, ..CRATE },
    Crate {
        name: "generic-array",
        version: "1.4.5",
        kind: "type-level numbers",
        without: &["criterion"],
        recorded: 3,
        ..CRATE
    },
    Crate {
        name: "multiversion",
        version: "0.9.2",
        kind: "procedural macro, target_feature",
        without: &["criterion"],
        recorded: 19,

        ..CRATE
    },
    Crate {
        name: "regex-lite",
        version: "0.1.9",
        kind: "regex engine",
        without: &["regex-test"],
        removed: &[("tests/lib.rs", "its data is not in the package")],
        recorded: 24,
        ..CRATE
    },
    Crate {
        name: "serde_json",
        version: "1.0.154",
        kind: "parser, derive, automod",
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 143,
        ..CRATE
    },
    Crate {
        name: "quote",
        version: "1.0.47",
        kind: "macros of macros",
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 41,
        ..CRATE
    },
    Crate {
        name: "proc-macro2",
        version: "1.0.107",
        kind: "tokens, two implementations in one",
        recorded: 48,
        ..CRATE
    },
    Crate {
        name: "once_cell",
        version: "1.21.4",
        kind: "synchronization",
        unrecorded: &[
            ("sync_once_cell::get_or_init_stress", "1,000 threads and 1,000 cells: logs of 4 GB"),
            (
                "sync_once_cell::once_cell_does_not_leak_partially_constructed_boxes",
                "1,300 threads, 1,000 of which spin",
            ),
        ],
        recorded: 72,
        ..CRATE
    },
    Crate {
        name: "signal-hook",
        version: "0.4.6",
        kind: "signals, FFI",
        removed: &[("tests/iterator.rs", "needs a crate that the published manifest does not name")],
        recorded: 18,
        ..CRATE
    },
    Crate {
        name: "linkme",
        version: "0.3.37",
        kind: "linker sections, procedural macro's users",
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        unannotated: &[("tests/module/mod.rs", "compiled in two editions, which spell the attribute differently")],
        recorded: 11,
        ..CRATE
    },
    Crate {
        name: "dyn-clone",
        version: "1.0.20",
        kind: "vtables, no_std",
        without: &["trybuild"],
        removed: &[COMPILE_FAIL],
        recorded: 7,
        ..CRATE
    },
    Crate { name: "backtrace", version: "0.3.77", kind: "frames and lines, FFI", recorded: 8, ..CRATE },
    Crate {
        name: "corosensei",
        version: "0.3.4",
        kind: "stacks of its own, assembly",
        without: &["criterion", "criterion-cycles-per-byte"],
        recorded: 21,
        ..CRATE
    },
    Crate { name: "async-task", version: "4.7.1", kind: "async, vtables by hand, no_std", recorded: 38, ..CRATE },
    Crate { name: "unicode-ident", version: "1.0.27", kind: "tables, modules in functions", recorded: 1, ..CRATE },
    Crate { name: "tracing-core", version: "0.1.36", kind: "types told by branches, globals", recorded: 26, ..CRATE },
    Crate { name: "percent-encoding", version: "2.3.2", kind: "encoding, iterators", recorded: 18, ..CRATE },
];

/// Crates that were tried and are not in the suite, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("memchr", "its tests search at every position and alignment: minutes, although nearly nothing is recorded"),
    ("num-bigint", "as aho-corasick"),
    ("crc32fast", "as aho-corasick"),
    ("parking_lot_core", "its tests spin, for minutes when instrumented"),
    ("sha2", "macros make its tests, which hash for minutes"),
    ("nom", "312 doc tests, each a program to build: minutes"),
    ("async-stream", "its tests need what its published manifest does not name"),
    ("aho-corasick", "its tests take minutes even where most statements are not recorded"),
    ("tempfile", "tests begin with a statement that is configured out, which the suite takes for a hole in the logs"),
    ("faster-hex", "its tests try every byte in every lane: 23 s when plain, minutes when instrumented"),
    ("typed-arena", "its tests do not compile with today's compiler, which denies a lint that they raise"),
    ("lazy_static", "its tests deny warnings, and do not compile with today's compiler"),
];
