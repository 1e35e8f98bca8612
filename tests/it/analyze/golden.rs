//! Runs of each version of rings, counts, site tables and stacks, kept as files: they must stay readable.

use std::fs;
use std::path::Path;

use expect_test::expect;
use instr_analyze::model::sites::Sites;
use instr_format::files::SITES;
use instr_format::names::MacroFlag;
use instr_format::ring::{Clock, VERSION_OF_BLOCKS};
use instr_format::sites::{FunctionLine, Lines, Nesting, Range, SiteLine, TableHeader};
use instr_format::test::Test;
use instr_format::{counts, ring, sites, stack};
use instr_tests::fake_ring::{FakeRing, FakeTable, counts_file};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, Site, header, record, sites_file};
use instr_tests::fake_stack::FakeStack;
use instr_tests::report::without_age;
use instr_tests::{analyzer, workspace};

const NAMES: [&str; 6] = ["ring-v1", "ring-v2", "counts-v1", "sites-v6", "stack-v1", "stack-v2"];

/// Writes the runs as the newest encoders do.
fn write(output: &Path) {
    for (name, version) in [("ring-v1", VERSION_OF_BLOCKS), ("ring-v2", ring::VERSION)] {
        let run = FakeRun::new(output, name);
        run.write(SITES, table_v2());
        run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
        let is_flat = version != VERSION_OF_BLOCKS;
        let mut main = FakeRing::of_version(version, PID, b"demo", Clock::Coarse, if is_flat { 16 } else { 4 });
        main.put_all([0]);
        for _ in 0..200 {
            if is_flat {
                main.enter();
            }
            main.put_all([1, 2, 2, 2]);
        }
        let mut kept = main.kept(if is_flat { 0..1 } else { 0..2 });
        for n in 0..if is_flat { 2000 } else { 500 } {
            if is_flat && n % 2 == 0 {
                main.enter();
                main.enter();
            }
            main.put_all([3]);
            if is_flat && n == 600 {
                kept = main.kept(0..1);
            }
        }
        run.write(&format!("{PID}.1.ring"), main.segment(1, &kept));
        run.write(&format!("{PID}.ring"), main.file());
        let mut worker = FakeRing::of_version(version, PID + 1, b"worker", Clock::Full, if is_flat { 8 } else { 2 });
        worker.put_all([1, 2]);
        run.write(&format!("{}.ring", PID + 1), worker.file());
    }

    let run = FakeRun::new(output, "counts-v1");
    run.write(SITES, table_v2());
    let ended = FakeSlot { ended: true, left: true, seq: 12, ..FakeSlot::inside(PID + 1, b"worker", 1) };
    run.last(Some(0), &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }, ended]);
    let table = |tid, hits: [u64; 4]| FakeTable { tid, reuse: 1, before: 0, hits: hits.to_vec() };
    run.write("counts", counts_file(4, &[table(PID, [1, 0, 0, 41_321]), table(PID + 1, [0, 4, 8, 0])]));

    let run = FakeRun::new(output, "sites-v6");
    run.write(SITES, table_v6());
    let site = |line, name| Site { file: "src/main.rs", line, col: 5, module: "demo", name, snippet: "step();" };
    let turns = (1..20).map(|turn| record(PID, turn, turn, &site(41 + turn % 2, "turns")));
    run.log(&format!("{PID}.log"), &[header(PID, 1, 0, b"demo")].into_iter().chain(turns).collect::<Vec<_>>());
    run.last(None, &[FakeSlot::inside(PID, b"demo", 8)]);

    for (name, version, left_out) in [("stack-v1", 1, (0, 0)), ("stack-v2", stack::VERSION, (1_234, 5))] {
        let run = FakeRun::new(output, name);
        let names: [&[u8]; 4] = [b"demo", b"worker", b"polling", b"done"];
        let slots = [0, 1, 2, 3].map(|tid| FakeSlot::inside(PID + tid as u64, names[tid], 3));
        run.last(None, &slots);
        let deep = [0].into_iter().chain([1, 2].repeat(5000)).chain([3]);
        let stacks = [
            FakeStack { inherited: 1, ..FakeStack::new(PID, deep) },
            FakeStack::new(PID + 1, [1, 2, 1, 2]).unwound_to(1),
            FakeStack { slots: vec![Some(3), Some(1)], depth: 1, ..FakeStack::new(PID + 2, []) },
            FakeStack { depth: 0, ..FakeStack::new(PID + 3, [1, 2]) },
        ];
        run.stacks(&stacks.map(|stack| FakeStack { version, left_out, ..stack }));
    }
}

