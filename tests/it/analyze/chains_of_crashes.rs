//! A crash with a chain of open statements: both tell how the thread came there, and are shown as one.

use std::ffi::OsStr;
use std::path::PathBuf;

use expect_test::expect;
use instr_analyze::model::filter::Filter;
use instr_analyze::model::sites::Sites;
use instr_analyze::report::crash;
use instr_analyze::report::options::Options;
use instr_analyze::run::load::{Run, Steps};
use instr_analyze::run::symbols::{FRAMES_MAX, Frame, Function};
use instr_format::files::SITES;
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_parser::{MAIN, NODE_SEQUENCE, RUN, SEQUENCE, main_stack, parsing};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID};
use instr_tests::fake_stack::FakeStack;
use instr_tests::program::{Scene, run};
use serde_json::{Value, json};

/// A run of the program that dies, whose stack is made by hand.
struct Crashed {
    scene: Scene,
    run: PathBuf,
    sites: Sites,
}

impl Crashed {
    fn new(death: &str) -> Self {
        let scene = Scene::new();
        run(scene.command(&program("crasher", INSTRUMENTED)).args([death, "main"]));
        let run = scene.runs()[0].clone();
        let (sites, damage) = Sites::read(SITES, std::fs::read(run.join(SITES)).expect("a table"));
        assert_eq!(damage, None);
        Crashed { scene, run, sites }
    }

    /// The statement of this function whose text contains this.
    fn site(&self, path: &str, text: &str) -> u32 {
        let is_it = |id: &u32| {
            let statement = self.sites.statement(*id);
            statement.is_some_and(|found| found.path() == path && found.snippet.contains(text))
        };
        let mut found = (0..self.sites.end() as u32).filter(is_it);
        let id = found.next().unwrap_or_else(|| panic!("no `{text}` in {path}"));
        // A block and the statement in it have much of their text in common: the inner one comes behind.
        found.next_back().unwrap_or(id)
    }

    /// Gives the main thread these open statements, outermost first.
    fn open(&self, calls: impl IntoIterator<Item = u32>) {
        let pid = serde_json::from_slice::<Value>(&std::fs::read(self.run.join("run.json")).expect("a file"));
        let pid = pid.expect("JSON")["pid"].as_u64().expect("a number");
        let stack = FakeStack { sites: self.sites.end() as u32, ..FakeStack::new(pid, calls) };
        std::fs::write(self.run.join(format!("{pid}.stack")), stack.file()).expect("room");
    }

    fn shown(&self, more: &[&str]) -> String {
        let verb = [OsStr::new("crash"), self.scene.output().as_os_str()].map(OsStr::to_owned);
        let outcome = analyzer::run(verb.into_iter().chain(more.iter().map(Into::into)));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
        outcome.stdout
    }
}

fn position(text: &str, part: &str) -> usize {
    text.find(part).unwrap_or_else(|| panic!("no `{part}` in {text}"))
}

#[test]
fn frames_of_instrumented_functions_have_their_statements() {
    let crashed = Crashed::new("ffi-segfault");
    let main = crashed.site("crasher::main", "place(death)");
    let place = crashed.site("crasher::places::in_main", "death()");
    let fault = crashed.site("crasher::deaths::ffi_segfault", "libc::strlen");
    crashed.open([main, place, fault]);
    let text = crashed.shown(&[]);
    let calls = &text[position(&text, "calls, innermost first")..];
    let (inner, outer) = (position(calls, ": libc::strlen(no_text());\n"), position(calls, ": place(death)"));
    assert!(inner < position(calls, ": death()") && position(calls, ": death()") < outer, "{text}");
    // Functions of the library and of C stand where they were.
    assert!(outer < position(calls, "std::rt::lang_start"), "{text}");
    assert!(!text.contains("open statements"), "{text}");

    let json: Value = serde_json::from_str(&crashed.shown(&["--format=json"])).unwrap();
    let crash = &json["crashes"][0];
    let frames = crash["frames"].as_array().unwrap().iter();
    let statements = frames.flat_map(|frame| frame["statements"].as_array().into_iter().flatten());
    let snippets: Vec<&str> = statements.filter_map(|statement| statement["snippet"].as_str()).collect();
    assert_eq!(snippets.len(), 3, "{snippets:?}");
    assert_eq!((snippets[0], &crash["depth"]), ("libc::strlen(no_text());", &3.into()));
    assert_eq!(crash["stack"].as_array().map(Vec::len), Some(3));
}

