//! Files, and what is read of them.

use std::format;
use std::path::Path;
use std::string::{String, ToString as _};
use std::vec::Vec;

use instr_format::keys::{self, Key};
use instr_format::names::VARIABLES;

use crate::build::Build;
use crate::file::File;

fn parse(text: &str) -> File {
    File::parse(Path::new("instr.toml"), text)
}

/// The settings, a line each.
fn settings(file: &File) -> Vec<String> {
    file.settings.iter().map(|setting| format!("{}={} in {}", setting.key, setting.text, setting.line)).collect()
}

#[test]
fn every_example_can_be_used() {
    for key in keys::all() {
        let files = if key.table == keys::BUILD_PATH && !key.is_named("files") { "files = 'x'\n" } else { "" };
        let header = if key.table == keys::BUILD_PATH { "[[build.path]]".into() } else { format!("[{}]", key.table) };
        let file = parse(&format!("{header}\n{files}{} = {}\n", key.name(), key.example));
        assert_eq!(file.errors, [], "{key}");
        assert!(file.settings.iter().any(|setting| setting.key == key), "{key}: {file:?}");
    }
}

#[test]
fn every_variable_but_the_one_that_names_the_file_has_a_key() {
    let of_variables = keys::all().filter_map(|key| key.variable());
    let names: Vec<&str> = of_variables.map(|variable| variable.name).collect();
    let expected: Vec<&str> =
        VARIABLES.iter().map(|variable| variable.name).filter(|name| *name != "INSTR_CONFIG").collect();
    assert_eq!(names, expected);
    assert_eq!(keys::all().count(), keys::COUNT);
    assert!(keys::all().all(|key| keys::TABLES.contains(&key.table)));
    let name = keys::all().find_map(|key| Some(key.to_string()).filter(|_| key.variable().is_some_and(is_max_bytes)));
    assert_eq!(name.as_deref(), Some("run.max_bytes"));
}

fn is_max_bytes(variable: &instr_format::names::Variable) -> bool {
    variable.name == instr_format::names::MAX_BYTES
}

#[test]
fn values_are_those_of_variables() {
    for (written, read) in [
        ("exclude = \"a, b\"", "run.exclude=a, b in 2"),
        ("exclude = ['a','b', ]", "run.exclude=a,b in 2"),
        ("exclude = [ # one\n  'a',\n  \"b\"\n]", "run.exclude=a,b in 2"),
        ("exclude = []", "run.exclude= in 2"),
        ("thread = [7, \"main\"]", "run.thread=7,main in 2"),
        ("thread = \"\\u0041\\t\\\"\"", "run.thread=A\t\" in 2"),
        ("thread = '''\na'b'''", "run.thread=a'b in 2"),
        ("crash = false", "run.crash=false in 2"),
        ("crash = 0", "run.crash=0 in 2"),
        ("crash = 'OFF'", "run.crash=OFF in 2"),
        ("max_bytes = 1_000_000", "run.max_bytes=1000000 in 2"),
        ("max_bytes = ' 64M '", "run.max_bytes= 64M  in 2"),
        ("'sink' = \"ring\"\r", "run.sink=ring in 2"),
        ("\"si\\u006Ek\" = 'ring' # why", "run.sink=ring in 2"),
    ] {
        let file = parse(&format!("[run]\n{written}\n"));
        assert_eq!((settings(&file), file.errors), (Vec::from([read.to_string()]), Vec::new()), "{written}");
    }
}

#[test]
fn tables_may_be_written_in_every_way_of_toml() {
    let expected = ["instrumentation.strace.enabled=true", "instrumentation.ptrace=false"];
    for text in [
        "[instrumentation]\nstrace.enabled = true\nptrace = false",
        "[instrumentation]\nstrace = { enabled = true }\nptrace = false",
        "[instrumentation.strace]\nenabled = true\n[instrumentation]\nptrace = false",
        "instrumentation = { strace = { enabled = true }, ptrace = false }",
        "instrumentation.strace.enabled = true\ninstrumentation.ptrace = false",
        "[ \"instrumentation\" . strace ]\nenabled = true\n\n[instrumentation]\nptrace = false",
        "\u{feff}[instrumentation]\r\nstrace.enabled = true\r\nptrace = false\r\n",
    ] {
        let file = parse(text);
        let found: Vec<String> =
            file.settings.iter().map(|setting| format!("{}={}", setting.key, setting.text)).collect();
        assert_eq!((found, file.errors), (expected.map(String::from).to_vec(), Vec::new()), "{text}");
    }
}

const QUOTED: &str =
    "4:5: missing escaped value, expected `b` or `e` or `f` or `n` or `r` or `\\` or `\"` or `x` or `u` or `U`";

