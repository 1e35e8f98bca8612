//! What an event of a Rust tracer adds to a loop: `peers fmt|appender|registry|fastrace` prints nanoseconds per turn.

use std::fs::File;
use std::hint::black_box;
use std::time::Instant;

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::{LocalSpan, Span, SpanContext};
use tracing_subscriber::Registry;
use tracing_subscriber::prelude::*;

#[allow(dead_code)]
#[path = "../../src/processors.rs"]
mod processors;

use processors::{last_processor, stay_on};

/// Enough for one of them to be left alone by whatever else runs.
const CHUNKS: usize = 41;
/// All of them together fit into the buffers of the non-blocking appender, which throws away what does not.
const TURNS: u64 = 1000;
/// As many as a request may have.
const SPANS_PER_ROOT: u64 = 100;

fn main() {
    match std::env::args().nth(1).expect("a tracer").as_str() {
        "fmt" => {
            let file = File::create("events.log").expect("a file");
            tracing_subscriber::fmt().with_writer(file).with_ansi(false).init();
            compare(event);
        }
        "appender" => {
            let (writer, _guard) = tracing_appender::non_blocking(File::create("events.log").expect("a file"));
            tracing_subscriber::fmt().with_writer(writer).with_ansi(false).init();
            compare(event);
        }
        "registry" => {
            Registry::default().init();
            compare(span);
        }
        _ => {
            fastrace::set_reporter(Nowhere, Config::default());
            compare(local_span);
            fastrace::flush();
        }
    }
}

/// Ours, without a statement recorded.
#[inline(never)]
fn plain(turns: u64) -> u64 {
    let mut x = 1_u64;
    for turn in 0..turns {
        x = x.wrapping_mul(7) ^ turn;
    }
    x
}

#[inline(never)]
fn event(turns: u64) -> u64 {
    let mut x = 1_u64;
    for turn in 0..turns {
        tracing::info!(turn);
        x = x.wrapping_mul(7) ^ turn;
    }
    x
}

#[inline(never)]
fn span(turns: u64) -> u64 {
    let mut x = 1_u64;
    for turn in 0..turns {
        let _span = tracing::info_span!("turn", turn).entered();
        x = x.wrapping_mul(7) ^ turn;
    }
    x
}

#[inline(never)]
fn local_span(turns: u64) -> u64 {
    let mut x = 1_u64;
    for from in (0..turns).step_by(SPANS_PER_ROOT as usize) {
        let root = Span::root("root", SpanContext::random());
        let _parent = root.set_local_parent();
        for turn in from..from + SPANS_PER_ROOT {
            let _span = LocalSpan::enter_with_local_parent("turn");
            x = x.wrapping_mul(7) ^ turn;
        }
    }
    x
}

/// Takes spans, and nothing else.
struct Nowhere;

impl Reporter for Nowhere {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        black_box(spans);
    }
}

fn compare(traced: fn(u64) -> u64) {
    // Not before: the tracers' own threads may run elsewhere.
    stay_on(last_processor()).expect("it runs there already");
    let mut best = [f64::INFINITY; 2];
    for _ in 0..CHUNKS {
        for (function, best) in [plain, traced].iter().zip(&mut best) {
            let start = Instant::now();
            black_box(function(black_box(TURNS)));
            *best = best.min(start.elapsed().as_nanos() as f64 / TURNS as f64);
        }
    }
    println!("plain {}\ntraced {}", best[0], best[1]);
}
