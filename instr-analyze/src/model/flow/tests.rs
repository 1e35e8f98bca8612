//! Sequences of statements, and the calls that they tell of.

use instr_format::ring::Clock;
use instr_format::text::Moment;

use super::{DEPTH_MAX, Ending, Entry, Event, Exit, Flow};
use crate::model::fake_sites::sites;
use crate::model::panics::Panic;
use crate::model::record::Stamp;
use crate::model::sites::Sites;

fn stamp(seq: u64) -> Stamp {
    let moment = Moment { pid: 1, tid: 1, seq, unix_ns: seq * 1_000_000, elapsed_ns: seq * 1_000_000 };
    Stamp { moment, clock: Clock::Full }
}

/// What is told of the statements with these ids, of which the first has the number `seq`: calls as `f(…)`, with the sign of how
/// they ended, those without a beginning behind `…`, and each statement as its id.
fn shown_from(seq: u64, sites: &Sites, ending: Ending<'_>, ids: &[u32]) -> String {
    let mut flow = Flow::new(sites, ending);
    let mut text = String::new();
    let mut each = |event: Event| match event {
        Event::Lost => text += "|",
        Event::Entered(body, entry) => {
            let name = sites.statement(body).expect("a statement").function.replace("::{{closure}}", "'");
            let before = match entry {
                Entry::Begun => "",
                Entry::Before => "…",
                Entry::Resumed => "~",
            };
            text += &format!(" {before}{name}(");
        }
        Event::Left(Exit::End) => text += ")",
        Event::Left(Exit::Return) => text += " ret)",
        Event::Left(Exit::Try) => text += " ?)",
        Event::Left(Exit::Panic) => text += " !)",
        Event::Reached { id, .. } => text += &format!(" {id}"),
    };
    for (id, seq) in ids.iter().zip(seq..) {
        flow.push(*id, stamp(seq), false, &mut each);
    }
    flow.finish(&mut each);
    text.replace("( ", "(").trim_start().to_owned()
}

fn shown(sites: &Sites, ids: &[u32]) -> String {
    shown_from(1, sites, Ending::default(), ids)
}

#[test]
fn a_statement_behind_a_call_is_its_callers() {
    let sites = sites(&[("main", &["- a();", "- b();", "- c"]), ("a", &["- 1;", "- 2"]), ("b", &["- a();"])]);
    assert_eq!(shown(&sites, &[0, 3, 4, 1, 5, 3, 4, 2]), "main(0 a(3 4) 1 b(5 a(3 4)) 2");
}

#[test]
fn a_statement_calls_no_more_often_than_it_says() {
    let sites = sites(&[("fib", &["- if n < 2 {", "<1 return n;", "- fib(n - 1) + fib(n - 2)"])]);
    let expected = "fib(0 2 fib(0 2 fib(0 1 ret) fib(0 1 ret)) fib(0 1";
    assert_eq!(shown(&sites, &[0, 2, 0, 2, 0, 1, 0, 1, 0, 1]), expected);
}

#[test]
fn a_body_that_begins_with_a_loop_turns_or_is_called() {
    let sites = sites(&[("main", &["- walk(root);", "- end"]), ("walk", &["* for c in n {", "<1 walk(c)"])]);
    let expected = "main(0 walk(2 3 walk(2) 2 3 walk(2 3 walk(2) 2) 2) 1";
    assert_eq!(shown(&sites, &[0, 2, 3, 2, 2, 3, 2, 3, 2, 2, 2, 1]), expected);
}

#[test]
fn what_cannot_follow_in_the_same_call_is_an_outer_ones() {
    let down = &["- if n > 0 {", "<1 down(n - 1);", "- log(n)"];
    let sites = sites(&[("down", down)]);
    assert_eq!(shown(&sites, &[0, 1, 0, 1, 0, 2, 2, 2]), "down(0 1 down(0 1 down(0 2) 2) 2");
}

#[test]
fn of_two_branches_one_runs() {
    let sites = sites(&[("f", &["- if n == 0 {", "<1 stop()", "<2.1 f(n - 1);", "<3.1 log(n)"])]);
    assert_eq!(shown(&sites, &[0, 2, 0, 1, 3]), "f(0 2 f(0 1) 3");
}

