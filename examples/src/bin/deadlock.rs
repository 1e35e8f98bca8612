//! Two transfers lock the same two accounts in opposite order. A watchdog kills the process when they are stuck.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use instr_runtime::instrument_source;

type Account = Arc<Mutex<i64>>;

#[instrument_source]
fn main() {
    let (alice, bob) = (Account::default(), Account::default());
    let (done, transfers) = channel();
    let meanwhile = Arc::new(Barrier::new(3));
    for (name, from, to) in [("alice-to-bob", &alice, &bob), ("bob-to-alice", &bob, &alice)] {
        let (from, to, meanwhile, done) = (from.clone(), to.clone(), meanwhile.clone(), done.clone());
        let transfer = move || transfer(&from, &to, &meanwhile, &done);
        thread::Builder::new().name(name.into()).spawn(transfer).expect("threads can be had");
    }
    meanwhile.wait();
    for _ in 0..2 {
        if transfers.recv_timeout(Duration::from_secs(1)).is_err() {
            kill_this_process();
        }
    }
}

#[instrument_source]
fn transfer(from: &Account, to: &Account, meanwhile: &Barrier, done: &Sender<()>) {
    let mut from = from.lock().expect("no transfer panics");
    // Without this, the other transfer would come in between only now and then.
    meanwhile.wait();
    let mut to = to.lock().expect("no transfer panics");
    *from -= 100;
    *to += 100;
    done.send(()).expect("the watchdog listens");
}

#[instrument_source]
fn kill_this_process() {
    eprintln!("no transfer for a second, the watchdog kills the process");
    // SAFETY: touches no memory.
    unsafe { libc::raise(libc::SIGKILL) };
}
