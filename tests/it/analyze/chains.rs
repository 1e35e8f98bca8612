//! Each thread's chain of open statements, from stacks made by hand.

use expect_test::{Expect, expect};
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, Site, header, record, sites_file};
use instr_tests::fake_stack::FakeStack;
use instr_tests::report::Report;
use serde_json::{Value, json};
use tempfile::TempDir;

const SERDE: &str = "/home/u/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde_json-1.0.149/src/de.rs";

const fn site(file: &'static str, line: u64, name: &'static str, snippet: &'static str) -> Site {
    Site { file, line, col: 5, module: "demo", name, snippet }
}

const fn of_serde(line: u64, name: &'static str, snippet: &'static str) -> Site {
    Site { file: SERDE, line, col: 9, module: "serde_json::de", name, snippet }
}

/// The statements of a program that parses; `load_node` has three.
const PARSER: [Site; 10] = [
    site("src/main.rs", 3, "main", "run(&text)"),
    site("src/main.rs", 8, "run", "load_node(parser)"),
    site("src/yaml.rs", 20, "load_node", "load_sequence(parser)"),
    site("src/yaml.rs", 22, "load_node", "load_mapping(parser)"),
    site("src/yaml.rs", 24, "load_node", "parser.next()"),
    site("src/yaml.rs", 30, "load_sequence", "load_node(parser)"),
    site("src/yaml.rs", 40, "load_mapping", "load_node(parser)"),
    of_serde(100, "from_str", "from_trait(StrRead::new(s))"),
    of_serde(110, "from_trait", "T::deserialize(&mut de)"),
    of_serde(120, "peek", "self.read.peek()"),
];
const MAIN: u32 = 0;
const RUN: u32 = 1;
const NODE_SEQUENCE: u32 = 2;
const NODE_MAPPING: u32 = 3;
const NODE_NEXT: u32 = 4;
const SEQUENCE: u32 = 5;
const MAPPING: u32 = 6;
const FROM_STR: u32 = 7;
const FROM_TRAIT: u32 = 8;
const PEEK: u32 = 9;

/// A run of that program whose main thread has this stack.
fn parsing(stack: FakeStack) -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.write("sites", sites_file(&PARSER));
    // The slot's own statement is of no account.
    run.last(None, &[FakeSlot::inside(PID, b"demo", RUN)]);
    run.stacks(&[of_parser(stack)]);
    (output, run)
}

fn of_parser(stack: FakeStack) -> FakeStack {
    FakeStack { sites: PARSER.len() as u32, ..stack }
}

fn main_stack(calls: impl IntoIterator<Item = u32>) -> FakeStack {
    FakeStack::new(PID, calls)
}

fn thread(run: &FakeRun) -> Value {
    Report::of(&run.dir).thread("main").clone()
}

/// Line and repeats of each entry, innermost first.
fn stack(thread: &Value) -> Vec<(u64, u64)> {
    let number = |entry: &Value, key: &str| entry[key].as_u64().expect("a number");
    let entries = thread["stack"].as_array().expect("a list");
    entries.iter().map(|entry| (number(entry, "line"), number(entry, "repeats"))).collect()
}

#[test]
fn json_has_the_open_statements_innermost_first() {
    let (_output, run) = parsing(main_stack([MAIN, RUN, FROM_STR]));
    let thread = thread(&run);
    let expected = json!([
        {
            "file": SERDE, "line": 100, "column": 9, "function": "from_str", "snippet": "from_trait(StrRead::new(s))",
            "package": "serde_json", "is_local": false, "repeats": 1,
        },
        {
            "file": "src/main.rs", "line": 8, "column": 5, "function": "run", "snippet": "load_node(parser)",
            "package": "demo", "is_local": true, "repeats": 1,
        },
        {
            "file": "src/main.rs", "line": 3, "column": 5, "function": "main", "snippet": "run(&text)",
            "package": "demo", "is_local": true, "repeats": 1,
        },
    ]);
    assert_eq!((&thread["stack"], &thread["depth"]), (&expected, &json!(3)));
    assert_eq!((&thread["last"]["line"], &thread["last"]["module"]), (&json!(100), &json!("serde_json::de")));
}

