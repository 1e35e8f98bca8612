//! Row 68: clocks that went back or leapt are said, once for each way of a thread, and times that only look like it are not.

use instr_format::ring::{Clock, VERSION_OF_BLOCKS};
use instr_tests::analyzer;
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record_at};
use instr_tests::report::Report;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const ORDER: &str = "; records are in the order of their numbers";

/// What is said of the main thread's clocks: how often they jumped, and the words.
fn said(write: impl FnOnce(&FakeRun)) -> Vec<(u64, String)> {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(Some(0), &[FakeSlot::inside(PID, b"demo", 0)]);
    write(&run);
    let report = Report::of(&run.dir);
    let text = analyzer::run([output.path()]).stdout;
    let said = Report::of_clocks(&report.threads()[0]).map(|damage| {
        let message = damage["message"].as_str().unwrap();
        assert!(text.contains(&format!("\n  damage: {message}\n")), "{text}");
        let (count, words) = (damage["count"].as_u64().unwrap(), message.strip_suffix(ORDER).unwrap());
        (count, words.to_owned())
    });
    said.collect()
}

/// A log of records with these numbers and milliseconds, by the time of day and by the monotonic clock.
fn of_log(records: &[(u64, (u64, u64))]) -> Vec<(u64, String)> {
    said(|run| {
        let lines = records.iter().map(|(seq, times)| record_at(PID, *seq, *times, &DEMO[0]));
        run.log("1.log", &[vec![header(PID, 1, 0, b"demo")], lines.collect()].concat());
    })
}

/// A ring of records with these times in nanoseconds.
fn of_ring(clock: Clock, times: impl IntoIterator<Item = u64>) -> Vec<(u64, String)> {
    said(|run| {
        let mut ring = FakeRing::new(PID, b"demo", clock, 32);
        times.into_iter().for_each(|ns| ring.put(0, ns));
        run.write("1.ring", ring.file());
    })
}

#[test]
fn row_68_a_monotonic_clock_that_goes_back_is_said() {
    let log = of_log(&[(1, (10, 10)), (2, (20, 20)), (3, (30, 5)), (4, (40, 15))]);
    assert_eq!(log, [(1, "the monotonic clock went back by 15.0 ms at record 3".to_owned())]);
    let log = of_log(&[(1, (10, 10)), (2, (20, 20)), (3, (30, 5)), (7, (40, 4))]);
    assert_eq!(log, [(2, "the monotonic clock went back 2 times, by 15.0 ms at most, first at record 3".to_owned())]);
    let full = of_ring(Clock::Full, [10, 20, 30, 5, 6, 7, 4, 50]);
    assert_eq!(full, [(2, "the monotonic clock went back 2 times, by 25 ns at most, first at record 4".to_owned())]);
    let backwards = of_ring(Clock::Full, (1..=32).rev());
    assert_eq!(backwards, [(1, "the monotonic clock went back by 1 ns at record 17".to_owned())]);
    let coarse = of_ring(Clock::Coarse, [vec![9000; 2048], vec![2000; 2048], vec![3000; 9]].concat());
    assert_eq!(coarse, [(1, "the monotonic clock went back by 7.0 µs at record 2049".to_owned())]);
}

#[test]
fn row_68_a_time_of_day_that_was_set_is_said() {
    let back = of_log(&[(1, (60_010, 10)), (2, (60_020, 20)), (3, (30, 30)), (4, (40, 40))]);
    assert_eq!(back, [(1, "the time of day went back by 1 min 0 s at record 3".to_owned())]);
    let ahead = of_log(&[(1, (10, 10)), (2, (DAY_MS, 20)), (3, (DAY_MS + 10, 30))]);
    assert_eq!(ahead, [(1, "the time of day leapt ahead by 23 h 59 min at record 2".to_owned())]);
    // It is later than before, but not by as much as the thread has waited.
    let meanwhile = of_log(&[(1, (10, 10)), (2, (20, DAY_MS)), (3, (30, DAY_MS + 10))]);
    assert_eq!(meanwhile, [(1, "the time of day went back by 23 h 59 min at record 2".to_owned())]);
}

