//! What an event costs in other tracers and in instr's ring, in one run.
//!
//! `cargo bench -p instr-tests --bench peers`. What is not here is skipped: `apt-get install lttng-tools liblttng-ust-dev
//! uftrace gcc`.

use std::path::PathBuf;

use instr_tests::bench::kinds::RING;
use instr_tests::bench::peers::{Session, calls, rust, tracepoints};
use instr_tests::bench::programs::{Built, records_per_turn, statements};
use instr_tests::bench::results::Results;
use instr_tests::bench::rounds::{Rounds, alternate};
use instr_tests::bench::subject::{Readings, Subject};
use instr_tests::bench::tables::{PEER_NS, PEER_RATIO, PEERS};
use instr_tests::package::Feature;

const STATEMENT: &str = "instr ring, statement";
const CALL: &str = "instr ring, call";
const TURNS: &str = "100000";

/// A row, and the program that measures it.
struct Peer {
    row: &'static str,
    subject: Subject,
    /// Whether the event is a call.
    is_call: bool,
}

fn main() {
    let mut results = Results::new(&PEERS);
    let instr = statements(Built { feature: Feature::Enabled, release: true });
    let directory = tempfile::tempdir().expect("a directory");

    let mut peers = Vec::new();
    let mut found = |row: &'static str, is_call: bool, subject: Result<Subject, String>| match subject {
        Ok(subject) => peers.push(Peer { row, subject, is_call }),
        Err(reason) => results.skip(row, &reason),
    };
    let session = Session::start();
    let in_session = |session: &Session| {
        let program = tracepoints(directory.path())?;
        Ok(Subject { variables: vec![session.variable()], ..unpinned(program, &[]) })
    };
    found("LTTng-UST, snapshot mode, event", false, session.as_ref().map_err(Clone::clone).and_then(in_session));
    for (row, option) in
        [("uftrace record -pg, call", "-pg"), ("uftrace record -finstrument-functions, call", "-finstrument-functions")]
    {
        let under_uftrace = |program: PathBuf| {
            unpinned("uftrace".into(), &["record", "-d", "uftrace.data", program.to_str().expect("UTF-8")])
        };
        found(row, true, calls(directory.path(), option).map(under_uftrace));
    }
    let rust = rust();
    for (row, name) in [
        ("fastrace, local span", "fastrace"),
        ("tracing, fmt to a file, event", "fmt"),
        ("tracing, non-blocking appender, event", "appender"),
        ("tracing, registry only, span", "registry"),
    ] {
        found(row, false, rust.clone().map(|program| unpinned(program, &[name])));
    }

    let ring = Subject::new(&instr, &["compare", TURNS]);
    if let Err(reason) = RING.try_on(&Subject::new(&instr, &["instrumented", "work", "10"])) {
        panic!("nothing to compare with: {reason}");
    }
    let subjects: Vec<Subject> =
        [RING.of(&ring)].into_iter().chain(peers.iter().map(|peer| peer.subject.clone())).collect();
    let rounds = alternate(&subjects, Subject::readings);
    set(&mut results, &peers, &rounds, records_per_turn(&instr, "work"));
    if let Ok(session) = &session {
        session.check().expect("a flight recorder that has recorded");
    }
    results.finish();
}

/// Their own threads and processes may run elsewhere; they keep the one that is measured on a processor.
fn unpinned(program: PathBuf, arguments: &[&str]) -> Subject {
    Subject { pinned: false, ..Subject::new(&program, arguments) }
}

fn set(results: &mut Results, peers: &[Peer], rounds: &Rounds<Readings>, records: f64) {
    let statement = |round: &[Readings]| (round[0]["work.instrumented"] - round[0]["work.plain"]) / records;
    let call = |round: &[Readings]| round[0]["fib.instrumented"] - round[0]["fib.plain"];
    results.set(STATEMENT, PEER_NS, rounds.figure(statement));
    results.set(CALL, PEER_NS, rounds.figure(call));
    for (at, peer) in (1..).zip(peers) {
        let cost = |round: &[Readings]| round[at]["traced"] - round[at]["plain"];
        let ours = |round: &[Readings]| if peer.is_call { call(round) } else { statement(round) };
        results.set(peer.row, PEER_NS, rounds.figure(cost));
        results.set(peer.row, PEER_RATIO, rounds.figure(|round| cost(round) / ours(round)));
    }
}