#[test]
fn recursion_is_an_entry_per_function_with_its_most_frequent_statement() {
    let turns = [NODE_SEQUENCE, SEQUENCE].repeat(3000);
    let others = [NODE_MAPPING, SEQUENCE].repeat(2441);
    let calls = [MAIN, RUN].into_iter().chain(turns).chain(others).chain([NODE_NEXT]);
    let (_output, run) = parsing(main_stack(calls));
    let thread = thread(&run);
    assert_eq!(stack(&thread), [(24, 1), (30, 5441), (20, 5441), (8, 1), (3, 1)]);
    assert_eq!(thread["depth"], 2 + 2 * 5441 + 1);
}

#[test]
fn a_cycle_within_a_cycle_counts_all_its_calls() {
    let turn = [NODE_SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE];
    let (_output, run) = parsing(main_stack([MAIN].into_iter().chain(turn.repeat(100)).chain([NODE_NEXT])));
    assert_eq!(stack(&thread(&run)), [(24, 1), (30, 300), (20, 100), (3, 1)]);
}

#[test]
fn a_thread_that_has_left_its_functions_was_last_in_the_outermost_one() {
    let (_output, run) = parsing(FakeStack { depth: 0, ..main_stack([MAIN, RUN, NODE_NEXT]) });
    let report = analyzer::run([&run.dir]).stdout;
    assert!(
        report.contains("main (4500000): outside instrumented code, last in demo::main at src/main.rs:3:5"),
        "{report}"
    );
    let thread = thread(&run);
    assert_eq!((stack(&thread), &thread["depth"]), (vec![], &json!(0)));
}

#[test]
fn code_outside_of_functions_is_the_outermost_entry() {
    let outside = FakeStack { depth: 0, slots: vec![Some(RUN), Some(MAIN)], ..main_stack([]) };
    let (_output, run) = parsing(outside.clone());
    let thread_ = thread(&run);
    assert_eq!((stack(&thread_), &thread_["last"]["line"], &thread_["depth"]), (vec![(8, 1)], &json!(8), &json!(1)));

    run.stacks(&[of_parser(FakeStack { depth: 1, slots: vec![Some(RUN), Some(NODE_NEXT)], ..outside })]);
    let thread = thread(&run);
    assert_eq!((stack(&thread), &thread["depth"]), (vec![(24, 1), (8, 1)], &json!(2)));
}

#[test]
fn a_function_without_statements_counts_and_is_not_the_last_one() {
    let slots = vec![None, Some(MAIN), None, Some(RUN), None];
    let (_output, run) = parsing(FakeStack { depth: 4, slots, ..main_stack([]) });
    let thread = thread(&run);
    assert_eq!((stack(&thread), &thread["depth"]), (vec![(8, 1), (3, 1)], &json!(4)));
    assert_eq!((&thread["last"]["line"], &thread["stack_left_out"]), (&json!(8), &json!(2)));
}

#[test]
fn a_thread_that_has_ended_is_where_its_slot_says() {
    let (_output, run) = parsing(main_stack([MAIN, RUN, NODE_NEXT]));
    run.last(None, &[FakeSlot { ended: true, left: true, ..FakeSlot::inside(PID, b"demo", RUN) }]);
    let thread = thread(&run);
    assert_eq!((&thread["last"]["line"], thread.get("stack"), thread.get("depth")), (&json!(8), None, None));
}

#[test]
fn without_a_stack_the_slot_is_right() {
    let (_output, run) = parsing(FakeStack { reuse: 2, ..main_stack([MAIN, NODE_NEXT]) });
    let report = Report::of(&run.dir);
    let lines: Vec<_> = report.threads().iter().map(|thread| thread["last"]["line"].clone()).collect();
    // The second thread with this id has no slot, and is known by its stack.
    assert_eq!(lines, [json!(8), json!(24)]);
    assert_eq!(report.threads()[0].get("stack"), None);
}