/// The statements of [`DEMO`], of which later versions say nothing else.
fn table_v2() -> String {
    String::from_utf8(sites_file(&DEMO)).unwrap().replace("# instr-sites v6", "# instr-sites v2")
}

/// A function with a closure in its closure, a loop, and tests.
fn table_v6() -> String {
    let site = |line, closures| {
        let (macro_flag, snippet, nesting) = (MacroFlag::None, "step();", Nesting::default());
        SiteLine {
            line,
            col: 5,
            macro_flag,
            closures,
            further: 0,
            nesting,
            shape: "",
            snippet,
            patterns: &[],
            other_file: None,
        }
    };
    let in_loop = Nesting { up: Some(1), ..Nesting::default() };
    let looping =
        SiteLine { further: 2, nesting: Nesting { has_loop: true, ..Nesting::default() }, shape: "t", ..site(41, 0) };
    let test = Some(Test::PanicsWith(b"out of range"));
    let functions = [
        ("main", "", None, vec![site(1, 0), site(2, 1), site(3, 2)]),
        ("fails", "", Some(Test::Panics), vec![site(11, 0)]),
        ("fails_so", "", test, vec![site(21, 0)]),
        ("works", "", Some(Test::Returns), vec![site(31, 0), site(32, 1)]),
        ("turns", "self,_,step", None, vec![looping, SiteLine { nesting: in_loop, ..site(42, 0) }]),
    ];
    let mut table = TableHeader { count: 9 }.to_string();
    let mut first = 0;
    for (name, parameters, test, sites) in functions {
        let lines = Some(Lines { first: (sites[0].line as u64 - 1).max(1), further: 10 });
        table += &Range { first, count: sites.len() }.to_string();
        table += "demo";
        table += &FunctionLine { name, file: "src/main.rs", lines, parameters, test }.to_string();
        sites.iter().for_each(|site| table += &site.to_string());
        first += sites.len();
    }
    table
}

fn files(run: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(run).expect("a run").map(|entry| entry.expect("an entry"));
    let read = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

/// Of an older version, the files stay and are not written any more.
#[test]
fn the_golden_runs_are_what_is_written_today() {
    let versions = (ring::VERSION, counts::VERSION, sites::VERSION, stack::VERSION);
    assert_eq!(versions, (2, 1, 6, 2), "keep the golden runs and make new ones");
    let golden = workspace().join("tests/golden");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        write(&golden);
    }
    let written = tempfile::tempdir().unwrap();
    write(written.path());
    for name in NAMES {
        let equal = files(&written.path().join(name)) == files(&golden.join(name));
        assert!(equal, "{name} differs; UPDATE_EXPECT=1 writes it anew");
    }
}

fn shown(arguments: &[&str], name: &str) -> String {
    let run = workspace().join("tests/golden").join(name);
    let shown = analyzer::run([arguments, &[run.to_str().unwrap()]].concat());
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    without_age(&shown.stdout).replace(workspace().to_str().unwrap(), "WORKSPACE")
}

