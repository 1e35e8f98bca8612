//! What a turn of `tight` takes alone, and while another thread does the same: `threads plain|instrumented TURNS` prints
//! nanoseconds of processor time, which leave out what else runs.

use std::hint::black_box;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

#[allow(dead_code, reason = "the other functions are measured by another program")]
mod instrumented;
#[allow(dead_code, reason = "the other functions are measured by another program")]
mod plain;
#[allow(dead_code)]
mod processors;

use processors::{processors, stay_on};

const CHUNKS: usize = 31;

/// What the other thread does.
static OTHER: AtomicU8 = AtomicU8::new(RESTS);
const RESTS: u8 = 0;
const STARTS: u8 = 1;
const WORKS: u8 = 2;
const STOPS: u8 = 3;
const ENDS: u8 = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let turns: u64 = arguments[2].parse().expect("a number");
    let tight = if arguments[1] == "plain" { plain::tight } else { instrumented::tight };
    let work = move || {
        black_box(tight(black_box(turns)));
    };

    let processors = processors();
    let [first, .., last] = processors[..] else { panic!("one processor is not enough: {processors:?}") };
    let other = thread::spawn(move || follow(first, work));
    stay_on(last).expect("it may run there");
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..CHUNKS {
        alone.push(timed(work) / turns as f64);
        give(STARTS, WORKS);
        beside.push(timed(work) / turns as f64);
        give(STOPS, RESTS);
    }
    OTHER.store(ENDS, SeqCst);
    other.join().expect("it ends");
    println!("alone {}\nbeside {}", median(alone), median(beside));
}

/// Has the other thread do something, and waits until it does.
fn give(order: u8, obeyed: u8) {
    OTHER.store(order, SeqCst);
    while OTHER.load(SeqCst) != obeyed {
        thread::sleep(Duration::from_micros(20));
    }
}

/// The other thread.
fn follow(processor: usize, work: impl Fn()) {
    stay_on(processor).expect("it may run there");
    loop {
        match OTHER.load(SeqCst) {
            STARTS => {
                work();
                OTHER.store(WORKS, SeqCst);
            }
            WORKS => work(),
            STOPS => OTHER.store(RESTS, SeqCst),
            ENDS => return,
            _ => thread::sleep(Duration::from_micros(20)),
        }
    }
}

fn timed(work: impl Fn()) -> f64 {
    let start = thread_time();
    work();
    thread_time() - start
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn thread_time() -> f64 {
    // SAFETY: zeros are a time.
    let mut time: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: writes the time.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) }, 0);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