#[test]
fn a_stack_that_belongs_to_nobody_yet_is_no_damage() {
    let (_output, run) = parsing(main_stack([MAIN]));
    for empty in [vec![], vec![0; 10], vec![0; 1 << 20], {
        let mut begun = main_stack([MAIN]).file();
        begun[..8].fill(0);
        begun
    }] {
        run.write(&format!("{PID}.stack"), empty);
        let thread = thread(&run);
        assert_eq!((&thread["last"]["line"], &thread["damage"]), (&json!(8), &json!([])));
    }
}

#[test]
fn an_unwinding_thread_is_where_it_panicked() {
    let panicking = main_stack([MAIN, RUN, NODE_SEQUENCE, NODE_NEXT]).unwound_to(2);
    let (_output, run) = parsing(panicking.clone());
    let report = analyzer::run([&run.dir]).stdout;
    assert!(report.contains("main (4500000): panicking in demo::load_node at src/yaml.rs:24:5"), "{report}");
    let lines = [(24, 1), (20, 1), (8, 1), (3, 1)];
    let thread_ = thread(&run);
    assert_eq!((stack(&thread_), &thread_["depth"]), (lines.to_vec(), &json!(4)));

    // Out of all functions, and the process has exited: the panic has ended it.
    run.stacks(&[of_parser(FakeStack { depth: 0, ..panicking })]);
    run.last(Some(101), &[FakeSlot::inside(PID, b"demo", RUN)]);
    let report = Report::of(&run.dir);
    assert_eq!((report.end(), stack(report.thread("main"))), (("panic", Some("101")), lines.to_vec()));
}

#[test]
fn a_panic_that_was_caught_is_over() {
    let panicking = main_stack([MAIN, RUN, NODE_SEQUENCE, NODE_NEXT]).unwound_to(2);
    // The function that caught it has gone on.
    let mut gone_on = panicking.clone();
    gone_on.slots[2] = Some(FROM_STR);
    // It has called functions, as many as were open.
    let called = FakeStack { depth: 4, ..panicking };
    for (stack_, lines) in [(gone_on, vec![(100, 1), (3, 1)]), (called, vec![(24, 1), (20, 1), (8, 1), (3, 1)])] {
        let (_output, run) = parsing(stack_);
        let report = analyzer::run([&run.dir]).stdout;
        assert!(report.contains("main (4500000): inside "), "{report}");
        assert_eq!(stack(&thread(&run)), lines);
    }
}

#[test]
fn of_a_deep_panic_the_innermost_calls_are_the_copy() {
    let calls = [MAIN].into_iter().chain([NODE_SEQUENCE, SEQUENCE].repeat(500)).chain([NODE_NEXT]);
    let mut panicking = main_stack(calls).unwound_to(3);
    // Destructors have stored where the innermost functions were.
    panicking.slots[900..].fill(Some(PEEK));
    let (_output, run) = parsing(panicking.clone());
    let thread_ = thread(&run);
    assert_eq!(stack(&thread_), [(24, 1), (30, 500), (20, 500), (3, 1)]);
    assert_eq!(thread_["depth"], 1002);

    // The file ends before the copy begins: what lies between is missing.
    panicking.slots.truncate(401);
    run.stacks(&[of_parser(panicking)]);
    let thread = thread(&run);
    assert_eq!((&thread["depth"], &thread["stack_left_out"]), (&json!(1002), &json!(1002 - 400 - 256)));
    assert_eq!(thread["damage"], json!([]));
}

#[test]
fn what_died_with_the_process_is_counted() {
    let (_output, run) = parsing(FakeStack { depth: 1_000_002, ..main_stack([MAIN, RUN]) });
    let thread = thread(&run);
    assert_eq!((stack(&thread), &thread["depth"]), (vec![(8, 1), (3, 1)], &json!(1_000_002)));
    assert_eq!(thread["stack_left_out"], 1_000_000);
    assert_eq!((&thread["damage"][0]["kind"], &thread["damage"][0]["count"]), (&json!("no-last"), &json!(1_000_000)));
}

#[test]
fn a_forked_childs_first_calls_are_its_parents() {
    let (_output, run) = parsing(FakeStack { inherited: 2, ..main_stack([MAIN, RUN, NODE_NEXT]) });
    assert_eq!(thread(&run)["inherited"], 2);
}

