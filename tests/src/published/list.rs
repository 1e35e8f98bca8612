//! Which crates: of every kind, and the odd ones first.

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
    skipped: &[],
    unrecorded: &[],
    recorded: 0,
};

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
        quick: true,
        without: &["serde_test"],
        recorded: 176,
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
        recorded: 63,
        features: &["--features", "const_generics,drain_filter,drain_keep_rest,union,write"],
        ..CRATE
    },
    Crate {
        name: "httparse",
        version: "1.10.1",
        kind: "parser, SIMD by build script, no_std",
        without: &["criterion"],
        ..CRATE
    },
    Crate { name: "memchr", version: "2.8.3", kind: "SIMD, target_feature", ..CRATE },
    Crate { name: "itoa", version: "1.0.19", kind: "number formatting", ..CRATE },
    Crate { name: "ryu", version: "1.0.23", kind: "number formatting", ..CRATE },
    Crate {
        name: "hashbrown",
        version: "0.17.1",
        kind: "hash table, edition 2024",
        without: &["criterion", "bumpalo", "rayon", "serde_test"],
        ..CRATE
    },
    Crate { name: "arrayvec", version: "0.7.8", kind: "const generics", without: &["bencher", "serde_test"], ..CRATE },
    Crate { name: "async-channel", version: "2.5.0", kind: "async", ..CRATE },
    Crate { name: "async-trait", version: "0.1.92", kind: "procedural macro's users", without: &["trybuild"], ..CRATE },
    Crate { name: "pin-project-lite", version: "0.2.18", kind: "macros", ..CRATE },
    Crate { name: "thiserror", version: "2.0.21", kind: "procedural macro's users", without: &["trybuild"], ..CRATE },
    Crate { name: "anyhow", version: "1.0.104", kind: "hand-made vtables", without: &["trybuild"], ..CRATE },
    Crate { name: "either", version: "1.19.0", kind: "macros", ..CRATE },
    Crate { name: "regex-lite", version: "0.1.9", kind: "regex engine", ..CRATE },
    Crate { name: "signal-hook-registry", version: "1.4.8", kind: "signal handlers", ..CRATE },
    Crate { name: "memmap2", version: "0.9.12", kind: "FFI, memory maps", ..CRATE },
    Crate { name: "crc32fast", version: "1.5.5", kind: "SIMD, target_feature", without: &["criterion"], ..CRATE },
    Crate { name: "sha2", version: "0.11.1", kind: "SIMD, edition 2024", ..CRATE },
    Crate { name: "scopeguard", version: "1.2.0", kind: "drops, edition 2015", ..CRATE },
    Crate { name: "owning_ref", version: "0.4.1", kind: "unsafe, edition 2015", ..CRATE },
    Crate { name: "slab", version: "0.4.12", kind: "container", ..CRATE },
    Crate { name: "parking_lot_core", version: "0.10.0", kind: "futexes, edition 2024", ..CRATE },
    Crate { name: "generic-array", version: "1.4.5", kind: "type-level numbers", without: &["criterion"], ..CRATE },
    Crate { name: "num-bigint", version: "0.5.1", kind: "arithmetic, macros", ..CRATE },
    Crate {
        name: "multiversion",
        version: "0.9.2",
        kind: "procedural macro, target_feature",
        without: &["criterion"],
        ..CRATE
    },
];

/// Crates that were tried and are not in the suite, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[];
