//! Four workers measure names by a function of C. The last job's pointer is bad.

use std::ffi::{CString, c_char};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use instr_runtime::instrument_source;

const JOBS: u32 = 20;

struct Job {
    id: u32,
    name: *const c_char,
}

// SAFETY: nobody changes the name.
unsafe impl Send for Job {}

#[instrument_source]
fn main() {
    let (jobs, queue) = channel();
    let queue = Arc::new(Mutex::new(queue));
    let mut workers = Vec::new();
    for n in 1..=4 {
        let queue = Arc::clone(&queue);
        let worker = thread::Builder::new().name(format!("worker-{n}"));
        workers.push(worker.spawn(move || work(&queue)).expect("threads can be had"));
    }
    for id in 1..=JOBS {
        jobs.send(new_job(id)).expect("workers wait for jobs");
    }
    drop(jobs);
    for worker in workers {
        worker.join().expect("workers do not panic");
    }
}

#[instrument_source]
fn new_job(id: u32) -> Job {
    let name = CString::new(format!("customer {id}")).expect("no NUL in a name").into_raw();
    // As if somebody had taken an offset for an address.
    let name = if id == JOBS { std::ptr::without_provenance(0x50) } else { name };
    Job { id, name }
}

#[instrument_source]
fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let next = queue.lock().expect("workers do not panic").recv();
        let Ok(job) = next else { return };
        let length = name_length(&job);
        println!("job {}: {length} bytes", job.id);
    }
}

#[instrument_source]
fn name_length(job: &Job) -> usize {
    let name = job.name;
    // SAFETY: a job's name ends in NUL. Its address may be wrong.
    unsafe { libc::strlen(name) }
}