#[test]
fn a_filter_shows_the_innermost_statement_that_it_takes() {
    let (_output, run) = parsing(main_stack([MAIN, RUN, FROM_STR, PEEK]));
    let dir = run.dir.to_str().unwrap();
    let report = analyzer::run(["report", dir, "--format=json", "--exclude=serde_json"]).stdout;
    let thread: Value = serde_json::from_str::<Value>(&report).unwrap()["runs"][0]["threads"][0].take();
    assert_eq!((&thread["last"]["line"], stack(&thread)), (&json!(8), vec![(8, 1), (3, 1)]));
    assert_eq!((&thread["depth"], &thread["stack_left_out"]), (&json!(4), &json!(2)));
    let text = analyzer::run([dir, "--exclude=serde_json"]).stdout;
    assert!(text.contains("main (4500000): inside demo::run at src/main.rs:8:5"), "{text}");
}

/// In release builds two hundred times as many take a second.
#[test]
fn a_chain_without_order_takes_bounded_room() {
    // Two functions call each other and themselves as the bits of a pseudo-random number say.
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let calls = (0..20_000).map(|_| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if random >> 63 == 0 { SEQUENCE } else { MAPPING }
    });
    let (_output, run) = parsing(main_stack([MAIN].into_iter().chain(calls)));
    let thread = thread(&run);
    let entries = stack(&thread);
    assert_eq!((entries.last(), &thread["depth"]), (Some(&(3, 1)), &json!(20_001)));
    let told: u64 = entries.iter().map(|(_, repeats)| repeats).sum();
    assert_eq!(thread["stack_left_out"], 20_001 - told);
    assert!(told < 20_001 && entries.len() < 10_000, "{} entries for {told} calls", entries.len());
}

#[test]
fn the_last_statements_record_is_found_among_the_threads() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    run.stacks(&[FakeStack::new(PID, [0, 1])]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[1]), record(PID, 2, 2, &DEMO[2])]);
    assert_eq!(thread(&run)["last"]["seq"], 1);
}

