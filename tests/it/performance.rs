//! What probes cost, in instructions, and that the document on costs shows all that is measured.

use std::fs;
use std::path::{Path, PathBuf};

use instr_tests::bench::crates::{HOT, Hot};
use instr_tests::bench::document::{PATH, Part, document};
use instr_tests::bench::instructions::{Probes, missing, per_turn};
use instr_tests::bench::kinds::{COUNT, DISABLED, FILTERED, Kind, RING, STACK_ALONE};
use instr_tests::bench::programs::{Built, statements};
use instr_tests::bench::subject::Subject;
use instr_tests::bench::tables::TABLES;
use instr_tests::package::Feature;
use instr_tests::skip::needing;
use instr_tests::workspace;
use object::{Object as _, ObjectSymbol as _};

/// The most instructions that a statement, and entering and leaving a function, may execute beyond the plain program. The
/// counts repeat exactly, so each bound is what there is, rounded up: whoever needs more says so here.
const RELEASE: [(Kind, f64, f64); 5] =
    [(STACK_ALONE, 1.0, 9.0), (DISABLED, 4.0, 10.0), (FILTERED, 9.0, 10.5), (COUNT, 15.0, 10.5), (RING, 12.5, 10.5)];
/// The same where nothing is optimized.
const DEBUG: [(Kind, f64, f64); 5] = [
    (STACK_ALONE, 13.0, 29.0),
    (DISABLED, 19.0, 34.0),
    (FILTERED, 26.5, 34.0),
    (COUNT, 30.5, 34.0),
    (RING, 28.0, 36.0),
];

/// What the beginning and the end of the program add, as they differ a little between a few turns and many.
const ONCE: f64 = 0.01;

#[test]
fn probes_of_a_release_build_execute_few_instructions() {
    assert_few("probes_of_a_release_build_execute_few_instructions", true, &RELEASE);
}

#[test]
fn probes_of_a_debug_build_execute_few_instructions() {
    assert_few("probes_of_a_debug_build_execute_few_instructions", false, &DEBUG);
}

fn assert_few(test: &str, release: bool, bounds: &[(Kind, f64, f64)]) {
    needing(test, missing, || count_and_compare(release, bounds));
}

fn count_and_compare(release: bool, bounds: &[(Kind, f64, f64)]) {
    let probes = Probes::new(release);
    let mut beyond = Vec::new();
    for (kind, statement, call) in bounds {
        let counted = probes.count(*kind);
        println!("{}: {:.2} a statement, {:.2} a call", kind.name, counted.statement, counted.call);
        if counted.statement > statement + ONCE || counted.call > call + ONCE {
            beyond.push(format!("{}: {counted:?}, at most {statement} and {call}", kind.name));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}

/// How many times as many instructions as the plain ones the hot loops of real crates execute: with the feature `stack` and with
/// the ring, in a release build, then in a debug build.
const CRATES: [(&str, [[f64; 2]; 2]); 5] = [
    ("serde_json", [[1.9, 4.4], [1.5, 1.9]]),
    ("regex-lite", [[2.25, 6.2], [2.15, 3.0]]),
    ("pulldown-cmark", [[2.15, 4.6], [1.65, 2.2]]),
    ("roxmltree", [[2.1, 5.3], [1.85, 2.6]]),
    ("miniz_oxide", [[2.0, 5.9], [1.6, 2.2]]),
];

#[test]
fn hot_loops_of_crates_make_the_same_with_about_twice_as_many_instructions() {
    let mut compared = Vec::new();
    for (hot, (name, bounds)) in HOT.iter().zip(CRATES) {
        assert_eq!(hot.name, name);
        for (release, most) in [true, false].into_iter().zip(bounds) {
            compared.push((format!("{name}, release {release}"), built(hot, release), most));
        }
    }
    needing("hot_loops_of_crates_make_the_same_with_about_twice_as_many_instructions", missing, || {
        let mut beyond = Vec::new();
        for (name, [plain, stack, enabled], most) in &compared {
            let count = |program: &PathBuf, kind: Kind| per_turn(&kind.of(&Subject::new(program, &["run"])), 1);
            let plain = count(plain, DISABLED);
            for ((program, kind), most) in [(stack, STACK_ALONE), (enabled, RING)].into_iter().zip(most) {
                let times = count(program, kind) / plain;
                let counted = format!("{name}, {}: {times:.3} times as many instructions as plain", kind.name);
                println!("{counted}");
                if times > *most {
                    beyond.push(format!("{counted}, at most {most}"));
                }
            }
        }
        assert!(beyond.is_empty(), "{beyond:#?}");
    });
}

/// Builds a loop plain and with each feature, and checks that all make the same.
fn built(hot: &Hot, release: bool) -> [PathBuf; 3] {
    let build = |feature| hot.program(feature, release);
    let [plain, stack, enabled] = [Feature::Off, Feature::Stack, Feature::Enabled].map(build);
    let sum = |program: &Path, kind: Kind| kind.of(&Subject::new(program, &["sum"])).readings()["sum"];
    let made = [sum(&plain, DISABLED), sum(&stack, STACK_ALONE), sum(&enabled, RING)];
    assert!(made.iter().all(|sum| *sum == made[0]), "{}, release {release}: {made:?}", hot.name);
    [plain, stack, enabled]
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_push_begins_a_cache_line() {
    let program = fs::read(statements(Built { feature: Feature::Enabled, release: false })).expect("a program");
    let program = object::File::parse(&*program).expect("an executable");
    let is_push = |name: &str| name.contains("instr_runtime") && name.contains("called4push7reached");
    let functions = program.symbols().filter(|symbol| symbol.name().is_ok_and(is_push));
    let addresses: Vec<u64> = functions.map(|symbol| symbol.address()).collect();
    assert!(!addresses.is_empty() && addresses.iter().all(|address| address.is_multiple_of(64)), "{addresses:x?}");
}

#[test]
fn the_document_on_performance_shows_every_row_with_its_targets() {
    let document = fs::read_to_string(workspace().join(PATH)).expect("the document");
    for table in TABLES {
        let heading = format!("\n## {}\n", table.title);
        let (_, section) = document.split_once(&heading).unwrap_or_else(|| panic!("no{heading}in {PATH}"));
        let section = section.split("\n## ").next().expect("a text");
        let rows: Vec<Vec<&str>> = section.lines().filter(|line| line.starts_with("| ")).map(cells).collect();
        assert_eq!(rows[0][1..], *table.columns, "{}", table.title);
        let names: Vec<_> = rows[1..].iter().map(|cells| cells[0]).collect();
        assert_eq!(names, table.rows.iter().map(|row| row.name).collect::<Vec<_>>(), "{}", table.title);
        for (row, cells) in table.rows.iter().zip(&rows[1..]) {
            for (column, target) in row.targets.iter().filter(|_| !cells[1].starts_with("SKIP: ")) {
                let at = table.columns.iter().position(|known| known == column).expect("a column");
                let shown = target.to_string();
                assert!(
                    cells[at + 1].contains(&shown),
                    "{}: {}: no {shown} in {:?}",
                    table.title,
                    row.name,
                    cells[at + 1]
                );
            }
        }
    }
}

#[test]
fn a_section_that_was_not_measured_again_stays() {
    let text = fs::read_to_string(workspace().join(PATH)).expect("the document");
    let parts: Vec<_> = TABLES.iter().map(|table| Part::shown(table, &text).expect(table.title)).collect();
    assert_eq!(document(&parts), text);
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}