/// Files with what is said of them. What is left of them is read: `run.sink` in most.
const WRONG: [(&str, &[&str]); 50] = [
    ("[run]\nsnik = \"ring\"", &["2:1: unknown key `snik`; did you mean `sink`?"]),
    ("[run]\nSINK = \"ring\"", &["2:1: unknown key `SINK`; did you mean `sink`?"]),
    ("[run]\nINSTR_SINK = \"ring\"", &["2:1: unknown key `INSTR_SINK`"]),
    ("[run]\ncolour = 1", &["2:1: unknown key `colour`"]),
    ("[run]\nconfig = 'x'", &["2:1: unknown key `config`"]),
    ("[run]\nlevel = \"block\"", &["2:1: unknown key `level`; `level` belongs into `[build]`"]),
    ("sink = \"ring\"", &["1:1: unknown key `sink`; `sink` belongs into `[run]`"]),
    ("[run]\na.b.c.d.e.f = 1", &["2:1: unknown key `a.b.c.d.e.f`"]),
    ("[rnu]\nsink = \"ring\"", &["1:2: unknown table `rnu`; did you mean `run`?"]),
    ("[cargo_instr]\ndeps = true", &["1:2: unknown table `cargo_instr`; did you mean `cargo-instr`?"]),
    ("[other]\nx = 1\ny = { z = [1] }", &["1:2: unknown table `other`"]),
    ("[run]\nsink = \"ring\"\nsink = \"write\"", &["3:1: given twice, first in line 2"]),
    ("[run]\nsink = \"ring\"\n[run]\nclock = 'off'", &["3:2: given twice, first in line 1"]),
    ("[run]\nsink = 1", &["2:8: expected `write`, `ring`, `stack` or `count`, found an integer"]),
    ("[run]\nsink = ['ring']", &["2:8: expected `write`, `ring`, `stack` or `count`, found an array"]),
    ("[run]\nsink = { x = 1 }", &["2:8: expected `write`, `ring`, `stack` or `count`, found a table"]),
    ("[run]\nsink = 'tape'", &["2:8: `tape` cannot be used: expected `write`, `ring`, `stack` or `count`"]),
    ("[run]\nsink = ring", &["2:8: strings need quotes: `\"ring\"`"]),
    ("[run]\nclock = full", &["2:9: strings need quotes: `\"full\"`"]),
    ("[run]\ninclude = ['a', src/x]", &["2:17: strings need quotes: `\"src/x\"`"]),
    ("[run]\ncrash = 'maybe'", &["2:9: `maybe` cannot be used: expected `on` or `off`"]),
    ("[run]\ncrash = 2", &["2:9: `2` cannot be used: expected `on` or `off`"]),
    ("[run]\ncrash = 1.5", &["2:9: expected `on` or `off`, found a float"]),
    ("[run]\ncrash = 2026-11-30", &["2:9: expected `on` or `off`, found a date"]),
    (
        "[run]\nmax_bytes = '64 parsecs'",
        &["2:13: `64 parsecs` cannot be used: expected a size from 64K on, such as 16M"],
    ),
    ("[run]\nmax_bytes = -1", &["2:13: `-1` cannot be used: expected a size from 64K on, such as 16M"]),
    ("[run]\nmax_bytes = 0x100000", &["2:13: expected a size from 64K on, such as 16M, found an integer"]),
    ("[run]\ninclude = '[a'", &["2:11: pattern `[a` has a `[` without `]`"]),
    ("[run]\ninclude = ['b', '[a']", &["2:11: pattern `[a` has a `[` without `]`"]),
    ("[run]\ninclude = ['b', 1]", &["2:17: expected a comma list of globs, or an array of them, found an integer"]),
    ("[run]\ninclude = [['b']]", &["2:12: expected a comma list of globs, or an array of them, found an array"]),
    ("[run]\ninclude = ['b', {x = 1}]", &["2:17: expected a comma list of globs, or an array of them, found a table"]),
    ("[run]\ninclude = [\n  'b',\n  \"\\q\",\n]", &[QUOTED]),
    ("[build]\nlevel = 'line'", &["2:9: `line` cannot be used: expected `statement`, `block` or `function`"]),
    ("[[build.path]]\nlevel = 'block'", &["1:3: `files` is missing, the patterns of the files that this is for"]),
    (
        "[[build.path]]\n[[build.path]]\nfiles = 'x'\n[[build.path]]",
        &[
            "1:3: `files` is missing, the patterns of the files that this is for",
            "4:3: `files` is missing, the patterns of the files that this is for",
        ],
    ),
    ("[[build.path]]\nfiles = 'x'\nfiles = 'y'", &["3:1: given twice, first in line 2"]),
    ("[build.path]\nfiles = 'x'", &["1:2: `build.path` is an array of tables: write `[[build.path]]`"]),
    ("[[run]]\nsink = 'x'", &["1:3: `run` is one table: write `[run]`"]),
    ("[build]\npath = ['x']", &["2:9: expected tables with `files`, such as `[[build.path]]` begins"]),
    ("[build]\npath = [{ level = 'block' }]", &["2:9: `files` is missing, the patterns of the files that this is for"]),
    ("[build]\npath = { files = 'x' }", &["2:1: `build.path` is an array of tables: write `[[build.path]]`"]),
    ("[cargo-instr]\nkeep = 0", &["2:8: `0` cannot be used: expected a number from 1 on"]),
    ("[run\nsink = 'x'", &["1:5: unclosed table, expected `]`"]),
    ("[run]\nsink", &["2:5: key with no value, expected `=`"]),
    ("[run]\nsink =", &["2:7: string values must be quoted, expected literal string"]),
    ("[run]\nsink = \"ring\nclock = 'off'", &["2:13: invalid basic string, expected `\"`"]),
    ("[run]\nsink = 'ring' x", &["2:15: unexpected key or value, expected the end of the line or `#`"]),
    ("[run]\n= 'ring'", &["2:1: unquoted keys cannot be empty, expected letters or numbers or `-` or `_`"]),
    ("[]\nsink = 1", &["1:2: unquoted keys cannot be empty, expected letters or numbers or `-` or `_`"]),
];

