//! Source lines in the report: shown when they hold the statement, and only from where sources may lie.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use expect_test::{Expect, expect};
use instr_tests::analyzer;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, START_NS, Site, header, last_file, record, sites_file};
use instr_tests::skip::skip;
use tempfile::TempDir;

const SITE: Site =
    Site { file: "src/lib.rs", line: 3, col: 5, module: "demo", name: "main", snippet: "call( a, /* why */ b );" };

/// A run started in `project`, with one thread inside `site`.
fn run(site: Site) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("project/src")).unwrap();
    let run = FakeRun::new(&home.path().join("logs"), "demo-1");
    run.json(PID, START_NS, &home.path().join("project"), &[]);
    run.write("sites", sites_file(&[site]));
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    home
}

/// What the report shows of the thread.
fn shown(home: &Path, more: &[&str]) -> String {
    let logs = home.join("logs");
    let arguments = [&[logs.to_str().unwrap()], more].concat();
    let report = analyzer::outcome(analyzer::command(arguments).current_dir("/").output().unwrap());
    assert_eq!(report.code, 0, "{}", report.stderr);
    report.stdout.split_once("\n\n").unwrap().1.to_owned()
}

fn check(source: &str, more: &[&str], expected: Expect) {
    let home = run(SITE);
    fs::write(home.path().join("project/src/lib.rs"), source).unwrap();
    expected.assert_eq(&shown(home.path(), more));
}

const SOURCE: &str =
    "fn one() {}\nfn main() {\n\té = call(\n        a, /* why */\n        b\n    );\n}\n\nfn two() {}\n";

