//! Source lines in the report: shown when they hold the statement, and only from where sources may lie.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use expect_test::{Expect, expect};
use instr_tests::analyzer;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, START_NS, Site, sites_file};
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
