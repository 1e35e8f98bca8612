//! Which locks are the same: threads of made-up programs, by the texts of their statements.

use super::{Likeness, Locks, locks};
use crate::model::chain::Chain;
use crate::model::fake_sites::sites;
use crate::model::sites::Sites;

/// The locks of a thread with these open statements, the outermost first.
fn of(sites: &Sites, open: &[u32]) -> Locks {
    let innermost = open.iter().rev().copied().map(Some).collect();
    let depth = open.len() as u64;
    let chain = Chain { depth, inherited: 0, at_panic: false, parts: Vec::new(), innermost };
    locks(&chain, sites, sites.structure())
}

/// What the locks are called in the end: the one that is wanted, and those that are held.
fn names(locks: &Locks) -> (String, Vec<String>) {
    let name = |taking: &super::Taking| taking.lock.to_string();
    (locks.wants.as_ref().map(name).unwrap_or_default(), locks.holds.iter().map(name).collect())
}

/// How likely what one thread wants is what the other holds innermost.
fn wanted_and_held(one: &Locks, other: &Locks) -> Likeness {
    let (Some(wanted), Some(held)) = (&one.wants, other.holds.last()) else { panic!("{one:?} {other:?}") };
    held.keeps(wanted, false)
}

/// How likely the thread waits for itself.
fn own(locks: &Locks) -> Likeness {
    let (Some(wanted), Some(held)) = (&locks.wants, locks.holds.last()) else { panic!("{locks:?}") };
    held.keeps(wanted, true)
}

const TRANSFER: (&str, &[&str]) =
    ("transfer (from,to)", &["- let mut from = from.lock().unwrap();", "- let mut to = to.lock().unwrap();"]);

#[test]
fn arguments_tell_which_locks_a_function_was_given() {
    let sites = sites(&[
        (
            "main",
            &[
                "- let x = Arc::new(Mutex::new(1));",
                "- let y = Arc::new(Mutex::new(1));",
                "- let (a, b) = (Arc::clone(&x), y.clone());",
                "- let one = thread::spawn(move || transfer(&a, &b));",
                "1<1 transfer(&a, &b)",
                "- let two = thread::spawn(move || transfer(&y, &x));",
                "1<1 transfer(&y, &x)",
                "- transfer(&x, &y);",
            ],
        ),
        TRANSFER,
    ]);
    let (one, two, main) = (of(&sites, &[4, 9]), of(&sites, &[6, 9]), of(&sites, &[7, 9]));
    assert_eq!(names(&one), ("y".to_owned(), vec!["x".to_owned()]));
    assert_eq!(names(&two), ("x".to_owned(), vec!["y".to_owned()]));
    assert_eq!([wanted_and_held(&one, &two), wanted_and_held(&two, &one)], [Likeness::Same; 2]);
    assert_eq!([wanted_and_held(&main, &two), wanted_and_held(&two, &main)], [Likeness::Same; 2]);
    assert_eq!([wanted_and_held(&one, &main), wanted_and_held(&main, &one)], [Likeness::Different; 2]);
    assert_eq!([own(&one), own(&main)], [Likeness::Different; 2]);
}

#[test]
fn methods_are_given_what_they_are_called_on() {
    let sites = sites(&[
        (
            "main",
            &[
                "- let x = Account::new(1);",
                "- let y = Account::new(1);",
                "- let one = scope.spawn(|| x.pay(&y));",
                "1<1 x.pay(&y)",
                "- let two = scope.spawn(|| Account::pay(&y, &x));",
                "1<1 Account::pay(&y, &x)",
            ],
        ),
        ("Account::pay (self,other)", &["- let own = self.balance.lock().unwrap();", "- other.take();"]),
        ("Account::take (self)", &["- *self.balance.lock().unwrap() -= 1;"]),
    ]);
    let (one, two) = (of(&sites, &[3, 7, 8]), of(&sites, &[5, 7, 8]));
    assert_eq!(names(&one), ("y.balance".to_owned(), vec!["x.balance".to_owned()]));
    assert_eq!([wanted_and_held(&one, &two), wanted_and_held(&two, &one)], [Likeness::Same; 2]);
    assert_eq!([own(&one), own(&two)], [Likeness::Different; 2]);
}

