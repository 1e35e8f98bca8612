//! The report's lines about each thread's chain of open statements.

use expect_test::{Expect, expect};
use instr_tests::analyzer;
use instr_tests::fake_parser::{
    FROM_STR, FROM_TRAIT, MAIN, MAPPING, NODE_MAPPING, NODE_NEXT, NODE_SEQUENCE, PEEK, RUN, SEQUENCE, main_stack,
    of_parser, parsing,
};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID};
use instr_tests::fake_stack::FakeStack;

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
              in this statement, or in what it calls that is not instrumented
              3 open statements, outermost first:
                src/main.rs:3:5   demo::main       run(&text)
                src/main.rs:8:5   demo::run        load_node(parser)
              > src/yaml.rs:24:5  demo::load_node  parser.next()
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
              in this statement, or in what it calls that is not instrumented
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
              in this statement, or in what it calls that is not instrumented
              the call in demo::run:
              source not found; recorded: load_node(parser)
              4 open statements, outermost first:
                src/main.rs:3:5                     demo::main                run(&text)
                src/main.rs:8:5                     demo::run                 load_node(parser)
                serde_json-1.0.149/src/de.rs:100:9  serde_json::de::from_str  from_trait(StrRead::new(s))
              > serde_json-1.0.149/src/de.rs:120:9  serde_json::de::peek      self.read.peek()
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
              in this statement, or in what it calls that is not instrumented
              recursion: demo::load_node, demo::load_sequence (10,883 of 10,885 calls), from src/main.rs:8: load_node(parser)
              10,885 open statements, outermost first:
                src/main.rs:3:5     demo::main             run(&text)
                src/main.rs:8:5     demo::run              load_node(parser)
                x5,441
                  src/yaml.rs:20:5  demo::load_node        load_sequence(parser)  (other turns: 22:5)
                  src/yaml.rs:30:5  demo::load_sequence    load_node(parser)
              > src/yaml.rs:24:5    demo::load_node        parser.next()
        "#]],
    );
    check(
        main_stack([MAIN].into_iter().chain(std::iter::repeat_n(RUN, 65_535))),
        &expect![[r#"
            thread main (4500000): inside demo::run at src/main.rs:8:5
              source not found; recorded: load_node(parser)
              in this statement, or in what it calls that is not instrumented
              recursion: demo::run (65,535 of 65,536 calls), from src/main.rs:3: run(&text)
              65,536 open statements, outermost first:
                src/main.rs:3:5           demo::main  run(&text)
                x65,534  src/main.rs:8:5  demo::run   load_node(parser)
              > src/main.rs:8:5           demo::run   load_node(parser)
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
              in this statement, or in what it calls that is not instrumented
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
              in this statement, or in what it calls that is not instrumented
              recursion: demo::load_node, demo::load_sequence, demo::run, demo::load_mapping (3,000 of 3,001 calls), from src/main.rs:3: run(&text)
              3,001 open statements, outermost first:
                src/main.rs:3:5       demo::main           run(&text)
                src/yaml.rs:24:5      demo::load_node      parser.next()
                x2  src/yaml.rs:30:5  demo::load_sequence  load_node(parser)
                x2  src/main.rs:8:5   demo::run            load_node(parser)
                src/yaml.rs:40:5      demo::load_mapping   load_node(parser)
                src/yaml.rs:24:5      demo::load_node      parser.next()
                … 2,976 calls in between: demo::load_sequence x1,449, demo::load_mapping x756, demo::run x406 and others
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
              in this statement, or in what it calls that is not instrumented
              4 open statements, outermost first; the outermost 2 are the parent's, from before the fork:
                src/main.rs:3:5  demo::main  run(&text)
                (a function that has reached no statement: a signal handler, or one just entered)
              > src/main.rs:8:5  demo::run   load_node(parser)
                (a function that has reached no statement: a signal handler, or one just entered)
        "#]],
    );
    check(
        FakeStack { depth: 1_002, ..main_stack([MAIN, RUN]) },
        &expect![[r#"
            thread main (4500000): inside demo::run at src/main.rs:8:5
              source not found; recorded: load_node(parser)
              in this statement, or in what it calls that is not instrumented
              1,002 open statements, outermost first:
                src/main.rs:3:5  demo::main  run(&text)
                src/main.rs:8:5  demo::run   load_node(parser)
                … 1,000 calls missing here: their memory died with the process
              damage: the innermost open statements are unknown: 1000 were in memory that died with the process
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

        2 threads (worker): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          2 open statements, outermost first:
            src/main.rs:8:5   demo::run        load_node(parser)
          > src/yaml.rs:24:5  demo::load_node  parser.next()

        thread worker (4500002): inside demo::load_node at src/yaml.rs:24:5
          source not found; recorded: parser.next()
          2 open statements, outermost first:
            src/yaml.rs:40:5  demo::load_mapping  load_node(parser)
          > src/yaml.rs:24:5  demo::load_node     parser.next()
    "#]]
    .assert_eq(&threads(&run));
}