/// The report of the threads, without its head.
fn threads(run: &FakeRun) -> String {
    let report = analyzer::run([&run.dir]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    report.stdout.split_once("\n\n").unwrap().1.to_owned()
}

fn check(stack: FakeStack, expected: &Expect) {
    let (_output, run) = parsing(stack);
    expected.assert_eq(&threads(&run));
}

#[test]
fn the_report_shows_the_open_statements_outermost_first() {
    check(
        main_stack([MAIN, RUN, NODE_NEXT]),
        &expect![[r#"
        thread main (4500000): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          3 open statements, outermost first:
            src/main.rs:3:5   demo::main       run(&text)
            src/main.rs:8:5   demo::run        load_node(parser)
          > src/yaml.rs:24:5  demo::load_node  parser.next()
          0 records
    "#]],
    );
}

#[test]
fn one_open_statement_says_nothing_new() {
    check(
        main_stack([MAIN]),
        &expect![[r#"
        thread main (4500000): inside demo::main at src/main.rs:3:5
          source not found; recorded: run(&text)
          0 records
    "#]],
    );
}

#[test]
fn in_a_dependency_the_title_names_the_programs_own_statement() {
    check(
        main_stack([MAIN, RUN, FROM_STR, PEEK]),
        &expect![[r#"
        thread main (4500000): inside serde_json::de::peek at serde_json-1.0.149/src/de.rs:120:9, called from demo::run at src/main.rs:8:5
          source not found; recorded: self.read.peek()
          the call in demo::run:
          source not found; recorded: load_node(parser)
          4 open statements, outermost first:
            src/main.rs:3:5                     demo::main                run(&text)
            src/main.rs:8:5                     demo::run                 load_node(parser)
            serde_json-1.0.149/src/de.rs:100:9  serde_json::de::from_str  from_trait(StrRead::new(s))
          > serde_json-1.0.149/src/de.rs:120:9  serde_json::de::peek      self.read.peek()
          0 records
    "#]],
    );
}

#[test]
fn recursion_is_shown_once_with_its_turns() {
    let turns = [NODE_SEQUENCE, SEQUENCE].repeat(3000).into_iter().chain([NODE_MAPPING, SEQUENCE].repeat(2441));
    check(
        main_stack([MAIN, RUN].into_iter().chain(turns).chain([NODE_NEXT])),
        &expect![[r#"
        thread main (4500000): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          10,885 open statements, outermost first:
            src/main.rs:3:5     demo::main             run(&text)
            src/main.rs:8:5     demo::run              load_node(parser)
            x5,441
              src/yaml.rs:20:5  demo::load_node        load_sequence(parser)  (other turns: 22:5)
              src/yaml.rs:30:5  demo::load_sequence    load_node(parser)
          > src/yaml.rs:24:5    demo::load_node        parser.next()
          0 records
    "#]],
    );
    check(
        main_stack([MAIN].into_iter().chain(std::iter::repeat_n(RUN, 65_535))),
        &expect![[r#"
        thread main (4500000): inside demo::run at src/main.rs:8:5
          source not found; recorded: load_node(parser)
          65,536 open statements, outermost first:
            src/main.rs:3:5           demo::main  run(&text)
            x65,534  src/main.rs:8:5  demo::run   load_node(parser)
          > src/main.rs:8:5           demo::run   load_node(parser)
          0 records
    "#]],
    );
}

#[test]
fn calls_within_dependencies_are_folded_where_there_are_many() {
    let inside = [FROM_STR, FROM_TRAIT, PEEK, PEEK, FROM_TRAIT];
    let calls = [MAIN, RUN].into_iter().chain(inside).chain([SEQUENCE, RUN, MAPPING, MAIN]).chain(inside);
    check(
        main_stack(calls),
        &expect![[r#"
        thread main (4500000): inside serde_json::de::from_trait at serde_json-1.0.149/src/de.rs:110:9, called from demo::main at src/main.rs:3:5
          source not found; recorded: T::deserialize(&mut de)
          the call in demo::main:
          source not found; recorded: run(&text)
          16 open statements, outermost first:
            src/main.rs:3:5                     demo::main                  run(&text)
            src/main.rs:8:5                     demo::run                   load_node(parser)
            … 5 calls in serde_json 1.0.149
            src/yaml.rs:30:5                    demo::load_sequence         load_node(parser)
            src/main.rs:8:5                     demo::run                   load_node(parser)
            src/yaml.rs:40:5                    demo::load_mapping          load_node(parser)
            src/main.rs:3:5                     demo::main                  run(&text)
            … 4 calls in serde_json 1.0.149
          > serde_json-1.0.149/src/de.rs:110:9  serde_json::de::from_trait  T::deserialize(&mut de)
          0 records
    "#]],
    );
}

#[test]
fn what_has_no_order_is_counted_in_the_middle() {
    let mut random = 7_u64;
    let calls = (0..3000).map(|_| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        [SEQUENCE, MAPPING, RUN, NODE_NEXT, SEQUENCE, SEQUENCE, MAPPING, SEQUENCE][(random >> 61) as usize]
    });
    check(
        main_stack([MAIN].into_iter().chain(calls)),
        &expect![[r#"
        thread main (4500000): inside demo::run at src/main.rs:8:5
          source not found; recorded: load_node(parser)
          3,001 open statements, outermost first:
            src/main.rs:3:5       demo::main           run(&text)
            src/yaml.rs:24:5      demo::load_node      parser.next()
            x2  src/yaml.rs:30:5  demo::load_sequence  load_node(parser)
            x2  src/main.rs:8:5   demo::run            load_node(parser)
            src/yaml.rs:40:5      demo::load_mapping   load_node(parser)
            src/yaml.rs:24:5      demo::load_node      parser.next()
            … 2,976 more calls: demo::load_sequence x1,449, demo::load_mapping x756, demo::run x406 and others
            x2  src/yaml.rs:30:5  demo::load_sequence  load_node(parser)
            src/main.rs:8:5       demo::run            load_node(parser)
            x2  src/yaml.rs:40:5  demo::load_mapping   load_node(parser)
            src/yaml.rs:30:5      demo::load_sequence  load_node(parser)
            x2  src/yaml.rs:24:5  demo::load_node      parser.next()
            src/yaml.rs:30:5      demo::load_sequence  load_node(parser)
            src/main.rs:8:5       demo::run            load_node(parser)
            x2  src/yaml.rs:30:5  demo::load_sequence  load_node(parser)
            src/yaml.rs:40:5      demo::load_mapping   load_node(parser)
            src/main.rs:8:5       demo::run            load_node(parser)
            src/yaml.rs:30:5      demo::load_sequence  load_node(parser)
            src/yaml.rs:40:5      demo::load_mapping   load_node(parser)
          > src/main.rs:8:5       demo::run            load_node(parser)
          0 records
    "#]],
    );
}

#[test]
fn whatever_else_is_to_be_known_of_a_chain_is_said() {
    let slots = vec![None, Some(MAIN), None, Some(RUN), None];
    check(
        FakeStack { depth: 4, inherited: 2, slots, ..main_stack([]) },
        &expect![[r#"
        thread main (4500000): inside demo::run at src/main.rs:8:5
          source not found; recorded: load_node(parser)
          4 open statements, outermost first; the outermost 2 are the parent's, from before the fork:
            src/main.rs:3:5  demo::main  run(&text)
            (a function that has reached no statement: a signal handler, or one just entered)
          > src/main.rs:8:5  demo::run   load_node(parser)
            (a function that has reached no statement: a signal handler, or one just entered)
          0 records
    "#]],
    );
    check(
        FakeStack { depth: 1_002, ..main_stack([MAIN, RUN]) },
        &expect![[r#"
        thread main (4500000): inside demo::run at src/main.rs:8:5
          source not found; recorded: load_node(parser)
          1,002 open statements, outermost first:
            src/main.rs:3:5  demo::main  run(&text)
            src/main.rs:8:5  demo::run   load_node(parser)
            … 1,000 calls are missing here: they were in memory that died with the process
          0 records
          damage: the innermost 1000 open statements were in memory that died with the process
    "#]],
    );
    check(
        main_stack([MAIN, RUN, NODE_SEQUENCE, NODE_NEXT]).unwound_to(1),
        &expect![[r#"
        thread main (4500000): panicking in demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          4 statements were open when it panicked, outermost first:
            src/main.rs:3:5   demo::main       run(&text)
            src/main.rs:8:5   demo::run        load_node(parser)
            src/yaml.rs:20:5  demo::load_node  load_sequence(parser)
          > src/yaml.rs:24:5  demo::load_node  parser.next()
          0 records
    "#]],
    );
}

#[test]
fn threads_whose_chains_are_equal_share_an_entry() {
    let (_output, run) = parsing(main_stack([MAIN, RUN, NODE_NEXT]));
    let worker = |tid: u64, calls: [u32; 2]| of_parser(FakeStack::new(PID + tid, calls));
    run.last(None, &[0, 1, 2, 3].map(|tid| FakeSlot::inside(PID + tid, b"worker", RUN)));
    run.stacks(&[worker(1, [RUN, NODE_NEXT]), worker(2, [MAPPING, NODE_NEXT]), worker(3, [RUN, NODE_NEXT])]);
    expect![[r#"
        thread main (4500000): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          3 open statements, outermost first:
            src/main.rs:3:5   demo::main       run(&text)
            src/main.rs:8:5   demo::run        load_node(parser)
          > src/yaml.rs:24:5  demo::load_node  parser.next()
          0 records

        2 threads (worker): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          2 open statements, outermost first:
            src/main.rs:8:5   demo::run        load_node(parser)
          > src/yaml.rs:24:5  demo::load_node  parser.next()
          0 records

        thread worker (4500002): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          2 open statements, outermost first:
            src/yaml.rs:40:5  demo::load_mapping  load_node(parser)
          > src/yaml.rs:24:5  demo::load_node     parser.next()
          0 records
    "#]]
    .assert_eq(&threads(&run));
}
