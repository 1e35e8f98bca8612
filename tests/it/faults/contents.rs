//! Rows 66 and 67, from the source to the terminal: names and texts with anything in them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use instr_format::text::decode_record;
use instr_tests::analyzer;
use instr_tests::package::{Feature, Package, runtime};
use instr_tests::program::{Scene, run};

/// What a line of a log looks like.
const FORGED: &str = "pid=1 tid=1 seq=1 ts=2026-11-22T14:00:00.123456789Z elapsed_ns=1 file=forged.rs line=1 col=1 func=forged \
                      macro=none snippet=forged();";
/// ESC, a C1 control, RIGHT-TO-LEFT OVERRIDE, and a line end.
const OBEYED: &str = "\u{1b}[31m\u{9b}31m\u{202e}\n";

/// A program whose only thread is named in bytes that are no UTF-8, with a statement of a megabyte.
fn source() -> String {
    let large = "x".repeat(1 << 20);
    format!(
        "#![allow(text_direction_codepoint_in_literal)]
         use instr_runtime::instrument_source;

         #[instrument_source]
         fn main() {{
             let name = c\"\\x1b\\xff\\n\\x9bname\";
             // SAFETY: the kernel copies the name.
             unsafe {{ libc::prctl(libc::PR_SET_NAME, name.as_ptr()) }};
             work();
         }}

         #[instrument_source]
         fn work() {{
             let forged = \"\n{FORGED}\n\";
             let obeyed = \"{OBEYED}\";
             let large = \"{large}\";
             println!(\"{{}}\", forged.len() + obeyed.len() + large.len());
         }}
        "
    )
}

#[test]
fn row_66_67_each_record_is_one_line_nothing_obeys_and_no_string_is_a_record() {
    let scene = Scene::new();
    let program = scene.path().join(OsStr::from_bytes(b"\x1b[2J\xff\n"));
    let ended = [false, true].map(|instrumented| {
        let package = Package::new(&format!("contents-{}", if instrumented { "instrumented" } else { "plain" }));
        package.write("src/main.rs", &source());
        let runtime = runtime(if instrumented { Feature::Enabled } else { Feature::Off });
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"contents\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [dependencies]\ninstr-runtime = {runtime}\nlibc = \"0.2\"\n"
            ),
        );
        let (executables, messages) = package.build(&["build"]);
        assert_eq!(messages, [""; 0]);
        // Not by ourselves: children of other tests would inherit the open file, and nobody could execute it meanwhile.
        assert!(Command::new("/bin/cp").arg(&executables["contents"]).arg(&program).status().expect("cp").success());
        run(&mut scene.command(&program))
    });
    assert_eq!(ended[1], ended[0]);
    assert!(ended[0].status.success(), "{ended:?}");

    let [run] = scene.runs().try_into().expect("one run");
    let pid = run.join("run.json");
    let pid =
        serde_json::from_slice::<serde_json::Value>(&fs::read(pid).expect("a file")).expect("JSON")["pid"].clone();
    let log = fs::read(run.join(format!("{pid}.log"))).expect("a log");
    let lines: Vec<_> = log.strip_suffix(b"\n").expect("a whole line").split(|byte| *byte == b'\n').skip(1).collect();
    assert_eq!(lines.len(), 8);
    for line in lines {
        let record = decode_record(line).unwrap_or_else(|| panic!("{}", line.escape_ascii()));
        assert_eq!(record.moment.pid, pid);
        assert!(line.len() < 4096 && !line.iter().any(|byte| *byte < 0x20 || *byte == 0x7f));
    }
    for verb in ["report", "dump", "tail", "crash"] {
        let shown = analyzer::run([OsStr::new(verb), run.as_os_str()]);
        let is_obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.stdout.contains(is_obeyed) && !shown.stderr.contains(is_obeyed), "{verb}: {shown:?}");
        assert!(!shown.stdout.lines().any(|line| line.starts_with("pid=1 ")), "{verb}: {shown:?}");
    }
}