#[test]
fn indexes_are_followed_to_their_arguments() {
    let sites = sites(&[
        (
            "main",
            &[
                "- let bank = Arc::new(Bank::new());",
                "- let other = Arc::clone(&bank);",
                "- thread::spawn(move || bank.transfer(0, 1));",
                "1<1 bank.transfer(0, 1)",
                "- thread::spawn(move || other.transfer(1, 0));",
                "1<1 other.transfer(1, 0)",
                "- thread::spawn(move || other.transfer(2, f(7)));",
                "1<1 other.transfer(2, f(7))",
            ],
        ),
        (
            "Bank::transfer (self,from,to)",
            &["- let from = self.accounts[from].lock().unwrap();", "- let to = self.accounts[to].lock().unwrap();"],
        ),
    ]);
    let (one, two, three) = (of(&sites, &[3, 9]), of(&sites, &[5, 9]), of(&sites, &[7, 9]));
    assert_eq!(names(&one), ("bank.accounts[1]".to_owned(), vec!["bank.accounts[0]".to_owned()]));
    assert_eq!([wanted_and_held(&one, &two), wanted_and_held(&two, &one)], [Likeness::Same; 2]);
    assert_eq!(wanted_and_held(&one, &three), Likeness::Different);
    // Of an index that is computed nothing is known.
    assert_eq!(wanted_and_held(&three, &one), Likeness::Unknown);
    assert_eq!(own(&one), Likeness::Different);
    assert_eq!(own(&three), Likeness::Unknown);
}

#[test]
fn indexes_of_unknown_calls_are_not_taken_for_the_same() {
    let sites = sites(&[(
        "transfer (accounts,from,to)",
        &["- let from = accounts[from].lock().unwrap();", "- let to = accounts[to].lock().unwrap();"],
    )]);
    let (one, two) = (of(&sites, &[1]), of(&sites, &[1]));
    assert_eq!(wanted_and_held(&one, &two), Likeness::Unknown);
    assert_eq!(one.holds[0].likeness(&two.holds[0], false), Likeness::Unknown);
    // Within one call, one name is one index, unless that changes.
    assert_eq!(one.holds[0].likeness(&one.holds[0], true), Likeness::Same);
}

#[test]
fn what_a_loop_binds_is_another_thing_in_each_turn() {
    let sites = sites(&[
        (
            "main",
            &[
                "- let shared = Mutex::new(1);",
                "-* for (from, to) in [(&x, &y), (&y, &x)] { let from = from.clone(); scope.spawn(move || transfer(&from, to)); }",
                "<1 let from = from.clone();",
                "<2 scope.spawn(move || transfer(&from, to));",
                "1<1 transfer(&from, to)",
                "<4 scope.spawn(move || transfer(&shared, to));",
                "1<1 transfer(&shared, to)",
            ],
        ),
        TRANSFER,
    ]);
    let (one, other) = (of(&sites, &[4, 8]), of(&sites, &[6, 8]));
    assert_eq!(wanted_and_held(&one, &one), Likeness::Unknown);
    assert_eq!(one.holds[0].likeness(&one.holds[0], false), Likeness::Unknown);
    assert_eq!(one.wants.as_ref().map(|wants| wants.likeness(wants, true)), Some(Likeness::Same));
    assert_eq!(other.holds[0].likeness(&other.holds[0], false), Likeness::Same);
}

#[test]
fn a_function_that_starts_threads_may_be_called_several_times() {
    let sites = sites(&[
        ("start (from,to)", &["- thread::spawn(move || transfer(&from, &to));", "1<1 transfer(&from, &to)"]),
        TRANSFER,
    ]);
    let thread = of(&sites, &[1, 3]);
    assert_eq!(names(&thread), ("to".to_owned(), vec!["from".to_owned()]));
    assert_eq!(wanted_and_held(&thread, &thread), Likeness::Unknown);
    assert_eq!(thread.holds[0].likeness(&thread.holds[0], false), Likeness::Unknown);
}

#[test]
fn names_that_others_bind_are_not_followed() {
    let sites = sites(&[
        (
            "main",
            &[
                "- let x = Mutex::new(1);",
                "- let f = |x: &Mutex<u8>, y| transfer(x, y);",
                "1<1 transfer(x, y)",
                "- if let Some(x) = find() { transfer(&x, &x) }",
                "<1 transfer(&x, &x)",
                "- transfer(&x, &x);",
                "- let mut current = &x;",
                "- transfer(current, &x);",
            ],
        ),
        TRANSFER,
    ]);
    let likeness = |one: &[u32], other: &[u32]| {
        of(&sites, one).wants.expect("a lock").likeness(&of(&sites, other).wants.expect("a lock"), true)
    };
    assert_eq!(likeness(&[5, 9], &[7, 9]), Likeness::Same);
    assert_eq!(likeness(&[5, 9], &[4, 9]), Likeness::Unknown);
    assert_eq!(likeness(&[2, 9], &[5, 9]), Likeness::Unknown);
    assert_eq!(own(&of(&sites, &[5, 9])), Likeness::Same);
    assert_eq!(own(&of(&sites, &[7, 9])), Likeness::Unknown);
}

