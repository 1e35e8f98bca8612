//! Published crates with every item of their sources and tests annotated: their own suites give the same results, the
//! compiler says nothing new, and the logs hold what has run. These are the quick ones of `instr_tests::published`; the binary
//! `transparency` runs all.

use instr_tests::published::{CRATES, Crate, TEXT_SINK, text};

macro_rules! crates {
    ($($test:ident = $name:literal,)*) => {
        $(
            #[test]
            fn $test() {
                check($name);
            }
        )*

        const TESTED: &[&str] = &[$($name),*];
    };
}

crates! {
    fnv = "fnv",
    semver = "semver",
    smallvec = "smallvec",
    pin_project_lite = "pin-project-lite",
    thiserror = "thiserror",
    hex = "hex",
    inventory = "inventory",
    libloading = "libloading",
    event_listener = "event-listener",
    simdutf8 = "simdutf8",
    signal_hook_registry = "signal-hook-registry",
}

fn check(name: &str) {
    let rows = Crate::find(name).expect("a crate of the list").check(TEXT_SINK);
    assert!(rows.iter().all(|row| row.differences.is_empty()), "\n{}", text(&rows));
    println!("{}", text(&rows));
}

#[test]
fn every_quick_crate_has_a_test() {
    let quick: Vec<_> = CRATES.iter().filter(|listed| listed.quick).map(|listed| listed.name).collect();
    assert_eq!(TESTED, quick);
}
