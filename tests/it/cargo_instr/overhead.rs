//! `cargo instr bench-overhead`.

#![allow(unsafe_code)]

use std::fs;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use cargo_instr::overhead::kind::{KINDS, Kind};
use cargo_instr::overhead::measure::{End, Limits, Reason, measure};
use cargo_instr::overhead::rounds::Row;
use cargo_instr::overhead::table::Table;
use instr_tests::cargo_instr::Workspace;
use instr_tests::package::{said, succeed};
use instr_tests::program::{finish, start};

/// What stands in a row, cell by cell.
fn cells(table: &str, kind: &str) -> Vec<String> {
    let line = table.lines().find(|line| line.starts_with(&format!("{kind} "))).unwrap_or_else(|| panic!("{table}"));
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

/// `1.2 MB`
fn bytes(cell: &str) -> f64 {
    let (number, unit) = cell.split_once(' ').unwrap_or_else(|| panic!("{cell}"));
    let units = [("bytes", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9)];
    let factor = units.into_iter().find(|(name, _)| *name == unit).unwrap_or_else(|| panic!("{cell}")).1;
    number.parse::<f64>().expect("a number") * factor
}

/// Where a file of this name can be made.
fn place(workspace: &Workspace, name: &str) -> PathBuf {
    let output = workspace.output("overhead");
    fs::create_dir_all(&output).expect("a directory");
    output.join(name)
}

/// Neither runs nor what was left of a measurement.
fn assert_nothing_is_left(workspace: &Workspace) {
    let home = workspace.path().join("target/instr");
    let entries = fs::read_dir(&home).expect("a directory").map(|entry| entry.expect("an entry").file_name());
    let mut entries: Vec<String> = entries.map(|name| name.into_string().expect("UTF-8")).collect();
    entries.retain(|name| name == "runs" || name.contains(|c: char| c.is_ascii_digit()));
    assert_eq!(entries, Vec::<String>::new());
    assert!(!workspace.path().join("instr-logs").exists());
}

#[test]
fn the_table_has_a_row_for_each_kind_and_nothing_is_left() {
    let measured = Workspace::new("overhead", "overhead table");
    let ended = succeed(&mut measured.instr(&["bench-overhead", "--rounds", "2", "--", "work"]));
    let table = String::from_utf8_lossy(&ended.stdout).into_owned();
    let head = "measured, dev profile (--release is what counts in production): medians of 2 rounds\n";
    assert!(table.starts_with(head), "{table}");
    for kind in KINDS {
        let row = cells(&table, kind.name());
        let number = |cell: &str| cell.parse::<f64>().unwrap_or_else(|error| panic!("{cell}: {error}"));
        assert!(number(&row[1]) > 0.0 && number(&row[2]) > 0.0, "{table}");
        let on_disk = row.get(5).is_some_and(|cell| cell.ends_with("B"));
        assert_eq!(on_disk, kind.records(), "{table}");
    }
    assert_eq!(cells(&table, "plain")[2], "1.00", "{table}");
    // Each in its own program: the one with the stack alone keeps nothing else.
    let [stack, ring, write] = ["stack", "ring", "write"].map(|kind| bytes(&cells(&table, kind)[5]));
    assert!(0.0 < stack && stack < ring && stack < write, "{table}");
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!told.contains("ended with") && !told.contains("nothing was recorded"), "{told}");
    assert_nothing_is_left(&measured);
}

