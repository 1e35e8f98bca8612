//! Each thread's chain of open statements, from stacks made by hand.

use instr_tests::analyzer;
use instr_tests::fake_parser::{
    FROM_STR, MAIN, MAPPING, NODE_MAPPING, NODE_NEXT, NODE_SEQUENCE, PEEK, RUN, SEQUENCE, SERDE, main_stack, of_parser,
    parsing,
};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use instr_tests::fake_stack::FakeStack;
use instr_tests::report::Report;
use serde_json::{Value, json};

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
fn a_closure_is_no_call_of_its_function() {
    let (_output, run) = parsing(FakeStack::new(PID, [0, 1].repeat(50).into_iter().chain([0])));
    run.write("sites", "# instr-sites v3 count=2\n@0 2\ndemo main src/main.rs\n1 5 n each(f);\n2 5 n1 main();\n");
    let thread = thread(&run);
    assert_eq!(stack(&thread), [(1, 1), (2, 50), (1, 50)]);
    assert_eq!(thread["stack"][1]["function"], "main::{{closure}}");
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