#[test]
fn fields_with_one_name_are_alike_in_different_functions() {
    let sites = sites(&[
        ("Pool::work (self)", &["- let jobs = self.jobs.lock().unwrap();", "- self.log.lock().unwrap().push(1);"]),
        ("Pool::report (self)", &["- let log = self.log.lock().unwrap();", "- self.jobs.lock().unwrap().pop();"]),
        ("Node::visit (self)", &["- let own = self.lock.lock().unwrap();", "- self.children.each(Node::visit);"]),
    ]);
    let (work, report) = (of(&sites, &[1]), of(&sites, &[3]));
    assert_eq!([wanted_and_held(&work, &report), wanted_and_held(&report, &work)], [Likeness::Alike; 2]);
    assert_eq!(own(&work), Likeness::Different);
    // The child's lock is not its parent's.
    assert_eq!(own(&of(&sites, &[5, 4])), Likeness::Unknown);
}

#[test]
fn objects_of_a_loop_may_share_what_is_in_them() {
    let sites = sites(&[
        (
            "main",
            &[
                "-* for number in 0..4 { let worker = Worker::new(&queue); thread::spawn(move || worker.run(&queue)); }",
                "<1 let worker = Worker::new(&queue);",
                "<2 thread::spawn(move || worker.run(&queue));",
                "1<1 worker.run(&queue)",
            ],
        ),
        ("Worker::run (self)", &["- let jobs = self.jobs.lock().unwrap();", "- self.jobs.lock().unwrap().pop();"]),
    ]);
    let thread = of(&sites, &[3, 5]);
    assert_eq!(wanted_and_held(&thread, &thread), Likeness::Alike);
    assert_eq!(own(&thread), Likeness::Same);
}

#[test]
fn a_field_of_two_objects_of_one_function_is_not_taken_for_one() {
    let sites = sites(&[
        (
            "main",
            &[
                "-* for (from, to) in pairs { scope.spawn(move || pay(from, to)); }",
                "<1 scope.spawn(move || pay(from, to));",
                "1<1 pay(from, to)",
                "- let one = find(1);",
                "- let two = find(2);",
                "- pay(one, two)",
                "- let (a, b) = pair();",
                "- pay(a, b)",
            ],
        ),
        ("pay (from,to)", &["- let from = from.coins.lock();", "- let to = to.coins.lock();"]),
    ]);
    for open in [&[2, 9][..], &[5, 9], &[7, 9], &[9]] {
        let thread = of(&sites, open);
        assert_eq!(wanted_and_held(&thread, &thread), Likeness::Unknown, "{open:?}");
        assert_eq!(own(&thread), Likeness::Unknown, "{open:?}");
    }
}

#[test]
fn a_name_that_is_handed_on_unseen_is_alike_in_one_thread() {
    let sites = sites(&[
        ("read (pool)", &["- let jobs = pool.jobs.lock().unwrap();", "- each(|job| job.note());"]),
        ("note (self,pool)", &["- pool.jobs.lock().unwrap().push(1);"]),
        ("tell (self,other)", &["- other.jobs.lock().unwrap().push(1);"]),
    ]);
    assert_eq!(own(&of(&sites, &[1, 2])), Likeness::Alike);
    assert_eq!(own(&of(&sites, &[1, 3])), Likeness::Unknown);
}

#[test]
fn statics_are_one_by_any_path() {
    let sites = sites(&[
        ("one", &["- let a = crate::state::LOG.lock().unwrap();", "- state::OTHER.lock();"]),
        ("two", &["- let a = LOG.lock().unwrap();", "- OTHER.lock();"]),
        ("three", &["- let a = other::LOG.lock().unwrap();", "- LOG.lock();"]),
    ]);
    let (one, two, three) = (of(&sites, &[1]), of(&sites, &[3]), of(&sites, &[5]));
    assert_eq!(wanted_and_held(&one, &two), Likeness::Different);
    assert_eq!(wanted_and_held(&three, &one), Likeness::Same);
    assert_eq!(wanted_and_held(&three, &two), Likeness::Same);
    assert_eq!(
        one.wants.as_ref().map(|wants| wants.likeness(two.wants.as_ref().unwrap(), false)),
        Some(Likeness::Same)
    );
    assert_eq!(one.holds[0].likeness(&three.holds[0], false), Likeness::Unknown);
}

#[test]
fn tables_without_parameters_leave_the_names() {
    let sites = sites(&[("f", &["- transfer(&x, &y);"]), ("transfer", TRANSFER.1)]);
    let thread = of(&sites, &[0, 2]);
    assert_eq!(names(&thread), ("to".to_owned(), vec!["from".to_owned()]));
    assert_eq!(own(&thread), Likeness::Unknown);
}