#[test]
fn programs_run_as_cargo_starts_them_in_each_kind_and_round() {
    let measured = Workspace::new("overhead", "overhead starts");
    // Where a runner of the user's would fail.
    let host = said(&succeed(&mut measured.cargo(&["-vV"])));
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    measured.write(".cargo/config.toml", &format!("[target.{host}]\nrunner = [\"false\", \"x\"]\n"));
    let notes = place(&measured, "notes");
    let arguments =
        ["bench-overhead", "--rounds=2", "--profile", "dev", "--", "note", path(&notes), "a b", "", "--rounds"];
    succeed(measured.instr(&arguments).env("INSTR_ENABLE", "0").env("INSTR_SINK", "count"));
    let mut lines: Vec<String> = fs::read_to_string(&notes).expect("notes").lines().map(str::to_owned).collect();
    lines.sort();
    let line = |sink: &str, enable: &str| format!("{sink:?} {enable:?} measured 0 \"\" [\"a b\", \"\", \"--rounds\"]");
    // Of plain and off, the variables are those of the user.
    let mut expected = vec![line("count", "0"); 6];
    expected.extend(["ring", "stack", "write"].into_iter().flat_map(|sink| vec![line(sink, "1"); 3]));
    assert_eq!(lines, expected);
}

#[test]
fn a_kind_that_does_not_end_is_stopped_and_told() {
    let measured = Workspace::new("overhead", "overhead hangs");
    let arguments = ["bench-overhead", "--rounds", "2", "--limit", "5", "--", "hang", "write"];
    let table = said(&succeed(&mut measured.instr(&arguments)));
    let row = cells(&table, "write");
    assert!(row[1].starts_with("> 5.") && row[2].starts_with("> "), "{table}");
    assert!(table.contains("write was stopped after 5 s; --limit SECS gives it more\n"), "{table}");
    assert!(!cells(&table, "ring")[1].starts_with('>'), "{table}");
    assert_nothing_is_left(&measured);
    let ended = measured.instr(&["bench-overhead", "--limit", "1", "--", "hang", ""]).output().expect("it runs");
    let told = said(&ended);
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("cargo instr: the plain program does not end within 1 s; "), "{told}");
    assert_nothing_is_left(&measured);
}

#[test]
fn a_kind_that_ends_in_another_way_is_told() {
    let measured = Workspace::new("overhead", "overhead ends");
    let ended = succeed(&mut measured.instr(&[
        "bench-overhead",
        "-q",
        "--message-format=json",
        "--rounds",
        "1",
        "--",
        "differ",
        "ring",
    ]));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    let warning = "warning: ring ended with SIGABRT, the plain program with exit code 4: ";
    assert_eq!(told.matches(" ended with ").count(), 1, "{told}");
    assert!(told.contains(warning) && !told.contains("instr: ") && !told.contains("Running"), "{told}");
    assert_eq!(cells(&String::from_utf8_lossy(&ended.stdout), "ring")[0], "ring");
}

#[test]
fn cargo_says_what_cannot_be_run() {
    let measured = Workspace::new("overhead", "overhead ambiguous");
    measured.write("src/bin/second.rs", "fn main() {}\n");
    let ended = measured.instr(&["bench-overhead"]).output().expect("it runs");
    let plain = measured.cargo(&["run"]).output().expect("it runs");
    let (told, expected) = (said(&ended), said(&plain));
    assert_eq!(ended.status.code(), plain.status.code(), "{told}");
    assert!(expected.starts_with("error: `cargo run` could not determine which binary to run"), "{expected}");
    assert_eq!(told, format!("instr: building the plain program\n{expected}"));
    assert_eq!(measured.instr(&["bench-overhead", "--rounds", "0"]).output().expect("it runs").status.code(), Some(2));
}

#[test]
fn options_that_leave_nothing_to_record_are_told() {
    let measured = Workspace::new("overhead", "overhead nothing");
    let arguments = ["bench-overhead", "--rounds", "1", "--exclude-function", "work,note,hang,main", "--", "work"];
    let told = said(&succeed(&mut measured.instr(&arguments)));
    let warnings = "warning: no function is left by --exclude-function work --exclude-function note --exclude-function hang \
                    --exclude-function main together; nothing is instrumented\n";
    assert!(told.contains(warnings) && told.contains("warning: nothing was recorded: "), "{told}");
}