/// What the compiler has inlined without debug information, or left by a jump.
#[test]
fn open_statements_without_a_frame_stand_where_they_belong() {
    let crashed = Crashed::new("ffi-segfault");
    let main = crashed.site("crasher::main", "place(death)");
    let abort = crashed.site("crasher::deaths::abort", "abort()");
    let fault = crashed.site("crasher::deaths::ffi_segfault", "libc::strlen");
    crashed.open([main, abort, fault]);
    let text = crashed.shown(&[]);
    let calls = &text[position(&text, "calls, innermost first")..];
    let without = position(calls, "without a frame  crasher::deaths::abort at ");
    assert!(position(calls, ": libc::strlen") < without && without < position(calls, ": place(death)"), "{text}");
}

#[test]
fn where_the_kept_stack_ends_the_open_statements_go_on() {
    let crashed = Crashed::new("stack-overflow");
    let main = crashed.site("crasher::main", "place(death)");
    let recursion = crashed.site("crasher::deaths::stack_overflow", "stack_overflow(depth + 1)");
    crashed.open([main].into_iter().chain(std::iter::repeat_n(recursion, 50_000)));
    let text = crashed.shown(&[]);
    let calls = &text[position(&text, "calls, innermost first")..];
    let rest = &calls[position(calls, "without frames, from the open statements:")..];
    let number = |text: &str| text.replace(',', "").parse::<u64>().expect("a number");
    let before = &calls[..position(calls, " calls without frames")];
    let left = number(before.rsplit_once("then ").expect("a number").1);
    let repeats = number(rest.split_once("\n    x").expect("recursion").1.split_once(' ').unwrap().0);
    // Besides, main; and the innermost statement, where the kept stack has not even its frame.
    assert!(left == repeats + 1 || left == repeats + 2, "{text}");
    assert!(left > 40_000 && position(rest, "stack_overflow(depth + 1)") < position(rest, "place(death)"), "{text}");
    assert!(calls.lines().count() < 40, "{text}");
}

#[test]
fn a_chain_that_fits_no_frame_is_the_threads_own() {
    let crashed = Crashed::new("ffi-segfault");
    let abort = crashed.site("crasher::deaths::abort", "abort()");
    crashed.open([abort, abort, abort]);
    let text = crashed.shown(&[]);
    assert!(
        position(&text, "3 open statements, outermost first:") < position(&text, "calls, innermost first"),
        "{text}"
    );
    assert!(!text.contains("without a frame") && !text.contains("without frames"), "{text}");
}

/// A frame of a function, given by the statement's number in the made-up program, or by its name.
fn frame(address: u64, site: usize, line: u32) -> Frame {
    let site = DEMO[site];
    of(address, &format!("{}::{}", site.module, site.name), &format!("/w/{}", site.file), line)
}

fn of(address: u64, name: &str, file: &str, line: u32) -> Frame {
    let (name, file) = (Some(name.to_owned()), Some(file.to_owned()));
    let functions = vec![Function { name, file, line: Some(line), column: None }];
    Frame { address: format!("{address:#x}"), module: Some("/w/demo".to_owned()), replaced: false, functions }
}

