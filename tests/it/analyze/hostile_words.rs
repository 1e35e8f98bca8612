//! Version 2 of rings that lie, are cut, or change while they are read.

use std::mem::offset_of;

use instr_analyze::model::ring::Reached;
use instr_format::ring::flat::{
    CHUNK, CHUNKS, CHUNKS_AT, Chunk, HEADER_SIZE, SEGMENT_HEADER_SIZE, SIZE_MAX, SegmentChunk,
};
use instr_format::ring::{Clock, Header, VERSION};
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::PID;
use proptest::prelude::*;

use super::reading::{Read3, Shared, at_each_change, of_file, open, read, ring};

/// The table of chunks.
const TABLE: std::ops::Range<usize> = CHUNKS_AT..CHUNKS_AT + CHUNKS * size_of::<Chunk>();

/// Numbers and statements of records.
fn of(records: &[Read3]) -> Vec<(u64, u32)> {
    records.iter().map(|(seq, site, _)| (*seq, *site)).collect()
}

#[test]
fn row_72_every_truncation_keeps_the_records_before_it() {
    for clock in Clock::ALL {
        let size = clock.record_size();
        // One chunk and a part of the next one.
        let count = CHUNK / size + 5;
        let file = ring(VERSION, clock, 16, count as u32).file();
        let (all, none) = of_file(&file).unwrap();
        assert_eq!((all.len(), none), (count, vec![]));
        let headers = (0..HEADER_SIZE).step_by(97).chain(HEADER_SIZE - 100..HEADER_SIZE);
        let words = (HEADER_SIZE..file.len()).step_by(7).chain(file.len() - 40..=file.len());
        for cut in headers.chain(words) {
            let Some((records, damage)) = of_file(&file[..cut]) else {
                assert!(cut < size_of::<Header>(), "cut at {cut}");
                continue;
            };
            assert!(cut >= size_of::<Header>(), "cut at {cut}");
            let whole = (cut.saturating_sub(HEADER_SIZE) / size).min(count);
            assert_eq!(records, all[..whole], "{clock:?}, cut at {cut}");
            assert_eq!(damage.len(), usize::from(cut < file.len()), "cut at {cut}: {damage:?}");
        }
    }
}

/// A ring that has wrapped, with functions that are entered.
fn wrapped(clock: Clock) -> FakeRing {
    let mut ring = FakeRing::new(PID, b"demo", clock, 16);
    for n in 0..10_000 {
        if n % 5 == 0 {
            ring.enter();
        }
        ring.put(n % 7, u64::from(n));
    }
    ring
}

#[test]
fn row_73_a_flipped_bit_of_what_the_thread_has_noted_costs_no_record() {
    for clock in [Clock::Coarse, Clock::Full] {
        let whole = wrapped(clock).file();
        let (all, _) = of_file(&whole).unwrap();
        assert_eq!(all.last().map(|(seq, ..)| *seq), Some(10_000));
        let said = of(&all);
        let noted = TABLE.step_by(8).filter(|at| whole[*at..][..8] != [0; 8]);
        for (at, bit) in noted.flat_map(|at| (0..64).map(move |bit| (at, bit))) {
            let mut file = whole.clone();
            file[at + bit / 8] ^= 1 << (bit % 8);
            let (records, damage) = of_file(&file).unwrap();
            let context = format!("{clock:?}, byte {at}, bit {bit}");
            let is_time = (at - CHUNKS_AT) % size_of::<Chunk>() == offset_of!(Chunk, elapsed_ns);
            assert!(!is_time || damage.is_empty(), "{context}: {damage:?}");
            // What is off by less than a chunk is a matter of belief.
            let sites = |records: &[(u64, u32)]| records.iter().map(|(_, site)| *site).collect::<Vec<_>>();
            assert_eq!(sites(&of(&records)), sites(&said), "{context}");
            assert!(bit < 13 || of(&records) == said, "{context}: {damage:?}");
            assert!(damage.len() <= 1, "{context}: {damage:?}");
        }
    }
}