#[test]
fn row_68_a_monotonic_clock_that_leaps_for_longer_than_anybody_waits_is_said() {
    let years = 3 * 365 * DAY_MS;
    let log = of_log(&[(1, (10, 10)), (2, (20, years)), (3, (30, years + 10))]);
    assert_eq!(log, [(1, "the monotonic clock leapt ahead by 1094 days 23 h at record 2".to_owned())]);
    let ring = of_ring(Clock::Full, [1, 2, u64::MAX, 3, 4]);
    assert_eq!(ring, [(1, "the monotonic clock leapt ahead by 213503 days 23 h at record 3".to_owned())]);
}

#[test]
fn row_68_numbers_at_the_end_of_their_range_are_survived() {
    let latest = u64::MAX / 1_000_000;
    assert_eq!(of_log(&[(1, (0, latest)), (u64::MAX, (1_000_000_000_000, 0))]).len(), 1);
    assert_eq!(of_ring(Clock::Full, [u64::MAX, u64::MAX, 0, u64::MAX, 0, 0]).len(), 2);
}

#[test]
fn what_only_looks_like_a_clock_that_jumps_is_not_said() {
    // Clocks repeat, threads wait for days, and the two clocks are not asked at the same instant.
    assert_eq!(of_log(&[(1, (5, 5)), (2, (5, 5)), (3, (DAY_MS, DAY_MS)), (4, (DAY_MS + 1, DAY_MS + 900))]), []);
    assert_eq!(of_ring(Clock::Coarse, [vec![5; 2400], vec![5; 2400]].concat()), []);
    assert_eq!(of_ring(Clock::Off, 0..4000), []);
    // A handler's records 3 and 4 came before record 2 had asked the clock, or before it was written.
    assert_eq!(of_log(&[(1, (1, 1)), (3, (3, 3)), (4, (4, 4)), (2, (9, 9)), (5, (10, 10))]), []);
    assert_eq!(of_log(&[(1, (1, 1)), (3, (3, 3)), (4, (4, 4)), (2, (2, 2)), (5, (10, 10))]), []);
    // A forked child has written a line of its parent's once more.
    assert_eq!(of_log(&[(1, (1, 1)), (2, (2, 2)), (2, (1, 1)), (3, (3, 3))]), []);
    // In a ring, what was interrupted comes before the handler's records.
    assert_eq!(of_ring(Clock::Full, [9, 3, 4, 10]), []);
    assert_eq!(of_ring(Clock::Full, [1, 9, 3, 12, 10, 13]), []);
    // The handler too, by another one.
    assert_eq!(of_ring(Clock::Full, [1, 9, 7, 4, 5, 8, 10]), []);
    // And so does the block that is left for it.
    let left = said(|run| {
        let mut ring = FakeRing::of_version(VERSION_OF_BLOCKS, PID, b"demo", Clock::Coarse, 8);
        (0..252).for_each(|_| ring.put(0, 1000));
        ring.put(0, 9000);
        ring.leave_block();
        (0..300).for_each(|n| ring.put(0, 3000 + n));
        run.write("1.ring", ring.file());
    });
    assert_eq!(left, []);
}

#[test]
fn threads_have_no_time_in_common() {
    let of_others = said(|run| {
        run.log("1.log", &[header(PID, 1, 0, b"demo"), record_at(PID, 1, (50, 50), &DEMO[0])]);
        run.log("1.2.log", &[header(PID, 2, 0, b"demo"), record_at(PID, 2, (10, 10), &DEMO[0])]);
        run.log("2.log", &[header(PID + 1, 1, 0, b"x"), record_at(PID + 1, 3, (1, 1), &DEMO[0])]);
    });
    assert_eq!(of_others, []);
}
