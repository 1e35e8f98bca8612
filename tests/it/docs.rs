//! The documentation against the code.

use std::collections::BTreeSet;
use std::fs;
use std::mem::offset_of;

use instr_config::file::File;
use instr_format::keys::{KEYS, Key, TABLES};
use instr_format::names::{VARIABLES, Variable};
use instr_format::stack::{Head, PANIC_AT, SLOTS_AT, VERSION};
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::program::{Scene, run};
use instr_tests::published::CRATES;
use instr_tests::{analyzer, workspace};

/// What the attributes of a row were put on.
const MODES: [&str; 2] = ["items", "modules"];

#[test]
fn the_reference_lists_every_variable_with_its_meaning_and_default() {
    let text = read("docs/reference.md");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `INSTR_")).collect();
    let expected: Vec<String> = VARIABLES
        .iter()
        .map(|variable| {
            let key = Key::of_variable(variable).map_or("—".to_owned(), |key| format!("`{}`", key.name()));
            let Variable { name, meaning, default, example, .. } = variable;
            format!("| `{name}` | {key} | {meaning} | {default} | `{example}` |")
        })
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn the_layout_of_a_stack_is_as_documented() {
    let text = read("docs/log-format.md");
    let section = text.split("## `<tid>.stack`").nth(1).and_then(|rest| rest.split("## ").next()).expect("a section");
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        Some((cells.first()?.parse::<usize>().ok()?, cells.get(1)?.parse::<usize>().ok()?))
    };
    let documented: Vec<_> = section.lines().filter_map(row).collect();
    let word = size_of::<u32>();
    let expected = [
        (offset_of!(Head, top), 2 * word),
        (offset_of!(Head, filtered), 2 * word),
        (offset_of!(Head, magic), 2 * word),
        (offset_of!(Head, version), word),
        (offset_of!(Head, reuse), word),
        (offset_of!(Head, pid), 2 * word),
        (offset_of!(Head, tid), 2 * word),
        (offset_of!(Head, slots), 2 * word),
        (offset_of!(Head, first_site), word),
        (offset_of!(Head, site_count), word),
        (offset_of!(Head, inherited), word),
        (offset_of!(Head, panic_depth), word),
        (offset_of!(Head, suppressed), 2 * word),
    ];
    assert_eq!(documented, expected);
    let copy = (section.contains("At 1,024 lies"), section.contains("From 2,048 on"));
    assert_eq!((copy, PANIC_AT, SLOTS_AT), ((true, true), 1024, 2048));
    assert!(section.contains(&format!("a head of {} bytes", size_of::<Head>())));
    assert!(section.contains(&format!("version: {VERSION}")));
    let [asks, counters, due, filtered] =
        [offset_of!(Head, asks), offset_of!(Head, counters), offset_of!(Head, due), offset_of!(Head, filtered)];
    let told = format!(
        "0 in the word at {asks} and the ones at {counters} and {due}, and the highest bit of the one at {filtered}."
    );
    assert!(text.replace('\n', " ").contains(&told), "{told}");
}

#[test]
fn the_reference_lists_every_other_key_with_its_meaning_default_and_example() {
    let text = read("docs/reference.md");
    let is_row = |line: &&str| TABLES.iter().any(|table| line.starts_with(&format!("| `{table}.")));
    let rows: Vec<&str> = text.lines().filter(is_row).collect();
    let row = |key: &Key| format!("| `{key}` | {} | {} | `{}` |", key.meaning, key.default, key.example);
    assert_eq!(rows, KEYS.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn the_configuration_in_the_reference_can_be_used() {
    let text = read("docs/reference.md");
    let shown = text.split("```toml\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    let file =
        shown.map(|text| File::parse("instr.toml".as_ref(), text)).find(|file| file.value("run", "sink").is_some());
    let file = file.expect("an example");
    assert_eq!(file.errors, []);
    assert_eq!(file.settings.len(), 6);
}

#[test]
fn the_readme_shows_the_code_the_log_and_the_report_of_its_first_command() {
    let readme = read("README.md");
    let blocks: Vec<&str> = readme
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.split_once('\n'))
        .map(|(_, text)| text)
        .collect();
    let [code, log, report] = ["#[instrument_source]", "pid=", "$ instr-analyze\n"]
        .map(|beginning| *blocks.iter().find(|block| block.starts_with(beginning)).expect("a block"));

    let source = "examples/src/bin/worker-pool.rs";
    assert!(read(source).contains(code));
    let scene = Scene::new();
    // Where a newcomer has it. The program itself may have been built outside of the repository.
    fs::create_dir_all(scene.path().join(source).parent().expect("a directory")).expect("room for it");
    fs::write(scene.path().join(source), read(source)).expect("room for it");
    run(&mut scene.command(&program("worker-pool", INSTRUMENTED)));
    let analyze = |arguments: &[&str]| {
        let mut command = analyzer::command(arguments);
        analyzer::outcome(command.current_dir(scene.path()).output().expect("it runs")).stdout
    };
    assert_all_there(log, &analyze(&["dump", "--format=raw"]));
    let shown = report.strip_prefix("$ instr-analyze\n").expect("the command");
    assert_all_there(shown, &analyze(&[]));
}

#[test]
fn the_transparency_table_lists_every_crate_of_the_suite_and_no_difference() {
    let document = read("docs/transparency.md");
    let cells = document.lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let rows: Vec<_> = cells.filter(|cells| cells.get(3).is_some_and(|mode| MODES.contains(mode))).collect();
    let mut crates: Vec<_> = rows.iter().map(|cells| (cells[0], cells[1])).collect();
    crates.dedup();
    let listed: Vec<_> = CRATES.iter().map(|listed| (listed.name, listed.version)).collect();
    assert_eq!(crates, listed);
    for cells in rows {
        assert_eq!((cells[6], cells[9]), (cells[7], "0"), "{cells:?}");
    }
}

/// Whether every line is there, but for numbers, which change from run to run, and `…`, which stands for what is left out.
fn assert_all_there(shown: &str, real: &str) {
    let real: BTreeSet<String> = real.lines().map(without_numbers).collect();
    for line in shown.lines().filter(|line| line.trim() != "…") {
        assert!(real.contains(&without_numbers(line)), "{line:?} is not in {real:#?}");
    }
}

/// Places stay: they are what the report is about.
fn without_numbers(line: &str) -> String {
    let kept = |word: &str| word.contains(".rs:") || word.starts_with("line=") || word.starts_with("col=");
    let blank = |word: &str| {
        let changes = word.contains(|c: char| c.is_ascii_digit()) && !kept(word);
        let key = word.split_inclusive('=').next().filter(|key| key.ends_with('=')).unwrap_or_default();
        if changes { format!("{key}0") } else { word.to_owned() }
    };
    line.split(' ').map(blank).collect::<Vec<_>>().join(" ")
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
