//! Files that lie: nothing panics, nothing outside is read, nothing reaches the terminal.

use std::fs;
use std::os::unix::fs::symlink;

use instr_analyze::model::damage::Damage;
use instr_analyze::model::filter::Filter;
use instr_analyze::model::last::Last;
use instr_analyze::model::log::{LogReader, identify};
use instr_analyze::model::process::Process;
use instr_analyze::model::record::{Entry, Visitor as _};
use instr_analyze::model::scan::Scan;
use instr_analyze::model::sites::{Site, Sites};
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, Site as DemoSite, header, last_file, record, sites_file};

/// Records and damage of a log, read as a report reads it.
fn scan(log: &[u8]) -> Option<(u64, Vec<Damage>)> {
    let head = identify("1.log", log).ok()??;
    let filter = Filter::new("", "", "").unwrap();
    let sites = Sites::default();
    let mut scan = Scan::new(None, &sites, &filter);
    let mut log = LogReader::new("1.log", head.pid, head.tid, log);
    while let Some(entry) = log.step().unwrap() {
        match entry {
            Entry::Record(record) => scan.record(&record),
            Entry::Damage(damage) => scan.damage.push(damage),
        }
    }
    log.torn().into_iter().for_each(|torn| scan.damage.push(torn));
    Some((scan.records, scan.damage.into_entries()))
}

fn golden() -> Vec<Vec<u8>> {
    let mut lines = vec![header(PID, 1, 0, b"demo")];
    lines.extend((1..=4).map(|seq| record(PID, seq, seq, &DEMO[seq as usize % 4])));
    lines
}

#[test]
fn row_72_every_truncation_keeps_the_lines_before_it() {
    let (lines, log) = (golden(), golden().concat());
    let end_of = |index: usize| lines[..=index].iter().map(Vec::len).sum::<usize>();
    let ends: Vec<usize> = (0..lines.len()).map(end_of).collect();
    for cut in 0..=log.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count();
        match scan(&log[..cut]) {
            None => assert_eq!(whole, 0, "cut at {cut}"),
            Some((records, damage)) => {
                assert_eq!(records, whole as u64 - 1, "cut at {cut}");
                assert_eq!(damage.len(), usize::from(!ends.contains(&cut)), "cut at {cut}: {damage:?}");
            }
        }
    }
}

#[test]
fn row_73_every_flipped_bit_of_the_first_lines_leaves_the_lines_behind_them() {
    let (lines, log) = (golden(), golden().concat());
    let first_three: usize = lines[..3].iter().map(Vec::len).sum();
    let version_digit = lines[0].iter().position(|byte| *byte == b'1').unwrap();
    for bit in 0..first_three * 8 {
        let mut log = log.clone();
        log[bit / 8] ^= 1 << (bit % 8);
        let in_header = bit / 8 < lines[0].len();
        match scan(&log) {
            None => assert_eq!(bit / 8, version_digit, "bit {bit}"),
            // A first line that names another thread disowns every record, but none goes unmentioned.
            Some((0, damage)) if in_header => assert_eq!(damage.len(), 4, "bit {bit}"),
            Some((records, damage)) => {
                // A flip can join a line to the next one, and can stay inside a value.
                assert!((2..=4).contains(&records), "bit {bit}: {records}");
                assert!(records == 4 || !damage.is_empty(), "bit {bit}");
            }
        }
    }
}

#[test]
fn row_72_every_cut_of_a_site_table_keeps_exactly_the_whole_sites_before_it() {
    let table = sites_file(&DEMO);
    let (whole, damage) = Sites::read("sites", table.clone());
    assert_eq!(damage, None);
    for cut in 0..table.len() {
        let (kept, damage) = Sites::read("sites", table[..cut].to_vec());
        // A first line, then three lines for each site.
        let lines = table[..cut].iter().filter(|byte| **byte == b'\n').count();
        assert!(damage.is_some() || lines % 3 == 1, "cut at {cut}");
        for id in 0..4 {
            let expected = if lines > 3 * (id as usize + 1) { whole.get(id) } else { None };
            let statement = |site: Option<Site>| site.map(|site| site.statement);
            assert_eq!(statement(kept.get(id)), statement(expected), "cut at {cut}");
        }
    }
}

