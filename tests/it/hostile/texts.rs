//! Row 66: whatever stands in a text of a run, no verb writes what a terminal obeys.

use std::fs::{self, File};
use std::path::Path;

use instr_format::escape::Escaped;
use instr_format::files::{COMMAND_JSON, CRASH_JSON, RUN_JSON, SITES};
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, Site, header, record, sites_file};
use instr_tests::limits::limit;
use instr_tests::mutants::Packed;
use instr_tests::program::Scene;
use proptest::prelude::*;
use serde_json::json;

/// A run with this text wherever one can stand.
fn run(output: &Path, text: &str) -> FakeRun {
    let run = FakeRun::new(output, "demo-1");
    // Lives as long as the tests.
    let text: &'static str = text.to_owned().leak();
    let site = Site { file: text, module: text, name: text, snippet: text, ..DEMO[0] };
    let name = &text.as_bytes()[..text.len().min(16)];
    run.last(None, &[FakeSlot::inside(PID, name, 0), FakeSlot::inside(PID + 1, name, 9)]);
    run.write(SITES, sites_file(&[site, DEMO[1]]));
    let escaped = Escaped(text.as_bytes()).to_string();
    for (file, text) in [(RUN_JSON, text), ("escaped", &*escaped)] {
        let json = json!({
            "schema_version": 1, "instr_version": text, "built_by": text, "pid": PID, "parent": text,
            "exe": format!("/nowhere/{text}"), "argv0": text, "cwd": format!("/nowhere/{text}"), "test": text, "build_id": text,
            "start_unix_ns": START_NS, "load_bases": [{ "name": text, "base": text, "build_id": text }], "sites": 2,
            "untouched": [{ "function": text, "file": text, "line": 1, "reason": text }], "settings": { text: text },
            "config": { "file": text, "lines": { text: 1 } }, "notes": [text],
        });
        run.write(file, json.to_string());
    }
    if text.len().is_multiple_of(2) {
        fs::rename(run.dir.join("escaped"), run.dir.join(RUN_JSON)).unwrap();
    }
    let crash = json!({
        "schema_version": 1, "pid": PID, "tid": PID, "signal": text, "signal_number": 11, "code": text, "code_number": 1,
        "fault_address": text, "statement": 0, "registers": { text: text, "rip": "0x1" }, "backtrace": [text, "0x7"],
        "stack_address": text, "stack": text, "builds": [{ "address": text, "id": text }],
        "maps": format!("1000-2000 r-xp 0 0:0 0 /{text}\n{text}"),
    });
    run.write(CRASH_JSON, crash.to_string());
    run.panics(&[instr_tests::fake_end::FakePanic {
        tid: PID + 1,
        statement: 0,
        place: (text, 7),
        message: Some(text),
    }]);
    let command = json!({
        "schema_version": 1, "arguments": [text], "cwd": text, "start_unix_ns": 5, "pid": 7, "status": null, "signal": text,
        "interrupted_by": text,
    });
    run.write(COMMAND_JSON, command.to_string());
    run.write("instr.toml", format!("{text}\n[run]\nexclude = {text:?}\nonly = '{text}'\n[{text}]\n"));
    let unescaped = [b"pid=4500000 tid=4500000 seq=2 ", text.as_bytes(), b" snippet=", text.as_bytes(), b"\n"].concat();
    let as_it_is = String::from_utf8(record(PID, 3, 3, &DEMO[0])).unwrap().replace("work(3);", text);
    let log = [header(PID, 1, 0, name), record(PID, 1, 1, &site), unescaped, as_it_is.into_bytes()];
    run.log("1.log", &log);
    run
}

/// Has every verb read it, and looks at what they write.
fn check(text: &str) -> Result<(), String> {
    let scene = Scene::new();
    let directory = scene.path();
    fs::write(directory.join("packed"), Packed::of_run(&run(&directory.join("run"), text).dir).encode()).unwrap();
    let mut command = scene.command(Path::new(env!("CARGO_BIN_EXE_mutants")));
    command.arg(directory).args(["--streams", "--packed"]).arg(directory.join("packed"));
    let stream = |name: &str| File::options().create(true).append(true).open(directory.join(name)).expect("a file");
    command.stdout(stream("stdout")).stderr(stream("stderr"));
    limit(&mut command, libc::RLIMIT_CORE, 0);
    let status = command.status().unwrap();
    let stderr = fs::read_to_string(directory.join("stderr")).unwrap_or_default();
    if status.success() { Ok(()) } else { Err(format!("{text:?}: {stderr}")) }
}

#[test]
fn row_66_no_verb_writes_what_a_terminal_obeys() {
    let controls: String = (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32).collect();
    let directions = "\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{2028}";
    let escapes = "\\x1b[2J\\u001b]0;x\\x07\\\\x9b \\n\\r\\t\\s\\q";
    for text in [&*controls, directions, "\u{1b}[31m\u{202e}", "\r\nseq=1 snippet=x", "", "\u{9b}2J", escapes] {
        assert_eq!(check(text), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: u32::try_from(instr_tests::faults::times(8, 400)).unwrap(), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn row_66_no_verb_writes_what_a_terminal_obeys_of_any_text(text in "(\\PC|\\pC|\\pZ|[\"'\\\\\\[\\]]){0,40}") {
        prop_assert_eq!(check(&text), Ok(()));
    }
}

#[test]
fn row_66_names_of_directories_are_escaped_by_every_verb() {
    let output = tempfile::tempdir().unwrap();
    let named = output.path().join("1795356000000-7\u{1b}[2J\u{202e}");
    let run = FakeRun::new(&named, "demo-\u{9b}31m\u{7f}");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    run.crash(PID, 0);
    run.write("1.log", b"\x1b");
    run.write("2.log", b"\x1b\n");
    run.write("other\u{1b}", b"");
    let verbs: [&[&str]; 12] = [
        &["report"],
        &["report", "--format", "json"],
        &["dump"],
        &["dump", "--tree"],
        &["tail"],
        &["crash"],
        &["crash", "--format", "json"],
        &["export", "--format", "minidump", "--output", "/dev/null"],
        &["list"],
        &["list", "--format", "json"],
        &["control", "--off"],
        &["clean"],
    ];
    for words in verbs {
        let shown = analyzer::run(words.iter().map(|word| (*word).into()).chain([named.as_os_str().to_owned()]));
        let is_raw = |text: &str| text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert!(!is_raw(&shown.stdout) && !is_raw(&shown.stderr), "{words:?}: {shown:?}");
    }
}
