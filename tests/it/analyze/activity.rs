//! What each thread of a program that hangs was doing: told while it runs, and when it has been killed.

use instr_tests::analyzer;
use instr_tests::hanging::Hanging;
use instr_tests::marks::Place;
use instr_tests::report::Report;
use serde_json::Value;

const SOURCE: &str = "tests/programs/src/bin/hanging.rs";
const RING: (&str, &str) = ("INSTR_SINK", "ring");

/// Whether the thread does this.
fn does(thread: &Value, kind: &str) -> bool {
    thread["activity"]["kind"] == kind
}

fn all(kinds: &[(&str, &str)]) -> impl Fn(&Report) -> bool {
    move |report| {
        let kind = |name: &str| report.threads().iter().find(|thread| thread["name"] == name);
        kinds.iter().all(|(name, expected)| kind(name).is_some_and(|thread| does(thread, expected)))
    }
}

fn line_of_loop(thread: &Value) -> Option<u64> {
    thread["activity"]["loop"]["line"].as_u64()
}

#[test]
fn two_threads_that_wait_for_each_others_locks() {
    let waits = |report: &Report| {
        let of = |name: &str| report.threads().iter().any(|thread| thread["name"] == name && is_locked(thread));
        of("payer") && of("payee")
    };
    for sink in ["ring", "write", "stack"] {
        let (report, text) = Hanging::until("cycle", &[("INSTR_SINK", sink)], waits).reports();
        for (thread, other, lock, wanted) in
            [("payer", "payee", "RIGHT", "right is wanted"), ("payee", "payer", "LEFT", "left is wanted")]
        {
            let (thread, other) = (report.thread(thread), report.thread(other));
            assert!(is_locked(thread), "{thread:#}");
            assert_eq!(thread["activity"]["waits_for"]["lock"], lock);
            assert_eq!(thread["activity"]["waits_for"]["holder_tid"], other["tid"]);
            assert_eq!(Place::last_of(thread), Place::marked(SOURCE, wanted));
        }
        assert!(does(report.thread("main"), "waiting"), "{report:?}");
        let headline = text.lines().next().expect("a line");
        assert!(headline.contains("likely a deadlock: "), "{text}");
        for waits in ["payer waits for `RIGHT`, which payee holds", "payee waits for `LEFT`, which payer holds"] {
            assert!(headline.contains(waits), "{text}");
        }
        let held = Place::marked(SOURCE, "left is held").line;
        assert!(
            text.contains(&format!("likely held by payer, which waits for this one in turn, since {SOURCE}:{held}: ")),
            "{text}"
        );
    }
}

fn is_locked(thread: &Value) -> bool {
    does(thread, "waiting") && thread["activity"]["waits_for"]["is_deadlock"] == true
}

#[test]
fn a_thread_that_waits_for_a_lock_that_it_holds() {
    let waits = |report: &Report| all(&[("nested", "waiting"), ("other", "waiting")])(report);
    let (report, text) = Hanging::until("again", &[RING], |report| {
        waits(report) && report.threads().iter().any(|thread| thread["name"] == "nested" && is_locked(thread))
    })
    .reports();
    let (nested, other) = (report.thread("nested"), report.thread("other"));
    assert!(is_locked(nested), "{nested:#}");
    assert_eq!(nested["activity"]["waits_for"]["holder_tid"], nested["tid"]);
    let wanted = Place::marked(SOURCE, "the log is held and wanted");
    assert_eq!(Place::last_of(nested), wanted);
    assert!(text.starts_with("hanging did not exit normally"), "{text}");
    let headline = text.lines().next().expect("a line");
    assert!(headline.ends_with("; likely a deadlock: nested waits for `LOG`, which it holds itself"), "{text}");
    let blamed = format!("likely held by this thread itself, since {}:{}: ", wanted.file, wanted.line);
    assert!(text.contains(&blamed), "{text}");
    // The one that waits for it is not to blame.
    if Place::last_of(other) == wanted {
        assert_eq!(other["activity"]["waits_for"]["is_deadlock"], false, "{other:#}");
        assert_eq!(other["activity"]["waits_for"]["holder_tid"], nested["tid"]);
    }
}