#[test]
fn row_72_73_every_cut_and_flip_of_last_and_run_json_is_survived() {
    let last = last_file(Some(0), 1, &[FakeSlot::inside(PID, b"demo", 0)]);
    let json = br#"{"schema_version":1,"pid":7,"parent":null,"exe":"/a\\x","cwd":"/","start_unix_ns":5,"notes":["n"]}"#;
    for cut in 0..last.len() {
        let slots = Last::read("last", &last[..cut]).map(|last| last.slots.len());
        assert_eq!(slots.is_ok(), cut >= 128, "cut at {cut}");
        assert_eq!(slots.unwrap_or(0), 0, "cut at {cut}");
    }
    for cut in 0..json.len() {
        assert!(Process::read("run.json", &json[..cut]).is_err(), "cut at {cut}");
    }
    for bit in 0..last.len() * 8 {
        let mut last = last.clone();
        last[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Last::read("last", &last).is_err(), bit < 12 * 8, "bit {bit}");
    }
    for bit in 0..json.len() * 8 {
        let mut json = *json;
        json[bit / 8] ^= 1 << (bit % 8);
        if let Ok(process) = Process::read("run.json", &json) {
            assert!(process.notes.len() <= 1, "bit {bit}");
        }
    }
}

#[test]
fn row_66_nothing_that_a_terminal_obeys_is_printed() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-\u{1b}[2J");
    let site = DemoSite { snippet: "print(\"\u{1b}[31m\u{202e}\n\")", name: "evil\u{7}\nname", ..DEMO[0] };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"\x1b]0;x\x07\n\xff", 9)]);
    run.write("sites", sites_file(&[site]));
    run.json(PID, 0, "/x\u{1b}y".as_ref(), &["note \u{9b}31m"]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &site), b"\x1bc\n".to_vec()]);
    run.log("2.log", &[header(PID + 1, 1, 0, b"\x1b[1m\nx"), record(PID + 1, 1, 1, &site)]);
    for verb in ["report", "dump", "tail"] {
        let shown = analyzer::run([verb.as_ref(), output.path().as_os_str()]);
        let raw = |text: &str| text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert!(!raw(&shown.stdout) && !raw(&shown.stderr), "{shown:?}");
        assert!(shown.stdout.contains("evil\\x07\\x0aname"), "{shown:?}");
    }
}

#[test]
fn row_75_only_regular_files_are_read_as_logs() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let outside = output.path().join("outside");
    fs::write(&outside, [header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])].concat()).unwrap();
    symlink(&outside, run.dir.join("1.log")).unwrap();
    symlink("/dev/zero", run.dir.join("2.log")).unwrap();
    fs::create_dir(run.dir.join("3.log")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(run.dir.join("4.log")).status().unwrap();
    assert!(made.success());
    let report = analyzer::run([run.dir.as_os_str()]);
    assert_eq!(report.code, 2);
    assert!(report.stdout.contains("inside demo::main at src/main.rs:2:5\n"), "{}", report.stdout);
    assert!(report.stdout.ends_with("\n  0 records\n"), "{}", report.stdout);
    for name in ["1.log", "2.log", "3.log", "4.log"] {
        assert!(report.stderr.contains(&format!(": {name}: ")), "{}", report.stderr);
    }
}

#[test]
fn row_77_an_endless_line_needs_no_memory() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])]);
    fs::OpenOptions::new().append(true).open(run.dir.join("1.log")).unwrap().set_len(256 << 20).unwrap();
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 65536 && exec \"$0\" \"$1\""])
        .args([analyzer::path().as_os_str(), output.path().as_os_str()])
        .output()
        .unwrap();
    let report = analyzer::outcome(limited);
    assert_eq!(report.code, 0, "{}", report.stderr);
    assert!(
        report.stdout.contains("\n  1 record\n") && report.stdout.contains("the last line is incomplete"),
        "{}",
        report.stdout
    );
}