#[test]
fn row_79_a_table_of_anything_is_survived_and_said_once() {
    let whole = wrapped(Clock::Coarse).file();
    for number in [1, 1 << 12, 1 << 32, 1 << 63, (1 << 63) + 8192 * 127, u64::MAX, u64::MAX - 8192] {
        let mut file = whole.clone();
        for at in TABLE.step_by(8) {
            file[at..at + 8].copy_from_slice(&number.to_ne_bytes());
        }
        let (records, damage) = of_file(&file).unwrap();
        assert!(records.is_sorted_by(|a, b| a.0 < b.0), "{number}");
        assert_eq!(damage.len(), 1, "{number}: {damage:?}");
        // One of these in its place takes no record away.
        for index in [0, 1, 127, 128, 383] {
            let mut file = whole.clone();
            let at = CHUNKS_AT + index * size_of::<Chunk>();
            file[at..at + 8].copy_from_slice(&number.to_ne_bytes());
            let (records, _) = of_file(&file).unwrap();
            assert_eq!(records.last().map(|(seq, ..)| *seq), Some(10_000), "{number} at {index}");
        }
    }
}

#[test]
fn a_ring_without_sites_or_with_all_of_them_has_no_end_of_records_and_no_more_than_fit() {
    for count in [0, 1, u32::MAX] {
        let mut file = wrapped(Clock::Coarse).file();
        let at = offset_of!(Header, site_count);
        file[at..at + 4].copy_from_slice(&count.to_ne_bytes());
        let (records, _) = of_file(&file).unwrap();
        assert!(records.len() <= (16 << 10) / 4 && records.is_sorted_by(|a, b| a.0 < b.0), "{count}");
        assert!(count > 0 || records.is_empty(), "{count}");
    }
}

#[test]
fn row_69_positions_at_the_end_of_their_range_do_not_overflow() {
    for clock in Clock::ALL {
        for position in [1 << 32, 1 << 63, u64::MAX - (2 * CHUNK) as u64 + 1] {
            let holes = if clock == Clock::Full { 0 } else { position / 4 - 100 };
            let mut ring = FakeRing::new(PID, b"demo", clock, 8).from(position, holes);
            let first = ring.written();
            (0..50).for_each(|n| ring.put(n, 7));
            let (records, damage) = of_file(&ring.file()).unwrap();
            let expected: Vec<_> = (0..50).map(|n| (first + 1 + u64::from(n), n)).collect();
            assert_eq!(of(&records), expected, "{clock:?}, {position}");
            assert_eq!(damage, [], "{clock:?}, {position}");
        }
    }
}

#[test]
fn what_was_never_written_is_no_record_wherever_the_sites_are() {
    // A word of 0 would be that of a site at the third place.
    let sites = 0_u32.wrapping_sub(8 * 8).wrapping_sub(3);
    let mut ring = FakeRing::new(PID, b"demo", Clock::Off, 8).with_sites(sites, 10);
    ring.put(5, 0);
    ring.enter();
    ring.enter();
    ring.put(6, 0);
    let (records, damage) = of_file(&ring.file()).unwrap();
    assert_eq!((of(&records), damage), (vec![(1, 5), (2, 6)], vec![]));
}

#[test]
fn a_segment_of_any_length_is_read_to_its_end() {
    let count = 9000;
    let mut chunks = vec![0; count * (size_of::<SegmentChunk>() + CHUNK)];
    let ring = FakeRing::new(PID, b"demo", Clock::Coarse, 8);
    let ring = |position| ring.clone().from(position, position / 4);
    for (number, chunk) in (0_u64..).zip(chunks.chunks_exact_mut(size_of::<SegmentChunk>() + CHUNK)) {
        let mut ring = ring(number * CHUNK as u64);
        ring.put(3, 0);
        let kept = ring.kept(number..number + 1);
        chunk.copy_from_slice(&kept);
        // One record for each chunk.
        let holes = number * (CHUNK / 4) as u64 - number;
        chunk[offset_of!(SegmentChunk, holes)..][..8].copy_from_slice(&holes.to_ne_bytes());
    }
    let file = FakeRing::new(PID, b"demo", Clock::Coarse, 8).segment(1, &chunks);
    let (records, damage) = of_file(&file).unwrap();
    assert!(of(&records).into_iter().eq((1..=count as u64).map(|number| (number, 3))), "{}", records.len());
    assert_eq!(damage, []);
}