#[test]
fn what_is_wrong_is_said_once_with_its_place() {
    for (text, expected) in WRONG {
        let file = parse(text);
        let errors: Vec<String> = file
            .errors
            .iter()
            .map(|error| format!("{}:{}: {}", error.place.line, error.place.column, error.problem))
            .collect();
        assert_eq!(errors, expected, "{text}");
        for error in file.errors {
            assert!(error.shown.starts_with("instr.toml:"), "{}", error.shown);
        }
    }
}

#[test]
fn the_rest_of_a_wrong_file_is_read() {
    for (wrong, _) in WRONG {
        let file = parse(&format!("{wrong}\n[instrumentation]\nptrace = true\n"));
        let is_there = settings(&file).iter().any(|setting| setting.starts_with("instrumentation.ptrace=true"));
        assert!(is_there, "{wrong}: {file:?}");
    }
}

#[test]
fn errors_show_the_line_with_a_mark() {
    let shown = |text: &str| parse(text).errors[0].shown.clone();
    assert_eq!(
        shown("# settings\n\n[run]\nsnik = \"ring\" # the ring\n"),
        "instr.toml:4:1: unknown key `snik`; did you mean `sink`?\n  |\n4 | snik = \"ring\" # the ring\n  | ^^^^"
    );
    let lines = "\n".repeat(9);
    assert_eq!(
        shown(&format!("[run]{lines}\tsink = \"é\"\r\n")),
        "instr.toml:10:9: `é` cannot be used: expected `write`, `ring`, `stack` or `count`\n   |\n10 | \tsink = \
         \"é\"\n   | \t       ^^^"
    );
    assert!(shown("[run]\nsink =").ends_with("2 | sink =\n  |       ^"), "{}", shown("[run]\nsink ="));
}

#[test]
fn of_the_tables_for_paths_the_last_one_that_matches_holds() {
    let text = "[build]\nlevel = 'block'\nexclude_function = '*::fmt'\ninclude = ['src/*']\n\
                [[build.path]]\nfiles = 'src/*'\nmacros = 'none'\nlevel = 'Statement'\n\
                [[build.path]]\nfiles = ['parser', 'lexer']\nlevel = 'function'\n";
    let inline = "build = { level = 'block', exclude_function = '*::fmt', include = ['src/*'], path = [\n  \
                  { files = 'src/*', macros = 'none', level = 'Statement' },\n  \
                  { files = ['parser', 'lexer'], level = 'function' },\n] }";
    for text in [text, inline] {
        let file = parse(text);
        assert_eq!(file.errors, []);
        let build = Build::new(&file);
        let how = |path: &str| {
            let how = build.how(path);
            (how.level.unwrap_or_default(), how.macros.unwrap_or_default())
        };
        assert_eq!(how("build.rs"), ("block".into(), String::new()));
        assert_eq!(how("src/main.rs"), ("statement".into(), "none".into()));
        assert_eq!(how("src/parser/mod.rs"), ("function".into(), "none".into()));
        assert!(build.admits_file("src/x.rs") && !build.admits_file("build.rs"));
        assert!(build.admits_function("a::b") && !build.admits_function("a::fmt"));
    }
}

#[test]
fn keys_say_where_they_stand() {
    let key = |table: &str, name: &str| keys::all().find(|key: &Key| key.table == table && key.is_named(name));
    assert_eq!(key("build", "level").map(|key| key.to_string()).as_deref(), Some("build.level"));
    assert_eq!(key("run", "SINK"), None);
}
