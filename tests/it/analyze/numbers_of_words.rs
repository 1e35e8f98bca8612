//! Version 2 of rings: which number and which time a record has, whatever was entered, interrupted and overwritten.

use std::io::Cursor;

use instr_analyze::model::damage::Damage;
use instr_analyze::model::ring::Reached;
use instr_format::ring::Clock;
use instr_format::ring::flat::{CHUNK, word};
use instr_tests::fake_ring::{FakeRing, Interrupted};
use instr_tests::fake_run::PID;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::reading::{Read3, Shared, of_file, open, read};

const KIB: usize = 32;
const SIZE: u64 = 32 << 10;

fn ring(clock: Clock) -> FakeRing {
    FakeRing::new(PID, b"demo", clock, KIB)
}

fn of(records: &[Read3]) -> Vec<(u64, u32)> {
    records.iter().map(|(seq, site, _)| (*seq, *site)).collect()
}

/// The numbers and statements of all records, if nothing is wrong.
fn whole(ring: &FakeRing) -> Vec<(u64, u32)> {
    let (records, damage) = of_file(&ring.file()).unwrap();
    assert_eq!(damage, []);
    of(&records)
}

fn put_calls(ring: &mut FakeRing, sites: std::ops::Range<u32>) {
    for site in sites {
        ring.enter();
        ring.put(site % 1000, u64::from(site));
    }
}

/// What records of such calls say that are numbered from here on.
fn numbered(from: u64, sites: impl IntoIterator<Item = u32>) -> Vec<(u64, u32)> {
    (from..).zip(sites.into_iter().map(|site| site % 1000)).collect()
}

#[test]
fn a_handler_between_the_place_and_the_store_of_a_record_comes_behind_it() {
    let mut ring = ring(Clock::Coarse);
    put_calls(&mut ring, 0..10);
    ring.enter();
    let interrupted = ring.begin(500, 10);
    // Longer than a chunk, so that chunks are begun in the handler.
    put_calls(&mut ring, 10..1800);
    // Killed within the handler.
    assert_eq!(whole(&ring), numbered(1, 0..1800));
    ring.end(interrupted);
    put_calls(&mut ring, 1800..1820);
    assert_eq!(whole(&ring), numbered(1, (0..10).chain([500]).chain(10..1820)));
}

#[test]
fn a_handler_between_the_store_of_a_record_and_the_next_one_comes_behind_it() {
    let mut ring = ring(Clock::Coarse);
    put_calls(&mut ring, 0..10);
    ring.enter();
    ring.store(500, 10);
    put_calls(&mut ring, 10..1800);
    assert_eq!(whole(&ring), numbered(1, (0..10).chain([500]).chain(10..1800)));
    ring.move_on();
    put_calls(&mut ring, 1800..1820);
    assert_eq!(whole(&ring), numbered(1, (0..10).chain([500]).chain(10..1820)));
}

#[test]
fn the_first_record_of_all_may_be_interrupted_before_its_chunk_is_noted() {
    let mut ring = ring(Clock::Coarse);
    ring.enter();
    let interrupted = ring.claim(500, 1);
    put_calls(&mut ring, 0..10);
    // The handler has counted the record that is not there yet.
    assert_eq!(whole(&ring), numbered(2, 0..10));
    ring.end(interrupted);
    put_calls(&mut ring, 10..20);
    assert_eq!(whole(&ring), numbered(1, [500].into_iter().chain(0..20)));
}

#[test]
fn a_record_that_was_counted_and_never_written_is_a_gap() {
    for clock in Clock::ALL {
        let mut ring = ring(clock);
        ring.put(1, 1);
        ring.move_on();
        ring.put(2, 2);
        // As soon as the thread has noted how many there are.
        let chunk = (CHUNK / clock.record_size()) as u32;
        (0..chunk).for_each(|_| ring.put(3, 3));
        let records = whole(&ring);
        let newest = (u64::from(chunk) + 3, 3);
        assert_eq!((records[0], records[records.len() - 1], records.len()), ((1, 1), newest, 2 + chunk as usize));
    }
}