#[test]
fn a_flipped_bit_before_a_chunk_of_a_segment_costs_this_chunk_and_no_other() {
    let mut ring = FakeRing::new(PID, b"demo", Clock::Coarse, 64);
    ring.put_all((0..16_384).map(|n| n % 7));
    let whole = ring.segment(1, &ring.kept(0..8));
    let (all, _) = of_file(&whole).unwrap();
    assert_eq!(all.len(), 16_384);
    for (chunk, bit) in (0..8).flat_map(|chunk| (0..64 * 3).map(move |bit| (chunk, bit))) {
        let mut file = whole.clone();
        file[SEGMENT_HEADER_SIZE + chunk * (size_of::<SegmentChunk>() + CHUNK) + bit / 8] ^= 1 << (bit % 8);
        let (records, damage) = of_file(&file).unwrap();
        let context = format!("chunk {chunk}, bit {bit}: {damage:?}");
        assert!(records.len() >= 7 * 2048 && records.is_sorted_by(|a, b| a.0 < b.0), "{context}");
        assert!(chunk == 7 || of(&records)[records.len() - 1].1 == 16_383 % 7, "{context}");
        assert!(damage.len() == 1 || bit % 64 < 13, "{context}");
    }
}

#[test]
fn a_record_that_is_half_written_is_none() {
    let mut before = ring(VERSION, Clock::Full, 8, 10);
    let mut torn = before.file();
    before.put(3, 11_000);
    let whole = before.file();
    // The statement is there, and the time is not.
    let at = HEADER_SIZE + 10 * 16;
    torn[at..at + 4].copy_from_slice(&whole[at..at + 4]);
    let mut left_out = false;
    at_each_change(&torn, &whole, |reads, records, _| match records.get(10) {
        None => left_out = true,
        // When both copies have been made of it, it has been like this all the time.
        Some(record) => assert!(*record == (11, 3, 11_000) || reads > 4, "after {reads} reads: {record:?}"),
    });
    assert!(left_out);
}

/// What the thread has claimed when the reader looks, and writes later, is read the next time, in its order.
#[test]
fn what_is_about_to_be_written_is_read_later() {
    for clock in Clock::ALL {
        let mut ring = ring(VERSION, clock, 8, 10);
        let shared = Shared::default();
        let mut reader = open(&ring.file(), shared.clone(), Reached::default()).unwrap();
        let mut look = |file: Vec<u8>| {
            shared.set(file);
            of(&read(&mut reader).0)
        };
        assert_eq!(look(ring.file()).len(), 10);
        ring.put(4, 10_500);
        let claimed = ring.claim(5, 11_000);
        assert_eq!(look(ring.file()), [(11, 4)]);
        ring.end(claimed);
        ring.put(6, 12_000);
        assert_eq!(look(ring.file()), [(12, 5), (13, 6)], "{clock:?}");
        // The thread stores it before it moves on.
        ring.store(1, 13_000);
        assert_eq!(look(ring.file()), [(14, 1)], "{clock:?}");
        ring.move_on();
        assert_eq!(look(ring.file()), [], "{clock:?}");
        ring.put(2, 14_000);
        assert_eq!(look(ring.file()), [(15, 2)], "{clock:?}");
    }
}

proptest! {
    #[test]
    fn row_74_any_header_before_any_words_needs_no_more_than_a_ring(size in any::<u64>(), first in any::<u32>(), count in any::<u32>()) {
        let mut file = wrapped(Clock::Coarse).file();
        file[offset_of!(Header, size)..][..8].copy_from_slice(&size.to_ne_bytes());
        file[offset_of!(Header, first_site)..][..4].copy_from_slice(&first.to_ne_bytes());
        file[offset_of!(Header, site_count)..][..4].copy_from_slice(&count.to_ne_bytes());
        let (records, _) = of_file(&file).unwrap();
        prop_assert!(records.len() <= SIZE_MAX as usize / 4 && records.is_sorted_by(|a, b| a.0 < b.0));
    }
}