#[test]
fn version_1_of_rings_is_readable() {
    expect![[r#"
        demo did not exit normally; the cause is unknown; probably last active: main at src/main.rs:2: let total = work(3);
          process 4500000, started … ago (2026-11-22T14:00:00Z), ran for at least 1.2 ms
          files in WORKSPACE/tests/golden/ring-v1
          the thread that was active last is most likely the first

        thread main (4500000): inside demo::main at src/main.rs:2:5
          source not found; recorded: let total = work(3);
          1,301 records; last active 1.2 ms after the start, or later
          its last steps, the newest last; > a call begins:
            src/main.rs:2:5  demo::main  let total = work(3);
              x200
                src/work.rs:7:9  demo::work::Job::run  step(self.n)?;
                  x3  src/work.rs:12:5  demo::work::step  n / (n - 3)
              > x500  src/io.rs:3:5  demo::io::pump  read(&mut buffer);

        thread worker (4500001): inside demo::work::Job::run at src/work.rs:7:9
          source not found; recorded: step(self.n)?;
          2 records; last active 1.2 ms before the last record of the run
    "#]]
    .assert_eq(&shown(&["report"], "ring-v1"));
    expect![[r#"
        2026-11-22T14:00:00.000001000Z  4500000 main      src/main.rs:2:5       demo::main            let total = work(3);
        x200 until 2026-11-22T14:00:00.000757000Z or later
          2026-11-22T14:00:00.000001000Z  4500000 main      src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
          x3 until 2026-11-22T14:00:00.000001000Z or later
            2026-11-22T14:00:00.000001000Z  4500000 main      src/work.rs:12:5      demo::work::step      n / (n - 3)
        x500 until 2026-11-22T14:00:00.001261000Z or later
          2026-11-22T14:00:00.000757000Z  4500000 main      src/io.rs:3:5         demo::io::pump        read(&mut buffer);
        2026-11-22T14:00:00.000001000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
        2026-11-22T14:00:00.000002000Z  4500001 worker    src/work.rs:12:5      demo::work::step      n / (n - 3)
    "#]]
    .assert_eq(&shown(&["dump", "--fold"], "ring-v1"));
}

#[test]
fn version_2_of_rings_is_readable() {
    expect![[r#"
        demo did not exit normally; the cause is unknown; probably last active: main at src/main.rs:2: let total = work(3);
          process 4500000, started … ago (2026-11-22T14:00:00Z), ran for at least 2.3 ms
          files in WORKSPACE/tests/golden/ring-v2
          the thread that was active last is most likely the first

        thread main (4500000): inside demo::main at src/main.rs:2:5
          source not found; recorded: let total = work(3);
          2,801 records; last active 2.3 ms after the start, or later
          its last steps, the newest last; > a call begins:
            src/main.rs:2:5  demo::main  let total = work(3);
              x200
                src/work.rs:7:9  demo::work::Job::run  step(self.n)?;
                  x3  src/work.rs:12:5  demo::work::step  n / (n - 3)
              > x2,000  src/io.rs:3:5  demo::io::pump  read(&mut buffer);

        thread worker (4500001): inside demo::work::Job::run at src/work.rs:7:9
          source not found; recorded: step(self.n)?;
          2 records; last active 2.3 ms before the last record of the run
    "#]].assert_eq(&shown(&["report"], "ring-v2"));
    expect![[r#"
        2026-11-22T14:00:00.000001000Z  4500000 main      src/main.rs:2:5       demo::main            let total = work(3);
        x200 until 2026-11-22T14:00:00.000001000Z or later
          2026-11-22T14:00:00.000001000Z  4500000 main      src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
          x3 until 2026-11-22T14:00:00.000001000Z or later
            2026-11-22T14:00:00.000001000Z  4500000 main      src/work.rs:12:5      demo::work::step      n / (n - 3)
        x2,000 until 2026-11-22T14:00:00.002349000Z or later
          2026-11-22T14:00:00.000001000Z  4500000 main      src/io.rs:3:5         demo::io::pump        read(&mut buffer);
        2026-11-22T14:00:00.000001000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
        2026-11-22T14:00:00.000002000Z  4500001 worker    src/work.rs:12:5      demo::work::step      n / (n - 3)
    "#]].assert_eq(&shown(&["dump", "--fold"], "ring-v2"));
}

#[test]
fn version_1_of_counts_is_readable() {
    expect![[r#"
        demo ended normally
          process 4500000, started … ago (2026-11-22T14:00:00Z)
          files in WORKSPACE/tests/golden/counts-v1

        thread main (4500000): outside instrumented code, last in demo::main at src/main.rs:2:5; 41,322 records
        thread worker (4500001): ended, last in demo::work::Job::run at src/work.rs:7:9; 12 records
    "#]]
    .assert_eq(&shown(&["report"], "counts-v1"));
    expect![[r#"
        41,321  src/io.rs:3:5         demo::io::pump        read(&mut buffer);
             8  src/work.rs:12:5      demo::work::step      n / (n - 3)
             4  src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
             1  src/main.rs:2:5       demo::main            let total = work(3);
    "#]]
    .assert_eq(&shown(&["dump"], "counts-v1"));
}

#[test]
fn version_3_of_site_tables_is_readable() {
    expect![[r#"
        demo did not exit normally; the cause is unknown; main at src/main.rs:2: step();
          process 4500000, started … ago (2026-11-22T14:00:00Z), ran for at least 2.0 ms
          files in WORKSPACE/tests/golden/sites-v3

        thread main (4500000): inside demo::main::{{closure}} at src/main.rs:2:5
          source not found; recorded: step();
          2 records
          its last steps, the newest last:
            src/main.rs:1:5  demo::main  step();
              src/main.rs:2:5  demo::main::{{closure}}  step();
    "#]]
    .assert_eq(&shown(&["report"], "sites-v3"));
    expect![[r#"
        2026-11-22T14:00:00.001000000Z  4500000 main      src/main.rs:1:5       demo::main            step();
        2026-11-22T14:00:00.002000000Z  4500000 main      src/main.rs:2:5       demo::main::{{closure}}  step();
    "#]]
    .assert_eq(&shown(&["dump"], "sites-v3"));
}

#[test]
fn versions_4_to_6_of_site_tables_are_readable() {
    let expected = expect![[r#"
        demo did not exit normally; the cause is unknown; main at src/main.rs:42: step();
          process 4500000, started … ago (2026-11-22T14:00:00Z), ran for at least 19.0 ms
          files in WORKSPACE/tests/golden/VERSION

        thread main (4500000): inside demo::turns at src/main.rs:42:5
          source not found; recorded: step();
          19 records
          its last steps, the newest last:
            x9
              src/main.rs:42:5  demo::turns  step();
                src/main.rs:41:5  demo::turns  step();
                src/main.rs:42:5  demo::turns  step();
    "#]];
    for version in ["sites-v4", "sites-v5", "sites-v6"] {
        expected.assert_eq(&shown(&["report"], version).replace(version, "VERSION"));
    }
}

#[test]
fn tests_and_how_they_are_to_end_are_known_from_the_site_table() {
    let (sites, damage) = Sites::read(SITES, table_v6().into_bytes());
    assert!(damage.is_none(), "{damage:?}");
    let paths: Vec<_> = sites.tests().map(|(path, _)| path).collect();
    assert_eq!(paths, ["demo::fails", "demo::fails_so", "demo::works"]);
    let expects = |name: &str, message| sites.test(name).map(|test| test.expects(message));
    assert_eq!(expects("demo::main", Some("any")), None);
    assert_eq!([Some("any"), None].map(|message| expects("demo::works", message)), [Some(false); 2]);
    assert_eq!([Some("any"), None].map(|message| expects("demo::fails", message)), [Some(true); 2]);
    let messages = [Some("index is out of range: 3"), Some("out_of range"), None];
    assert_eq!(messages.map(|message| expects("demo::fails_so", message)), [Some(true), Some(false), Some(false)]);
}

#[test]
fn version_2_of_stacks_says_what_was_left_out() {
    let counted = "\n  0 records, 1,234 filtered out, 5 left out by INSTR_RATE\n";
    let report = shown(&["report"], "stack-v2");
    assert_eq!(report.matches(counted).count(), 3, "{report}");
    assert!(report.ends_with(&format!("; {}", &counted[3..])), "{report}");
    let without =
        report.replace("stack-v2", "stack-v1").replace(counted, "\n").replace(&format!("; {}", &counted[3..]), "\n");
    assert_eq!(without, shown(&["report"], "stack-v1"));
}

#[test]
fn version_1_of_stacks_is_readable() {
    expect![[r#"
        demo did not exit normally; the cause is unknown; panicking: worker at src/work.rs:12: n / (n - 3)
          process 4500000, started … ago (2026-11-22T14:00:00Z)
          files in WORKSPACE/tests/golden/stack-v1

        thread worker (4500001): panicking in demo::work::step at src/work.rs:12:5
          source not found; recorded: n / (n - 3)
          4 statements were open when it panicked, outermost first:
            src/work.rs:7:9   demo::work::Job::run  step(self.n)?;
            src/work.rs:12:5  demo::work::step      n / (n - 3)
            src/work.rs:7:9   demo::work::Job::run  step(self.n)?;
          > src/work.rs:12:5  demo::work::step      n / (n - 3)

        thread main (4500000): inside demo::io::pump at src/io.rs:3:5
          source not found; recorded: read(&mut buffer);
          recursion: demo::work::Job::run, demo::work::step (10,000 of 10,002 calls), from src/main.rs:2: let total = work(3);
          10,002 open statements, outermost first; the outermost one is the parent's, from before the fork:
            src/main.rs:2:5     demo::main              let total = work(3);
            x5,000
              src/work.rs:7:9   demo::work::Job::run    step(self.n)?;
              src/work.rs:12:5  demo::work::step        n / (n - 3)
          > src/io.rs:3:5       demo::io::pump          read(&mut buffer);

        thread polling (4500002): inside demo::work::Job::run at src/work.rs:7:9
          source not found; recorded: step(self.n)?;
          2 open statements, outermost first:
            src/io.rs:3:5    demo::io::pump        read(&mut buffer);
          > src/work.rs:7:9  demo::work::Job::run  step(self.n)?;

        thread done (4500003): outside instrumented code, last in demo::work::Job::run at src/work.rs:7:9
    "#]]
    .assert_eq(&shown(&["report"], "stack-v1"));
}