#[test]
fn handlers_that_never_return_cost_no_record_and_are_no_damage() {
    let mut ring = ring(Clock::Coarse);
    let mut expected = Vec::new();
    for turn in 0..60 {
        ring.enter();
        ring.put(turn, 1);
        expected.push(turn);
        // Each has been stored, and its place is passed over by what comes next.
        ring.store(500 + turn, 1);
        expected.push(500 + turn);
        for n in 0..40 {
            ring.enter();
            ring.put(n, 1);
            expected.push(n);
        }
    }
    let count = expected.len();
    let records = whole(&ring);
    let newest: Vec<u32> = expected[count - records.len()..].to_vec();
    assert_eq!(records.iter().map(|(_, site)| *site).collect::<Vec<_>>(), newest);
    assert!(records.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn chunks_that_are_not_noted_are_counted_on_from_those_before_or_back_from_the_next_one() {
    let mut ring = ring(Clock::Coarse);
    // The newest of these are the oldest that are left in the end, and nothing is noted of them.
    put_calls(&mut ring, 0..1400);
    ring.note_chunks(false);
    put_calls(&mut ring, 1400..3000);
    ring.note_chunks(true);
    put_calls(&mut ring, 3000..4200);
    ring.note_chunks(false);
    put_calls(&mut ring, 4200..6000);
    let (records, damage) = of_file(&ring.file()).unwrap();
    assert_eq!(damage, []);
    let oldest = (ring.position() - SIZE) / 8;
    assert_eq!(of(&records), numbered(oldest + 1, oldest as u32..6000));
    // Their time is that of the newest chunk before them which is noted, if it is in the ring or not.
    let time = |seq: u64| records.iter().find(|record| record.0 == seq).unwrap().2;
    assert_eq!((time(oldest + 1), time(3073), time(4097), time(6000)), (1024, 3072, 4096, 4096));
}

#[test]
fn a_chunk_that_begins_with_holes_is_not_noted_and_may_be_the_newest() {
    let mut ring = ring(Clock::Coarse);
    while ring.position() < 3 * CHUNK as u64 - 8 {
        put_calls(&mut ring, 7..8);
    }
    // The end of the chunk before, and the beginning of this one.
    (0..10).for_each(|_| ring.enter());
    let before = ring.written();
    put_calls(&mut ring, 0..100);
    let records = whole(&ring);
    assert!(records.ends_with(&numbered(before + 1, 0..100)), "{:?}", records.last());
    assert_eq!(records[0], (1, 7));
}

/// A thread that is interrupted again and again where a chunk begins notes none for a while.
#[test]
fn a_ring_that_has_gone_around_since_anything_was_noted_has_its_newest_records() {
    for laps in [1, 2, 5] {
        let mut ring = ring(Clock::Coarse);
        put_calls(&mut ring, 0..100);
        ring.note_chunks(false);
        put_calls(&mut ring, 100..4096 * laps + 700);
        let (records, damage) = of_file(&ring.file()).unwrap();
        let sites = |records: Vec<(u64, u32)>| records.into_iter().map(|(_, site)| site).collect::<Vec<_>>();
        let newest = 4096 * laps + 700 - 4096..4096 * laps + 700;
        assert_eq!(sites(of(&records)), sites(numbered(1, newest)), "{laps} laps");
        // Nobody knows how many there were before.
        assert!(records.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(damage, []);
    }
}

#[test]
fn a_ring_of_which_nothing_is_noted_is_read_in_its_first_lap() {
    let mut ring = ring(Clock::Coarse).without_notes();
    put_calls(&mut ring, 0..3000);
    let (records, damage) = of_file(&ring.file()).unwrap();
    assert_eq!((records[records.len() - 1], damage), ((3000, 999, 0), vec![]));
    assert_eq!(of(&records), numbered(1, 0..3000));
}

#[test]
fn of_what_is_claimed_and_never_written_at_the_beginning_of_a_chunk_the_number_is_missing() {
    let mut ring = ring(Clock::Coarse);
    while ring.position() < CHUNK as u64 {
        put_calls(&mut ring, 7..8);
    }
    let before = ring.written();
    ring.enter();
    ring.begin(500, 1);
    assert_eq!(whole(&ring).len() as u64, before);
    put_calls(&mut ring, 0..10);
    let records = whole(&ring);
    assert_eq!(records[before as usize..], numbered(before + 2, 0..10));
}

/// What happens to a ring.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// So many records.
    Put(u32),
    /// So many functions are entered, one in the other.
    Enter(u32),
    /// So many functions that reach a statement.
    Call(u32),
    /// From now on, chunks are noted, or not.
    Note(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let notes = any::<bool>().prop_map(Step::Note);
    prop_oneof![
        4 => (1_u32..1200).prop_map(Step::Put),
        2 => (1_u32..1200).prop_map(Step::Enter),
        4 => (1_u32..1800).prop_map(Step::Call),
        1 => notes,
    ]
}

proptest! {
    #[test]
    fn the_last_records_are_there_and_numbered_right(
        clock in select(Clock::ALL.to_vec()), sites in any::<u32>(), count in 1_u32..=8 * SIZE as u32,
        start in select(vec![0, 8192 * 1000, (1 << 32) - 8192, (1 << 45) + 8192 * 7]), holes in 0_u64..1_000_000,
        steps in vec(step(), 1..40),
    ) {
        let holes = if clock == Clock::Full { 0 } else { holes.min(start / 4) };
        let mut ring = ring(clock).with_sites(sites, count).from(start, holes);
        // Of each record its position, its statement, and when it was made.
        let mut all = Vec::new();
        // Of each chunk that is noted, where it was begun and when.
        let mut noted = Vec::new();
        let mut put = |ring: &mut FakeRing, noted: &mut Vec<(u64, u64)>, notes: bool| {
            let (position, site) = (ring.position(), (all.len() as u32).wrapping_mul(0x9e37_79b9) % count);
            let (chunk, ns) = (CHUNK as u64, 1 + all.len() as u64);
            let is_first = noted.last().is_none_or(|(begun, _)| begun / chunk != position / chunk);
            let asks = if clock == Clock::Full { 1 } else { 4 };
            if notes && is_first && position % chunk < asks * clock.record_size() as u64 {
                noted.push((position, ns));
            }
            all.push((position, site, ns));
            ring.put(site, ns);
        };
        put(&mut ring, &mut noted, true);
        let mut notes = true;
        for step in steps {
            match step {
                Step::Put(times) => (0..times).for_each(|_| put(&mut ring, &mut noted, notes)),
                Step::Enter(times) => (0..times).for_each(|_| ring.enter()),
                Step::Call(times) => (0..times).for_each(|_| {
                    ring.enter();
                    put(&mut ring, &mut noted, notes);
                }),
                Step::Note(these) => notes = these,
            }
            // For as long as nothing is noted, nobody knows in which lap the thread is.
            notes |= ring.position() - noted.last().map_or(0, |(begun, _)| *begun) > SIZE / 4;
            ring.note_chunks(notes);
        }
        prop_assume!(ring.position() - noted[noted.len() - 1].0 < SIZE - 8);
        // One record in four billion looks like a place where there is none.
        prop_assume!(all.iter().all(|(position, site, _)| word(sites.wrapping_add(*site), *position) != 0));
        let first = start / clock.record_size() as u64 - holes;
        let size = clock.record_size() as u64;
        let end = all[all.len() - 1].0 + size;
        // The oldest one's time may be gone where each has a clock of its own.
        let oldest = end.saturating_sub(SIZE - if clock == Clock::Full { size } else { 0 });
        let time = |position: u64, ns: u64| match clock {
            Clock::Off => 0,
            Clock::Coarse => noted.iter().rfind(|(begun, _)| *begun <= position).map_or(0, |(_, ns)| *ns),
            Clock::Full => ns,
        };
        let numbered = (first + 1..).zip(all).filter(|(_, (position, ..))| *position >= oldest);
        let expected: Vec<Read3> = numbered.map(|(seq, (position, site, ns))| (seq, site, time(position, ns))).collect();
        let (records, damage): (Vec<Read3>, Vec<Damage>) = of_file(&ring.file()).unwrap();
        prop_assert_eq!(damage, []);
        prop_assert_eq!(records, expected);
    }

    /// Whatever interrupts what, each record is there once, in its segment, in the ring, or in both.
    #[test]
    fn segments_and_the_ring_have_each_record_once(
        // How many calls there are before an interruption and in the handler, and where it comes.
        turns in vec((1_u32..600, 1_u32..1400, 0_u32..3), 1..40),
    ) {
        let mut ring = ring(Clock::Coarse);
        let (mut kept, mut all) = (Vec::new(), Vec::new());
        let mut next = 0;
        for (calls, handled, way) in turns {
            let mut call = |ring: &mut FakeRing, times: u32, site: u32| {
                for _ in 0..times {
                    ring.enter();
                    ring.put(site, 1);
                    all.push((ring.position() - 4, site));
                }
            };
            call(&mut ring, calls, 1);
            ring.enter();
            let place = ring.position();
            let interrupted: Option<Interrupted> = match way {
                // Between the load of the place and the store.
                0 => Some(ring.begin(2, 1)),
                // Between the store and the addition.
                1 => {
                    ring.store(2, 1);
                    None
                }
                // Where the place is claimed before the store, as at the beginning of a chunk.
                _ => Some(ring.claim(2, 1)),
            };
            call(&mut ring, handled, 3);
            match interrupted {
                Some(interrupted) => ring.end(interrupted),
                None => ring.move_on(),
            }
            all.push((place, 2));
            // Two chunks behind, as there is nothing to be written any more.
            while (next + 2) * (CHUNK as u64) < ring.position() {
                kept.push(ring.kept(next..next + 1));
                next += 1;
            }
        }
        all.sort_unstable();
        // In three files, which the reading goes on from one to the next.
        let (one, other) = kept.split_at(kept.len() / 2);
        let mut reached = Reached::default();
        let mut records = Vec::new();
        for file in [ring.segment(1, &one.concat()), ring.segment(2, &other.concat()), ring.file()] {
            let mut reader = open(&file, Cursor::new(&file), reached).unwrap();
            let (read, damage) = read(&mut reader);
            prop_assert_eq!(damage, []);
            records.extend(of(&read));
            reached = reached.max(reader.reached());
        }
        prop_assert_eq!(records, numbered(1, all.into_iter().map(|(_, site)| site)));
    }

    /// A reader that looks now and then gives the same as one that looks in the end.
    #[test]
    fn what_is_read_while_it_is_written_is_numbered_as_in_the_end(
        clock in select(Clock::ALL.to_vec()), turns in vec((0_u32..5, 0_u32..2600), 1..20),
    ) {
        let mut ring = ring(clock);
        let shared = Shared::default();
        let mut reader = open(&ring.file(), shared.clone(), Reached::default()).unwrap();
        let mut given = Vec::new();
        for (entered, calls) in turns {
            (0..entered).for_each(|_| ring.enter());
            let from = ring.written() as u32;
            put_calls(&mut ring, from..from + calls);
            shared.set(ring.file());
            let (records, damage) = read(&mut reader);
            prop_assert_eq!(damage, []);
            given.extend(of(&records));
        }
        prop_assert!(given.is_sorted_by(|a, b| a.0 < b.0));
        prop_assert!(given.iter().all(|(seq, site)| (*seq - 1) % 1000 == u64::from(*site)));
        let last: Vec<_> = whole(&ring);
        prop_assert!(given.ends_with(&last) || last.ends_with(&given), "{} given, {} are left", given.len(), last.len());
    }
}
