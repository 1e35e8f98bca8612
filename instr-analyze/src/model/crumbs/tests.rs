//! Breadcrumbs of made-up records.

use instr_format::ring::Clock;
use instr_format::text::Moment;

use super::{Call, Crumb, Way, follow};
use crate::model::fake_sites::sites;
use crate::model::flow::{Ending, Flow};
use crate::model::record::Stamp;
use crate::model::sites::Sites;

/// What the records of these statements, by their lines, tell.
fn crumbs(sites: &Sites, ids: &[u32]) -> Vec<(u32, Way)> {
    let (mut calls, mut found): (Vec<Call>, Vec<Crumb>) = Default::default();
    let mut flow = Flow::new(sites, Ending::default());
    for (seq, id) in (1..).zip(ids) {
        let moment = Moment { pid: 1, tid: 1, seq, unix_ns: 0, elapsed_ns: 0 };
        let stamp = Stamp { moment, clock: Clock::Off };
        flow.push(*id, stamp, false, &mut |event| follow(sites, &mut calls, event, &mut found));
    }
    found.into_iter().map(|crumb| (crumb.id, crumb.way)).collect()
}

#[test]
fn an_if_goes_into_one_of_its_blocks_or_past_them() {
    let sites = sites(&[(
        "f",
        &[":i if a {", "<1 one();", ":ije if b {", "<1 two();", "<2.1 three();", "<3.2 four();", "- last"],
    )]);
    assert_eq!(crumbs(&sites, &[0, 1, 2, 3, 6]), [(0, Way::Block(0)), (2, Way::Block(0))]);
    assert_eq!(crumbs(&sites, &[0, 2, 4, 6]), [(0, Way::Without(0)), (2, Way::Block(1))]);
    assert_eq!(crumbs(&sites, &[0, 2, 5, 6]), [(0, Way::Without(0)), (2, Way::Block(2))]);
    // It died within the condition.
    assert_eq!(crumbs(&sites, &[0]), []);
}

#[test]
fn a_block_without_statements_is_known_if_it_is_the_only_one() {
    let sites = sites(&[(
        "f",
        &[":maa match a {", "<1 one();", "<2.2 two();", ":ie if b {} else {", "<1.1 three();", "- last"],
    )]);
    assert_eq!(crumbs(&sites, &[0, 1, 3, 4, 5]), [(0, Way::Block(0)), (3, Way::Block(1))]);
    assert_eq!(crumbs(&sites, &[0, 3, 5]), [(0, Way::Block(1)), (3, Way::Block(0))]);
}

#[test]
fn loops_tell_how_often_they_have_turned() {
    let sites = sites(&[("f", &[":t* for x in y {", "<1:i if x {", "<1 continue;", "<3 step();", "- last"])]);
    let all = crumbs(&sites, &[0, 1, 2, 0, 1, 3, 0, 4]);
    assert_eq!(all, [(1, Way::Block(0)), (1, Way::Without(0)), (0, Way::Left(2))]);
    assert_eq!(crumbs(&sites, &[0, 4]), [(0, Way::Left(0))]);
    // It still turned.
    assert_eq!(crumbs(&sites, &[0, 1, 2, 0]), [(1, Way::Block(0))]);
}

#[test]
fn calls_in_between_do_not_matter() {
    let sites = sites(&[("f", &[":i if g() {", "<1 one();", "- last"]), ("g", &[":i if a {", "<1 true", "- false"])]);
    assert_eq!(crumbs(&sites, &[0, 3, 4, 1, 2]), [(3, Way::Block(0)), (0, Way::Block(0))]);
    assert_eq!(crumbs(&sites, &[0, 3, 5, 2]), [(3, Way::Without(0)), (0, Way::Without(0))]);
}

#[test]
fn a_question_mark_leaves_the_function() {
    let sites = sites(&[("f", &["- let a = g();", "- last"]), ("g", &[":? one()?;", "- Ok(())"])]);
    assert_eq!(crumbs(&sites, &[0, 2, 1]), [(2, Way::Try)]);
    assert_eq!(crumbs(&sites, &[0, 2, 3, 1]), []);
}