#[test]
fn closures_and_operators_are_called_again_when_they_have_ended() {
    let main = &["- let v = it.map(|x| {", "1<1 x + 1", "- v + v", "- end"];
    let sites = sites(&[("main", main), ("add", &["- Self(1)"])]);
    assert_eq!(shown(&sites, &[0, 1, 1, 1, 2, 4, 4, 3]), "main(0 main'(1) main'(1) main'(1) 2 add(4) add(4) 3");
}

#[test]
fn early_ends_are_told() {
    let f = &["- let a = g()?;", "- if a {", "<1 return;", "- Ok(h()?)"];
    let sites = sites(&[("main", &["- f();", "- f();", "- f();", "- end"]), ("f", f), ("g", &["- 1"])]);
    let expected = "main(0 f(4 g(8) ?) 1 f(4 g(8) 5 6 ret) 2 f(4 5 7) 3";
    assert_eq!(shown(&sites, &[0, 4, 8, 1, 4, 8, 5, 6, 2, 4, 5, 7, 3]), expected);
}

#[test]
fn a_panic_unwinds_all_calls_up_to_who_goes_on() {
    let sites = sites(&[("main", &["- f();", "- end"]), ("f", &["- g();", "- 1"]), ("g", &["- panic!()"])]);
    let panic: Panic = serde_json::from_str(
        r#"{"number":1,"tid":1,"reuse":1,"unix_ns":3500000,"statement":4,"message":"","message_bytes":0,"kept_bytes":0}"#,
    )
    .expect("a panic");
    let panics = [panic];
    let ending = || Ending::new((1, 1), None, None, &panics);
    assert_eq!(shown_from(1, &sites, ending(), &[0, 2, 4, 1]), "main(0 f(2 g(4 !) !) 1");
    // Where the panic is the caller's, what it called had ended.
    let callers = [Panic { statement: Some(2), ..panics[0].clone() }];
    let of_caller = Ending::new((1, 1), None, None, &callers);
    assert_eq!(shown_from(1, &sites, of_caller, &[0, 2, 4, 1]), "main(0 f(2 g(4) !) 1");
    // One that came later is none of this call's.
    assert_eq!(shown_from(1, &sites, ending(), &[0, 4, 1]), "main(0 g(4) 1");
}

#[test]
fn calls_from_before_the_oldest_record_are_around_all_that_are_known() {
    let sites = sites(&[("main", &["- down();", "- end"]), ("down", &["- if n {", "<1 down(n);", "- log(n)"])]);
    assert_eq!(shown_from(9, &sites, Ending::default(), &[4, 4, 1]), "…down(4) …down(4) …main(1");
}

#[test]
fn nothing_is_known_behind_a_gap() {
    let sites = sites(&[("main", &["- a();", "- end"]), ("a", &["- 1"])]);
    let mut flow = Flow::new(&sites, Ending::default());
    let mut events = Vec::new();
    flow.push(0, stamp(1), false, &mut |event| events.push(event));
    flow.push(1, stamp(5), true, &mut |event| events.push(event));
    let reached = |id, depth| Event::Reached { id, depth, is_turn: false };
    let entered = |entry| Event::Entered(0, entry);
    let expected = [entered(Entry::Begun), reached(0, 0), Event::Lost, entered(Entry::Before), reached(1, -1)];
    assert_eq!(events, expected);
}

#[test]
fn an_async_body_goes_on_within_who_polls_it() {
    let sites = sites(&[("poll", &["- poll();", "- poll();"]), ("task", &["- a.await;", "- b"])]);
    assert_eq!(shown(&sites, &[0, 2, 1, 3]), "poll(0 task(2) 1 ~task(3");
}

#[test]
fn calls_that_are_too_deep_to_keep_are_left_one_by_one() {
    let sites = sites(&[("down", &["- if n {", "<1 down(n);", "- log(n)"])]);
    let depth = DEPTH_MAX + 10;
    let ids: Vec<u32> = [0, 1].repeat(depth).into_iter().chain(std::iter::repeat_n(2, depth)).collect();
    let mut flow = Flow::new(&sites, Ending::default());
    let mut newest = 0;
    for (id, seq) in ids.iter().zip(1..) {
        flow.push(*id, stamp(seq), false, &mut |event| {
            if let Event::Reached { depth, .. } = event {
                newest = depth;
            }
        });
    }
    assert_eq!(newest, 0);
}
