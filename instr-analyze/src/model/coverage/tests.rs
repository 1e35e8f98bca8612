//! Branches and lines of made-up programs. A statement's line is its number in its function, from 1.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::diff::only_there;
use super::{BranchKind, Coverage, Mismatch, Program, Reached, Way, merge};
use crate::model::counts::Counts;
use crate::model::fake_sites::sites;
use crate::model::sites::Sites;

/// What is known of a branch: its line, and how often each way was taken.
type Known = (u64, Vec<(Way, Option<u64>)>);

fn program(name: &str, sites: &Sites) -> Program {
    Program::new((PathBuf::from(name), Some(PathBuf::from(name))), sites, |_| true)
}

fn counted(sites: &Sites, hits: &[u64], change: fn(&mut Reached<'_>)) -> Coverage {
    let counts = Counts { hits: hits.to_vec(), threads: BTreeMap::new() };
    let mut program = program("demo", sites);
    let mut reached = Reached { counts: Some(&counts), counts_all: true, ..Reached::default() };
    change(&mut reached);
    program.add(&reached);
    merge(&[program]).unwrap()
}

fn flagged(sites: &Sites, marks: &[u8]) -> Coverage {
    let mut program = program("demo", sites);
    program.add(&Reached { marks: Some(marks), ..Reached::default() });
    merge(&[program]).unwrap()
}

fn branches(coverage: &Coverage) -> Vec<Known> {
    let branches = coverage.files.values().flat_map(|file| &file.branches);
    branches.map(|branch| (branch.line, branch.ways.iter().map(|(way, hits)| (*way, hits.known())).collect())).collect()
}

fn lines(coverage: &Coverage) -> Vec<(u64, u64)> {
    let lines = coverage.files.values().flat_map(|file| &file.lines);
    lines.map(|(number, line)| (*number, line.count())).collect()
}

/// `if` with a block, and nothing else of it; what follows.
fn choice() -> Sites {
    sites(&[("f", &["-:i if c() { a(); }", "<1 a();", "- b();"])])
}

#[test]
fn an_else_that_is_not_there_was_taken_as_often_as_is_left() {
    let known = |then, otherwise| vec![(1, vec![(Way::Then, then), (Way::Else, otherwise)])];
    assert_eq!(branches(&counted(&choice(), &[5, 2, 5], |_| ())), known(Some(2), Some(3)));
    assert_eq!(branches(&counted(&choice(), &[5, 5, 5], |_| ())), known(Some(5), Some(0)));
    assert_eq!(branches(&counted(&choice(), &[0, 0, 0], |_| ())), known(Some(0), Some(0)));
    // Marks tell it only where there is but one way.
    assert_eq!(branches(&flagged(&choice(), &[1, 0, 1])), known(Some(0), Some(1)));
    assert_eq!(branches(&flagged(&choice(), &[1, 1, 1])), known(Some(1), None));
}

#[test]
fn a_condition_that_may_not_have_come_to_an_end_is_no_else() {
    let known = |otherwise| vec![(1, vec![(Way::Then, Some(0)), (Way::Else, otherwise)])];
    let open: fn(&mut Reached<'_>) = |reached| reached.open = [(0, 1)].into();
    let unwound: fn(&mut Reached<'_>) = |reached| reached.unwound = true;
    let moving: fn(&mut Reached<'_>) = |reached| reached.moving = true;
    // A thread died in it.
    assert_eq!(branches(&counted(&choice(), &[1, 0, 0], open)), known(None));
    assert_eq!(branches(&counted(&choice(), &[3, 0, 2], open)), known(Some(2)));
    // A panic may have left it, unless what follows was reached.
    assert_eq!(branches(&counted(&choice(), &[1, 0, 0], unwound)), known(None));
    assert_eq!(branches(&counted(&choice(), &[3, 0, 3], unwound)), known(Some(3)));
    assert_eq!(branches(&counted(&choice(), &[3, 0, 3], moving)), known(None));
    let tries = sites(&[("f", &["-:?i if c()? { a(); }", "<1 a();"])]);
    assert_eq!(branches(&counted(&tries, &[3, 1], |_| ()))[0].1, [(Way::Then, Some(1)), (Way::Else, None)]);
    let lazy = sites(&[("f", &["-:ie d() && if c() { a() } else { }", "<1 a()"])]);
    assert_eq!(branches(&counted(&lazy, &[3, 1], |_| ()))[0].1, [(Way::Then, Some(1)), (Way::Else, None)]);
}

#[test]
fn chains_keep_their_ways_apart() {
    let chain =
        sites(&[("f", &["-:ije if c() { } else if d() { b(); } else { e(); }", "<1.1 b();", "<2.2 e();", "- g();"])]);
    let known = branches(&counted(&chain, &[9, 2, 3, 9], |_| ()));
    assert_eq!(known, [(1, vec![(Way::Then, Some(4)), (Way::ElseIf, Some(2)), (Way::Else, Some(3))])]);
    // One `if` in the condition of another.
    let inner = sites(&[(
        "f",
        &["-:iei if (if c() { a() } else { b() }) { d(); }", "<1 a()", "<2.1 b()", "<3.2 d();", "- e();"],
    )]);
    let known = branches(&counted(&inner, &[5, 2, 3, 1, 5], |_| ()));
    let first = vec![(Way::Then, Some(2)), (Way::Else, Some(3))];
    assert_eq!(known, [(1, first), (1, vec![(Way::Then, Some(1)), (Way::Else, None)])]);
}

#[test]
fn arms_and_patterns() {
    let arms = sites(&[("f", &["-:maa match x { 1 => a(), 2 => { } _ => b() }", "<1 a()", "<2.2 b()"])]);
    let ways = |one, two, three| [(Way::Arm, one), (Way::Arm, two), (Way::Arm, three)];
    assert_eq!(branches(&counted(&arms, &[7, 1, 2], |_| ()))[0].1, ways(Some(1), Some(4), Some(2)));
    let single = sites(&[("f", &["-:m match x { y => a(y) }", "<1 a(y)"])]);
    assert_eq!(branches(&counted(&single, &[7, 7], |_| ())), []);
    let pattern = sites(&[("f", &["-:n let Some(x) = y else { return };", "<1 return", "- a(x);"])]);
    let known = branches(&counted(&pattern, &[7, 3, 4], |_| ()));
    assert_eq!(known, [(1, vec![(Way::Matched, Some(4)), (Way::Unmatched, Some(3))])]);
}

#[test]
fn loops_are_recorded_before_each_turn() {
    let turns = sites(&[("f", &["- a();", "-:t* for x in y { b(); }", "<1 b();", "- c();"])]);
    let ways = |entered, skipped| [(Way::Entered, entered), (Way::NotEntered, skipped)];
    let known = |hits: &[u64]| branches(&counted(&turns, hits, |_| ())).remove(0).1;
    assert_eq!(known(&[1, 1, 0, 1]), ways(Some(0), Some(1)));
    assert_eq!(known(&[1, 6, 5, 1]), ways(Some(5), Some(0)));
    // Five calls and two turns: at least three calls had none.
    assert_eq!(known(&[5, 7, 2, 5]), ways(Some(2), Some(3)));
    // Two calls and two turns: one each, or both in one.
    assert_eq!(known(&[2, 4, 2, 2]), ways(Some(2), None));
    // As the first statement, it is no measure of the calls.
    let first = sites(&[("f", &["-:t* while a() { b(); }", "<1 b();"])]);
    let coverage = counted(&first, &[6, 5], |_| ());
    let file = coverage.files.values().next().unwrap();
    assert_eq!((file.functions[0].hits.least, file.functions[0].hits.most), (1, 6));
}

#[test]
fn a_question_mark_leaves_what_does_not_go_on() {
    let tries = sites(&[("f", &["-:? let x = a()?;", "- b(x);"])]);
    let ways = |on, left| vec![(1, vec![(Way::WentOn, on), (Way::Left, left)])];
    assert_eq!(branches(&counted(&tries, &[5, 3], |_| ())), ways(Some(3), Some(2)));
    let open: fn(&mut Reached<'_>) = |reached| reached.open = [(0, 1)].into();
    assert_eq!(branches(&counted(&tries, &[4, 3], open)), ways(Some(3), None));
    assert_eq!(branches(&flagged(&tries, &[1, 0])), ways(None, Some(1)));
    let last = sites(&[("f", &["- a();", "-:? Ok(b()?)"])]);
    assert_eq!(branches(&counted(&last, &[5, 3], |_| ())), []);
}

#[test]
fn lines_belong_to_the_innermost_statement() {
    // Lines 1 to 9; a block with statements in lines 2 and 3, of which the last one has two.
    let nested = sites(&[("f", &["+8:i if c() { a(); b( 1, 2); }", "<1 a();", "+2<2 b( 1, 2);"])]);
    let found = lines(&counted(&nested, &[9, 4, 3], |_| ()));
    assert_eq!(found, [(1, 9), (2, 4), (3, 3), (4, 3), (5, 3), (6, 9), (7, 9), (8, 9), (9, 9)]);
    let endless = sites(&[("f", &["+18446744073709551615 a();", "+49000 b();"])]);
    assert_eq!(lines(&counted(&endless, &[1, 1], |_| ())).len(), 49_002);
}

#[test]
fn runs_add_up_in_any_order_and_functions_that_never_ran_are_there() {
    let table = sites(&[("f", &["- a();", "- b();"]), ("g", &["- c();"])]);
    let counts = [[1, 0, 0], [3, 2, 0]].map(|hits| Counts { hits: hits.to_vec(), threads: BTreeMap::new() });
    let of = |order: [usize; 2]| {
        let mut program = program("demo", &table);
        for at in order {
            program.add(&Reached { counts: Some(&counts[at]), counts_all: true, ..Reached::default() });
        }
        merge(&[program]).unwrap()
    };
    let coverage = of([0, 1]);
    assert_eq!(coverage, of([1, 0]));
    assert_eq!(coverage.never_ran().map(|(_, function)| function.path.as_str()).collect::<Vec<_>>(), ["m::g"]);
    assert_eq!(lines(&coverage), [(1, 4), (2, 2)]);
}

#[test]
fn programs_that_share_a_file_add_up() {
    let one = sites(&[("f", &["- a();"]), ("only_tested", &["- b();"])]);
    let other = sites(&[("f", &["- a();"])]);
    let counts = Counts { hits: vec![2, 1], threads: BTreeMap::new() };
    let mut programs = [program("one", &one), program("other", &other)];
    for program in &mut programs {
        program.add(&Reached { counts: Some(&counts), counts_all: true, ..Reached::default() });
    }
    let coverage = merge(&programs).unwrap();
    let functions: Vec<_> =
        coverage.files["f.rs"].functions.iter().map(|found| (found.path.as_str(), found.hits.least)).collect();
    assert_eq!(functions, [("m::f", 4), ("m::only_tested", 1)]);
    assert_eq!(coverage.totals().functions.hit, 2);
}

#[test]
fn other_sources_are_refused() {
    let one = sites(&[("f", &["- a();"])]);
    let changed = sites(&[("f", &["- b();"])]);
    let longer = sites(&[("f", &["- a();", "- b();"])]);
    let refused = |names: [&str; 2]| Mismatch { runs: names.map(PathBuf::from), file: "f.rs".to_owned() };
    assert_eq!(merge(&[program("one", &one), program("two", &changed)]), Err(refused(["one", "two"])));
    assert_eq!(merge(&[program("one", &one), program("one", &longer)]), Err(refused(["one", "one"])));
    assert!(merge(&[program("one", &one), program("two", &longer)]).is_ok());
}

#[test]
fn a_difference_names_lines_by_function() {
    let table = sites(&[("f", &["- a();", "- b();"]), ("g", &["- c();", "- d();", "- e();"])]);
    let here = counted(&table, &[1, 0, 0, 0, 0], |_| ());
    let there = counted(&table, &[2, 0, 1, 1, 1], |_| ());
    let [only] = only_there(&here, &there).try_into().unwrap();
    assert_eq!((only.function.as_str(), only.is_new), ("m::g", true));
    // Both functions have lines 1 and 2, and the first one was reached on both sides.
    assert_eq!(only.lines, [(2, 1), (3, 1)]);
    assert_eq!(only_there(&there, &here), []);
}

#[test]
fn kinds_are_told() {
    let table = sites(&[("f", &["-:t?* while a()? { b(); }", "<1 b();", "- c();"])]);
    let coverage = counted(&table, &[1, 0, 1], |_| ());
    let kinds: Vec<_> = coverage.files["f.rs"].branches.iter().map(|branch| branch.kind).collect();
    assert_eq!(kinds, [BranchKind::Loop, BranchKind::Try]);
}
