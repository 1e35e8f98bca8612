//! Threads that wait for each other's locks, or for one that computes, in the way that the argument names, until it is killed.

use std::hint;
use std::sync::atomic::{AtomicBool, Ordering::Acquire};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, Scope};

use instr_runtime::instrument_source;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("parameters") => locks::parameters(),
        Some("methods") => locks::methods(),
        Some("indexes") => locks::indexes(),
        Some("turns") => locks::turns(),
        Some("ring") => locks::ring(),
        Some("forks") => locks::forks(),
        Some("computes") => locks::computes(),
        Some("guarded") => locks::guarded(),
        other => panic!("{other:?} is no way to lock"),
    }
}

type Account = Arc<Mutex<u32>>;

static NEVER: AtomicBool = AtomicBool::new(false);
static LOG: Mutex<u32> = Mutex::new(0);

fn named<'scope>(scope: &'scope Scope<'scope, '_>, name: &str, work: impl FnOnce() + Send + 'scope) {
    thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, work).expect("threads can be had");
}

#[instrument_source]
mod locks {
    use super::*;

    fn transfer(from: &Mutex<u32>, to: &Mutex<u32>, all: &Barrier) {
        let mut from = from.lock().unwrap(); // from is held
        all.wait();
        let mut to = to.lock().unwrap(); // to is wanted
        *from -= 1;
        *to += 1;
    }

    /// Two threads are given two locks in opposite order.
    pub(super) fn parameters() {
        let all = &Barrier::new(2);
        let (alice, bob) = (Account::default(), Account::default());
        let (payer, payee) = (Arc::clone(&alice), bob.clone());
        thread::scope(|scope| {
            named(scope, "one", move || transfer(&payer, &payee, all));
            named(scope, "two", || transfer(&bob, &alice, all));
        });
    }

    struct Purse {
        coins: Mutex<u32>,
        all: Arc<Barrier>,
    }

    impl Purse {
        fn new(all: &Arc<Barrier>) -> Self {
            Purse { coins: Mutex::new(9), all: all.clone() }
        }

        fn pay(&self, other: &Purse) {
            let mut own = self.coins.lock().unwrap();
            self.all.wait();
            other.take();
            *own -= 1;
        }

        fn take(&self) {
            *self.coins.lock().unwrap() += 1;
        }
    }

    /// Two threads call methods of two objects, each of the other one's with its own locked.
    pub(super) fn methods() {
        let all = Arc::new(Barrier::new(2));
        let left = Purse::new(&all);
        let right = Purse::new(&all);
        thread::scope(|scope| {
            named(scope, "one", || left.pay(&right));
            named(scope, "two", || Purse::pay(&right, &left));
        });
    }

    struct Bank {
        accounts: Vec<Mutex<u32>>,
    }

    impl Bank {
        fn transfer(&self, from: usize, to: usize, all: &Barrier) {
            let mut from = self.accounts[from].lock().unwrap();
            all.wait();
            let mut to = self.accounts[to].lock().unwrap();
            *from -= 1;
            *to += 1;
        }
    }

    /// Two threads lock the same two of many, by other indexes.
    pub(super) fn indexes() {
        let all = &Barrier::new(2);
        let bank = Arc::new(Bank { accounts: vec![Mutex::new(1), Mutex::new(1), Mutex::new(1)] });
        let other = bank.clone();
        thread::scope(|scope| {
            named(scope, "one", move || bank.transfer(0, 2, all));
            named(scope, "two", move || other.transfer(2, 0, all));
        });
    }

    /// Two threads of which only the turn of a loop tells what they lock.
    pub(super) fn turns() {
        let all = &Barrier::new(2);
        let (alice, bob) = (Account::default(), Account::default());
        thread::scope(|scope| {
            for (name, from, to) in [("one", &alice, &bob), ("two", &bob, &alice)] {
                let (from, to) = (from.clone(), to.clone());
                named(scope, name, move || transfer(&from, &to, all));
            }
        });
    }

    /// Three threads, each of which waits for the next one.
    pub(super) fn ring() {
        let all = &Barrier::new(3);
        let (x, y, z) = (Mutex::new(1), Mutex::new(1), Mutex::new(1));
        thread::scope(|scope| {
            named(scope, "one", || transfer(&x, &y, all));
            named(scope, "two", || transfer(&y, &z, all));
            named(scope, "three", || transfer(&z, &x, all));
        });
    }

    /// The same where indexes are computed.
    pub(super) fn forks() {
        let all = &Barrier::new(3);
        let forks: &[Mutex<u32>] = &[Mutex::new(1), Mutex::new(1), Mutex::new(1)];
        thread::scope(|scope| {
            for (at, name) in ["one", "two", "three"].iter().enumerate() {
                named(scope, name, move || transfer(&forks[at], &forks[(at + 1) % forks.len()], all));
            }
        });
    }

    #[rustfmt::skip]
    fn compute() {
        while !NEVER.load(Acquire) { // computes
            hint::spin_loop();
        }
    }

    fn note(own: &Mutex<u32>, log: &Mutex<u32>, all: &Barrier) {
        let own = own.lock().unwrap();
        all.wait();
        *log.lock().unwrap() += *own; // the log is wanted
    }

    fn keep(log: &Mutex<u32>, all: &Barrier) {
        let mut log = log.lock().unwrap(); // the log is held
        all.wait();
        compute();
        *log += 1;
    }

    /// Two threads that hold a lock wait for that of a third one, which computes.
    pub(super) fn computes() {
        let all = &Barrier::new(3);
        let log = Mutex::new(0);
        thread::scope(|scope| {
            for name in ["one", "two"] {
                let log = &log;
                named(scope, name, move || note(&Mutex::new(1), log, all));
            }
            named(scope, "keeper", || keep(&log, all));
        });
    }

    fn keep_guarded(log: Box<dyn Fn() + '_>, all: &Barrier) {
        all.wait();
        log();
    }

    /// The same, where nothing tells that it holds the lock.
    pub(super) fn guarded() {
        let all = &Barrier::new(3);
        thread::scope(|scope| {
            for (name, own) in [("one", Mutex::new(1)), ("two", Mutex::new(2))] {
                named(scope, name, move || note(&own, &LOG, all));
            }
            named(scope, "keeper", || {
                let guards = [LOG.lock().unwrap()];
                let hold = move || {
                    compute();
                    hint::black_box(&guards);
                };
                keep_guarded(Box::new(hold), all);
            });
        });
    }
}