/// What `crash` says of the calls of a made-up run.
fn calls(frames: &[Frame], open: impl IntoIterator<Item = u32>) -> String {
    let output = tempfile::tempdir().unwrap();
    let fake = FakeRun::new(output.path(), "demo-1");
    fake.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    fake.stacks(&[FakeStack::new(PID, open)]);
    fake.crash(PID, 0);
    let run = Run::load(&fake.dir, &Filter::new("", "", "").unwrap(), Steps::None).unwrap();
    let mut text = Vec::new();
    crash::text(&run, frames, &Options::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    text[position(&text, "calls, innermost first")..].split("\nregisters").next().unwrap().to_owned()
}

#[test]
fn frames_that_repeat_are_folded_and_those_of_c_stand_between() {
    let mut frames = vec![of(0x1, "strlen", "../string/strlen.S", 76)];
    for _ in 0..30 {
        frames.extend([frame(0x20, 2, 12), of(0x30, "qsort_r", "msort.c", 5), frame(0x40, 1, 8)]);
    }
    frames.extend([frame(0x50, 0, 3), of(0x60, "std::rt::lang_start", "/rustc/0/library/std/src/rt.rs", 206)]);
    let open = [0].into_iter().chain([1, 2].repeat(30));
    expect![[r#"
        calls, innermost first
           0  0x1  strlen at ../string/strlen.S:76
        x30
             1  0x20  demo::work::step at /w/src/work.rs:12: n / (n - 3)
             2  0x30  qsort_r at msort.c:5
             3  0x40  demo::work::Job::run at /w/src/work.rs:8: step(self.n)?;
          91  0x50  demo::main at /w/src/main.rs:3: let total = work(3);
          92  0x60  std::rt::lang_start at /rustc/0/library/std/src/rt.rs:206
    "#]]
    .assert_eq(&calls(&frames, open.clone()));
    // The kept stack ends within the recursion.
    expect![[r#"
        calls, innermost first
           0  0x1  strlen at ../string/strlen.S:76
        x10
             1  0x20  demo::work::step at /w/src/work.rs:12: n / (n - 3)
             2  0x30  qsort_r at msort.c:5
             3  0x40  demo::work::Job::run at /w/src/work.rs:8: step(self.n)?;
          31  0x20  demo::work::step at /w/src/work.rs:12: n / (n - 3)
              … then 40 calls without frames, from the open statements:
            src/work.rs:7:9     demo::work::Job::run    step(self.n)?;
            x19
              src/work.rs:12:5  demo::work::step        n / (n - 3)
              src/work.rs:7:9   demo::work::Job::run    step(self.n)?;
            src/main.rs:2:5     demo::main              let total = work(3);
    "#]]
    .assert_eq(&calls(&frames[..32], open));
}

#[test]
fn what_the_unwinder_leaves_out_is_said() {
    let frames = vec![frame(0x20, 2, 12); FRAMES_MAX];
    expect![[r#"
        calls, innermost first
        x4,096
             0  0x20  demo::work::step at /w/src/work.rs:12: n / (n - 3)
              … the unwinder stops after 4,096 frames
              … then 905 calls without frames, from the open statements:
            x904  src/work.rs:12:5  demo::work::step  n / (n - 3)
            src/main.rs:2:5         demo::main        let total = work(3);
    "#]]
    .assert_eq(&calls(&frames, [0].into_iter().chain([2].repeat(5000))));
}

#[test]
fn a_stack_overflow_names_the_functions_that_recurse() {
    let (_output, run) = parsing(main_stack([MAIN, RUN].into_iter().chain([NODE_SEQUENCE, SEQUENCE].repeat(400))));
    let crash = json!({
        "schema_version": 1, "tid": PID, "signal": "SIGSEGV", "signal_number": libc::SIGSEGV, "code": "SEGV_MAPERR",
        "code_number": 1, "fault_address": "0x7ffdfffffff8", "sender": null,
        "registers": {"rsp": "0x7ffe00000010"}, "maps": "7ffe00000000-7ffe00800000 rw-p 00000000 00:00 0 [stack]\n",
    });
    run.write("crash.json", crash.to_string());
    let text = analyzer::run([&run.dir]).stdout;
    let expected = "  stack overflow at 0x7ffdfffffff8\n  recursion: demo::load_node, demo::load_sequence (800 of 802 calls), \
                    from src/main.rs:8: load_node(parser)\n";
    assert!(text.contains(expected), "{text}");
}