#[test]
fn an_interrupt_ends_the_program_and_leaves_nothing() {
    let measured = Workspace::new("overhead", "overhead interrupted");
    let pipe = place(&measured, "pipe");
    assert!(Command::new("/usr/bin/mkfifo").arg(&pipe).status().expect("coreutils").success());
    let mut command = measured.instr(&["bench-overhead", "--", "wait", path(&pipe)]);
    let child = start(command.stdin(Stdio::null()));
    let mut started = fs::File::open(&pipe).expect("the program opens it too");
    let mut first = [0];
    started.read_exact(&mut first).expect("the program runs");
    let id = i32::try_from(child.id()).expect("an id");
    // SAFETY: kill touches no memory.
    assert_eq!(unsafe { libc::kill(id, libc::SIGTERM) }, 0);
    // The program's end is the pipe's.
    assert_eq!(started.read(&mut first).expect("a pipe"), 0);
    let ended = finish(child);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(143), ""), "{}", ended.stderr);
    assert_nothing_is_left(&measured);
}

/// With all that it has started.
#[test]
fn a_run_whose_records_fill_the_disk_is_stopped() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = directory.path().join("records");
    let mut command = Command::new("sh");
    let script = "mkdir \"$0\"; head -c 2000000 /dev/zero > \"$0/file\"; tail -f /dev/null & wait";
    command.args(["-c", script]).arg(&output);
    let run = measure(command, &output, Limits { time: None, bytes: 1_000_000 }).expect("it runs");
    assert_eq!(run.end, End::Stopped(Reason::Space));
    assert!(run.bytes >= 2_000_000 && !output.exists(), "{run:?}");
}

#[test]
fn processor_time_is_that_of_all_processes() {
    let script = "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done";
    let mut command = Command::new("sh");
    command.args(["-c", &format!("sh -c '{script}'; exit 3")]);
    let run = measure(command, Path::new("/nonexistent"), Limits { time: None, bytes: 0 }).expect("it runs");
    assert_eq!(run.end, End::Ended(ExitStatus::from_raw(3 << 8)));
    assert!(run.processor > 0 && run.bytes == 0, "{run:?}");
    assert!(Duration::from_millis(run.processor * 10) <= run.wall + Duration::from_millis(40), "{run:?}");
}

#[test]
fn the_table() {
    let row = |kind, walls: &[f64], processor, bytes| Row { walls: walls.to_vec(), processor, bytes, ..Row::new(kind) };
    let mut rows = vec![
        row(Kind::Plain, &[0.5, 0.4, 0.6], 150, 0),
        row(Kind::Off, &[0.5, 0.4, 0.6], 165, 0),
        row(Kind::Stack, &[1.0, 0.6, 1.5], 300, 45_056),
        row(Kind::Ring, &[2.0, 2.4, 3.0], 900, 1_200_000),
        row(Kind::Write, &[], 0, 2_100_000_000),
    ];
    rows[4].stopped = Some((Reason::Space, 30.0));
    let mut table = Table { program: "p".to_owned(), profile: "release".to_owned(), rounds: 3, rows };
    let expected = "\
p, release profile: medians of 3 rounds

       seconds  times plain         spread  processor   on disk
plain    0.500         1.00  0.800 to 1.20       1.00
off      0.500         1.00   1.00 to 1.00       1.10
stack     1.00         2.00   1.50 to 2.50       2.00   45.0 kB
ring      2.40         5.00   4.00 to 6.00       6.00    1.2 MB
write   > 30.0       > 60.0                            > 2.1 GB

write was stopped, as its records fill the disk
too slow? --exclude-file LIST leaves hot files out; --level block records less; INSTR_SINK=stack keeps no history; --stack builds a program that keeps none
";
    assert_eq!(table.to_string(), expected);
    assert!(table.warnings()[0].starts_with("the plain program took 0.400 to 0.600 s: "), "{:?}", table.warnings());
    assert_eq!(table.warnings().len(), 1);
    table.rows.iter_mut().for_each(|row| *row = Row { walls: vec![0.5; 3], ..Row::new(row.kind) });
    assert_eq!(table.warnings(), ["nothing was recorded: nothing that ran is instrumented"]);
    // Nobody expects of `write` that it is fast.
    table.rows[4].walls = vec![50.0; 3];
    assert!(!table.to_string().contains("too slow?"), "{table}");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