#[test]
fn a_loop_is_named_by_its_header_wherever_in_it_the_thread_is() {
    for (way, names, mark) in [
        ("spin", &["main"][..], "spins"),
        ("tokens", &["main"], "makes no progress"),
        ("polite", &["left", "right"], "gives way"),
    ] {
        let expected: Vec<(&str, &str)> = names.iter().map(|name| (*name, "looping")).collect();
        for sink in ["ring", "write"] {
            let (report, text) = Hanging::until(way, &[("INSTR_SINK", sink)], all(&expected)).reports();
            let marked = Place::marked(SOURCE, mark);
            // Nobody knows of the thread that was active last that it did not begin to wait for a lock then.
            let looping = names.iter().map(|name| report.thread(name)).filter(|thread| does(thread, "looping"));
            assert!(looping.clone().count() >= names.len().saturating_sub(1).max(1), "{way}, {sink}: {report:?}");
            for thread in looping {
                assert_eq!(line_of_loop(thread), Some(marked.line), "{way}, {sink}: {thread:#}");
                assert!(thread["activity"]["loop"]["turns"].as_u64() >= Some(4), "{thread:#}");
            }
            assert!(text.contains(": turning in a loop in hanging::hangs::"), "{way}, {sink}: {text}");
            if names.len() == 1 {
                let headline = text.lines().next().expect("a line");
                assert!(headline.contains(&format!("; main turns in a loop at {SOURCE}:{}: ", marked.line)), "{text}");
            }
        }
    }
}

#[test]
fn a_loop_of_the_standard_library_is_in_the_statement_that_calls_it() {
    let (report, text) = Hanging::until("called", &[RING], all(&[("main", "looping")])).reports();
    let marked = Place::marked(SOURCE, "calls for ever");
    assert_eq!(line_of_loop(report.thread("main")), Some(marked.line), "{report:?}");
    assert!(text.contains("the loop is in what the statement calls; every turn does the same:"), "{text}");
}

#[test]
fn a_thread_that_reads_what_nobody_writes_waits() {
    for variables in [&[RING][..], &[("INSTR_SINK", "write")], &[RING, ("INSTR_CLOCK", "off")]] {
        let (report, text) = Hanging::until("read", variables, all(&[("main", "waiting")])).reports();
        let main = report.thread("main");
        assert_eq!(Place::last_of(main), Place::marked(SOURCE, "reads"));
        assert_eq!(main["activity"]["waits_for"]["kind"], "io", "{main:#}");
        assert!(text.contains("\n  waiting for input or output"), "{text}");
    }
}

#[test]
fn recursion_is_told_of_a_thread_that_waits_deep_in_it() {
    let (report, text) = Hanging::until("recursion", &[RING], all(&[("main", "waiting")])).reports();
    let recursion = &report.thread("main")["activity"]["recursion"];
    assert_eq!(recursion["calls"], 501, "{recursion:#}");
    assert_eq!(recursion["functions"][0]["function"], "hanging::hangs::recursion");
    assert!(text.contains("recursion: hanging::hangs::recursion (501 of 501 calls)"), "{text}");
}

#[test]
fn the_kernel_is_asked_about_threads_of_a_process_that_runs() {
    let asked = |report: &Report| {
        let kernel = &report.thread("main")["activity"]["kernel"];
        kernel["state"] == "S" && kernel["system_call"].is_string()
    };
    let (report, _) =
        Hanging::until("read", &[RING], |report| all(&[("main", "waiting")])(report) && asked(report)).reports();
    assert!(report.thread("main")["activity"]["kernel"].is_null(), "{report:?}");
}

/// So that large rings are read in time: more than a million records are not gone through to show three steps.
#[test]
fn steps_of_a_long_history_are_those_of_its_newest_records() {
    const NEWEST: u64 = 1 << 20;
    let room = [RING, ("INSTR_RING_BYTES", "8M"), ("INSTR_MAX_BYTES", "16M")];
    let full = |report: &Report| report.threads().iter().any(|thread| thread["overwritten"].as_u64() > Some(NEWEST));
    let scene = Hanging::until("spin", &room, full).kill();
    let run = scene.runs().remove(0);
    let report = |options: &[&str]| {
        let words = [&["report", "--history", "3"], options].concat();
        analyzer::run(words.iter().map(AsRef::as_ref).chain([run.as_os_str()])).stdout
    };
    assert!(report(&[]).contains("its last steps of the newest 1,048,576 records, the newest last:\n"));
    let json: Value = serde_json::from_str(&report(&["--format", "json"])).expect("JSON");
    let thread = &json["runs"][0]["threads"][0];
    assert_eq!(thread["history_is_cut"], true, "{thread:#}");
    let looped = thread["history"][0]["records"].as_u64().expect("a loop");
    assert!((NEWEST / 2..=NEWEST).contains(&looped), "{looped}");
    // All of them fit in a step more.
    let short = Hanging::until("spin", &[RING], all(&[("main", "looping")])).kill();
    let report = short.report();
    assert!(report.thread("main")["history_is_cut"].is_null(), "{report:?}");
}