#[test]
fn the_statement_is_marked_in_its_context() {
    let source = SOURCE.replace("\té = ", "    ");
    check(
        &source,
        &[],
        expect![[r#"
            thread main (4500000): inside demo::main at src/lib.rs:3:5
                    1 | fn one() {}
                    2 | fn main() {
              >     3 |     call(
                    4 |         a, /* why */
                    5 |         b
              0 records
        "#]],
    );
}

#[test]
fn context_is_as_wide_as_asked() {
    let source = SOURCE.replace("\té = ", "    ");
    check(
        &source,
        &["--context", "0"],
        expect![[r#"
            thread main (4500000): inside demo::main at src/lib.rs:3:5
              >     3 |     call(
              0 records
        "#]],
    );
    check(
        &source,
        &["--context", "99"],
        expect![[r#"
            thread main (4500000): inside demo::main at src/lib.rs:3:5
                    1 | fn one() {}
                    2 | fn main() {
              >     3 |     call(
                    4 |         a, /* why */
                    5 |         b
                    6 |     );
                    7 | }
                    8 | 
                    9 | fn two() {}
              0 records
        "#]],
    );
}

#[test]
fn columns_count_characters_and_tabs_are_widened() {
    let home = run(Site { col: 6, ..SITE });
    fs::write(home.path().join("project/src/lib.rs"), SOURCE).unwrap();
    expect![[r#"
        thread main (4500000): inside demo::main at src/lib.rs:3:6
          >     3 |     é = call(
          0 records
    "#]]
    .assert_eq(&shown(home.path(), &["--context", "0"]));
}

#[test]
fn a_shortened_snippet_is_found_by_what_is_left_of_it() {
    let home = run(Site { snippet: "call( a, /* wh…", ..SITE });
    fs::write(home.path().join("project/src/lib.rs"), SOURCE.replace("\té = ", "    ")).unwrap();
    assert!(shown(home.path(), &[]).contains(">     3 |"));
}

#[test]
fn row_71_a_changed_source_is_not_shown() {
    check(
        &SOURCE.replace("\té = call", "    fall"),
        &[],
        expect![[r#"
            thread main (4500000): inside demo::main at src/lib.rs:3:5
              the source on disk no longer has this statement; recorded: call( a, /* why */ b );
              0 records
        "#]],
    );
    check(
        "short\n",
        &[],
        expect![[r#"
            thread main (4500000): inside demo::main at src/lib.rs:3:5
              the source on disk no longer has this statement; recorded: call( a, /* why */ b );
              0 records
        "#]],
    );
}

#[test]
fn a_missing_source_is_said() {
    expect![[r#"
        thread main (4500000): inside demo::main at src/lib.rs:3:5
          source not found; recorded: call( a, /* why */ b );
          0 records
    "#]]
    .assert_eq(&shown(run(SITE).path(), &[]));
}

#[test]
fn a_workspace_above_the_start_directory_is_searched() {
    let home = run(SITE);
    fs::create_dir(home.path().join("src")).unwrap();
    fs::write(home.path().join("src/lib.rs"), SOURCE.replace("\té = ", "    ")).unwrap();
    fs::write(home.path().join("project/src/lib.rs"), "another crate's\n").unwrap();
    assert!(shown(home.path(), &[]).contains(">     3 |"));
}

#[test]
fn row_75_nothing_outside_the_roots_is_opened() {
    let outside = tempfile::tempdir_in("/dev/shm").unwrap();
    let secret = outside.path().join("secret.rs");
    fs::write(&secret, "root:secret\n").unwrap();
    let absolute: &'static str = secret.to_str().unwrap().to_owned().leak();
    let relative: &'static str = format!("../../../../../../..{absolute}").leak();
    for file in [absolute, relative, "src/link.rs", "/dev/zero", "src"] {
        let home = run(Site { file, line: 1, col: 1, snippet: "root", ..SITE });
        symlink(&secret, home.path().join("project/src/link.rs")).unwrap();
        let shown = shown(home.path(), &[]);
        assert!(
            shown.contains("\n  source not found; recorded: root\n") && !shown.contains("root:secret"),
            "{file}: {shown}"
        );
    }
}

#[test]
fn an_absolute_path_below_a_root_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("lib.rs");
    fs::write(&file, "root()\n").unwrap();
    let file: &'static str = file.to_str().unwrap().to_owned().leak();
    let run = FakeRun::new(&home.path().join("logs"), "demo-1");
    run.json(PID, START_NS, home.path(), &[]);
    run.write("sites", sites_file(&[Site { file, line: 1, col: 1, snippet: "root()", ..SITE }]));
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    assert!(shown(home.path(), &[]).contains("> "), "{}", shown(home.path(), &[]));
}

#[test]
fn row_75_a_run_of_somebody_else_does_not_choose_the_roots() {
    const NAME: &str = "row_75_a_run_of_somebody_else_does_not_choose_the_roots";
    let home = run(SITE);
    fs::write(home.path().join("project/src/lib.rs"), SOURCE.replace("\té = ", "    ")).unwrap();
    let dir = home.path().join("logs/demo-1");
    fs::set_permissions(&dir, Permissions::from_mode(0o777)).unwrap();
    assert!(shown(home.path(), &[]).contains("\n  source not found;"), "others may write there");
    fs::set_permissions(&dir, Permissions::from_mode(0o700)).unwrap();
    assert!(shown(home.path(), &[]).contains(">     3 |"));
    if let Err(error) = chown(&dir, Some(65534), None) {
        return skip(NAME, &format!("no directory of another user can be made: {error}"));
    }
    if fs::read_dir(&dir).is_err() {
        return skip(NAME, "no directory of another user can be read");
    }
    assert!(shown(home.path(), &[]).contains("\n  source not found;"), "it belongs to another user");
    let mut command = analyzer::command([&dir]);
    let there = analyzer::outcome(command.current_dir(home.path().join("project")).output().unwrap());
    assert!(there.stdout.contains(">     3 |"), "the caller's own directory: {}", there.stdout);
}

const WHOLE: &str = "fn main() {\n    let a = one(1);\n    let b = two(a);\n    three(b);\n}\n";

/// A run inside the second of three statements of `src/lib.rs`.
fn run_of_three() -> TempDir {
    let home = run(SITE);
    let site = |line, snippet| Site { line, snippet, ..SITE };
    let sites = [site(2, "let a = one(1);"), site(3, "let b = two(a);"), site(4, "three(b);")];
    let logs = home.path().join("logs/demo-1");
    fs::write(logs.join("sites"), sites_file(&sites)).unwrap();
    let records: Vec<Vec<u8>> = (1..).zip(&sites).map(|(seq, site)| record(PID, seq, seq, site)).collect();
    fs::write(logs.join(format!("{PID}.log")), [vec![header(PID, 1, 0, b"demo")], records].concat().concat()).unwrap();
    fs::write(logs.join("last"), last_file(None, 0, &[FakeSlot::inside(PID, b"demo", 1)])).unwrap();
    fs::write(home.path().join("project/src/lib.rs"), WHOLE).unwrap();
    home
}

/// What a verb prints of the run, on stdout and on stderr.
fn verb(home: &TempDir, arguments: &[&str]) -> (String, String) {
    let run = home.path().join("logs/demo-1");
    let mut command = analyzer::command(arguments);
    let ended = analyzer::outcome(command.arg(run).current_dir("/").output().unwrap());
    (ended.stdout, ended.stderr)
}

#[test]
fn a_statement_that_has_moved_is_shown_where_it_is_now() {
    let home = run_of_three();
    fs::write(home.path().join("project/src/lib.rs"), WHOLE.replace("    let b", "\n    let b")).unwrap();
    expect![[r#"
        thread main (4500000): inside demo::main at src/lib.rs:3:5
          the source on disk has changed; this statement is at line 4 now:
                3 | 
          >     4 |     let b = two(a);
                5 |     three(b);
          3 records
          its last steps, the newest last:
            src/lib.rs:2:5  demo::main  let a = one(1);
            src/lib.rs:3:5  demo::main  let b = two(a);
            src/lib.rs:4:5  demo::main  three(b);
    "#]]
    .assert_eq(&shown(home.path(), &["--context", "1", "--history", "9"]));
    // Where it could be either of two, neither is shown.
    fs::write(home.path().join("project/src/lib.rs"), WHOLE.replace("    let b", "\n    let b = two(a);\n    let b"))
        .unwrap();
    let shown = shown(home.path(), &[]);
    assert!(
        shown.contains("  the source on disk no longer has this statement; recorded: let b = two(a);\n"),
        "{shown}"
    );
}

/// Also where the statement that is shown is still there.
#[test]
fn each_verb_says_which_file_is_not_what_was_recorded() {
    let home = run_of_three();
    let logs = home.path().join("logs/demo-1");
    let slots = [FakeSlot::inside(PID, b"demo", 1), FakeSlot::inside(PID + 1, b"worker", 0)];
    fs::write(logs.join("last"), last_file(None, 0, &slots)).unwrap();
    fs::write(logs.join(format!("{}.log", PID + 1)), header(PID + 1, 1, 0, b"worker")).unwrap();
    let file = home.path().join("project/src/lib.rs");
    let reading: [&[&str]; 4] =
        [&["report"], &["report", "--history", "9"], &["diff", "--thread", "main,worker"], &["dump"]];
    let said = |arguments: &[&str]| {
        let (stdout, stderr) = verb(&home, arguments);
        stdout + &stderr
    };
    for (source, changed) in [
        (WHOLE.to_owned(), None),
        (WHOLE.replace("two(a)", "two( a )"), None),
        (WHOLE.replace("three", "four"), Some((1, "is not where it was", 4))),
        (format!("\n{WHOLE}"), Some((3, "are not where they were", 2))),
        ("another program's\n".to_owned(), None),
    ] {
        fs::write(&file, &source).unwrap();
        for arguments in reading {
            let said = said(arguments);
            let line = changed.map(|(count, are, line)| {
                format!(
                    "src/lib.rs on disk is not what was recorded: {count} of 3 statements {are}, the first at line {line}\n"
                )
            });
            match line {
                Some(line) => assert!(said.contains(&line), "{arguments:?}, {source}:\n{said}"),
                None => assert!(!said.contains("on disk is not what"), "{arguments:?}, {source}:\n{said}"),
            }
        }
        let json: serde_json::Value = serde_json::from_str(&verb(&home, &["report", "--format", "json"]).0).unwrap();
        let expected = changed.map(|(count, _, line)| {
            serde_json::json!([{ "file": "src/lib.rs", "statements": 3, "misplaced": count, "line": line }])
        });
        assert_eq!(json["runs"][0].get("changed_sources"), expected.as_ref(), "{source}");
    }
    fs::remove_file(&file).unwrap();
    for arguments in reading {
        assert!(!said(arguments).contains("on disk is not what"), "{arguments:?}");
    }
}
