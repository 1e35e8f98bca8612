//! The thread that dies, and those around it.

use std::sync::Barrier;
use std::thread::{self, JoinHandle};

use instr_runtime::instrument_source;

type Death = fn();
type Place = fn(Death);

pub(crate) fn find(name: &str) -> Option<Place> {
    Some(match name {
        "main" => in_main,
        "worker" => in_a_worker,
        "eight" => in_one_of_eight,
        _ => return None,
    })
}

#[instrument_source]
fn in_main(death: Death) {
    death();
}

#[instrument_source]
fn in_a_worker(death: Death) {
    let _ = spawn("guilty".into(), death).join();
}

const BYSTANDERS: usize = 7;
static ALL_WAIT: Barrier = Barrier::new(BYSTANDERS + 1);

#[instrument_source]
fn in_one_of_eight(death: Death) {
    for n in 1..=BYSTANDERS {
        spawn(format!("bystander-{n}"), bystander);
    }
    ALL_WAIT.wait();
    in_a_worker(death);
}

#[instrument_source]
fn bystander() {
    meet_and_wait(); // waits: bystander
}

/// Not instrumented, so that the caller's statement has begun before anybody can die.
fn meet_and_wait() {
    ALL_WAIT.wait();
    loop {
        thread::park();
    }
}

#[instrument_source]
fn spawn(name: String, work: fn()) -> JoinHandle<()> {
    // Small, so that a stack overflow does not take long.
    thread::Builder::new().name(name).stack_size(256 << 10).spawn(work).expect("threads can be had")
}
