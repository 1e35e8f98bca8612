//! Version 1 of rings that lie, are cut, or change while they are read.

use std::io::Cursor;
use std::mem::offset_of;

use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, HEADER_SIZE, capacity};
use instr_format::ring::{Clock, Header, VERSION_OF_BLOCKS};
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::PID;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::reading::{Read3, at_each_change, of_file, records};

/// A ring of so many blocks and records.
fn ring(clock: Clock, blocks: usize, count: u32) -> FakeRing {
    super::reading::ring(VERSION_OF_BLOCKS, clock, blocks, count)
}

/// What is read of the ring, oldest first, unless something is wrong.
fn expected(clock: Clock, seqs: impl Iterator<Item = u64>) -> Vec<Read3> {
    let time = |seq: u64| match clock {
        Clock::Off => 0,
        Clock::Coarse => ((seq - 1) / 252 * 252 + 1) * 1000,
        Clock::Full => seq * 1000,
    };
    seqs.map(|seq| (seq, ((seq - 1) % 7) as u32, time(seq))).collect()
}

#[test]
fn row_72_every_truncation_keeps_the_records_before_it() {
    for clock in Clock::ALL {
        let capacity = capacity(clock);
        let file = ring(clock, 3, 2 * capacity as u32 + 5).file();
        for cut in 0..=file.len() {
            let read = of_file(&file[..cut]);
            if cut < size_of::<Header>() {
                assert!(read.is_none(), "cut at {cut}");
                continue;
            }
            let (records, damage) = read.unwrap();
            let blocks = cut.saturating_sub(HEADER_SIZE);
            let within = (blocks % BLOCK_SIZE).saturating_sub(16) / clock.record_size();
            let whole = (blocks / BLOCK_SIZE) as u64 * capacity + within as u64;
            let kept = expected(clock, 1..=whole.min(2 * capacity + 5));
            // The time of a block is behind its number, so that one cut between them has no records.
            assert_eq!(records, kept, "cut at {cut}");
            assert_eq!(damage.len(), usize::from(cut < file.len()), "cut at {cut}: {damage:?}");
        }
    }
}

#[test]
fn row_73_a_flipped_number_costs_its_block_and_no_other() {
    let ring = ring(Clock::Coarse, 8, 252 * 11 + 9);
    let whole = ring.file();
    let (all, _) = of_file(&whole).unwrap();
    assert_eq!(all.len(), 252 * 7 + 9);
    for block in 0..8 {
        for bit in 0..64 {
            let mut file = whole.clone();
            file[HEADER_SIZE + block * BLOCK_SIZE + bit / 8] ^= 1 << (bit % 8);
            let (records, damage) = of_file(&file).unwrap();
            assert!(records.len() >= 252 * 6, "block {block}, bit {bit}: {} {damage:?}", records.len());
            assert!(records.is_sorted_by(|a, b| a.0 < b.0), "block {block}, bit {bit}");
            // A number that is off by less than a block is a matter of belief.
            assert!(!damage.is_empty() || bit < 8, "block {block}, bit {bit}: {}", records.len());
        }
    }
}

/// A handler that comes while the thread is about to begin a block leaves it that block for one record, which is missing
/// if the handler never returns.
#[test]
fn a_block_that_was_left_for_one_record_costs_no_other() {
    let whole = ring(Clock::Coarse, 6, 252 * 4).file();
    let block = |number: usize| HEADER_SIZE + number * BLOCK_SIZE..HEADER_SIZE + (number + 1) * BLOCK_SIZE;
    let mut file = whole.clone();
    file[block(1)].fill(0);
    for number in 1..4 {
        file[block(number + 1)].copy_from_slice(&whole[block(number)]);
        let first = block(number + 1).start + offset_of!(BlockHead, first);
        file[first..first + 8].copy_from_slice(&(252 * number as u64 + 2).to_ne_bytes());
    }
    let (records, damage) = of_file(&file).unwrap();
    assert!(records.iter().map(|(seq, ..)| *seq).eq((1..=252).chain(254..=1009)), "{}", records.len());
    assert_eq!(damage, []);
}

#[test]
fn two_blocks_with_the_same_number_count_once() {
    let mut file = ring(Clock::Coarse, 4, 252 * 4).file();
    let block = |number: usize| HEADER_SIZE + number * BLOCK_SIZE..HEADER_SIZE + (number + 1) * BLOCK_SIZE;
    let second = file[block(1)].to_vec();
    file[block(2)].copy_from_slice(&second);
    let (records, damage) = of_file(&file).unwrap();
    assert!(records.iter().map(|(seq, ..)| *seq).eq((1..=504).chain(757..=1008)), "{}", records.len());
    assert_eq!(damage.len(), 1);
    assert!(damage[0].message.contains("contradicts"), "{damage:?}");
}

#[test]
fn a_segment_of_any_length_is_read_to_its_end() {
    let count = 70_000;
    let mut blocks = vec![0; count * BLOCK_SIZE];
    for (number, block) in (0_u64..).zip(blocks.chunks_exact_mut(BLOCK_SIZE)) {
        block[..8].copy_from_slice(&(number * 252 + 1).to_ne_bytes());
        block[16..20].copy_from_slice(&1_u32.to_ne_bytes());
    }
    let file = FakeRing::of_version(VERSION_OF_BLOCKS, PID, b"demo", Clock::Coarse, 1).segment(1, &blocks);
    let (records, damage) = of_file(&file).unwrap();
    assert!(records.iter().map(|(seq, ..)| *seq).eq((0..count as u64).map(|block| block * 252 + 1)));
    assert_eq!(damage, []);
}

#[test]
fn row_69_numbers_at_the_end_of_their_range_do_not_overflow() {
    for first in [u64::MAX, u64::MAX - 100, u64::MAX - 252, 1 << 63] {
        let mut file = ring(Clock::Coarse, 1, 252).file();
        file[HEADER_SIZE..HEADER_SIZE + 8].copy_from_slice(&first.to_ne_bytes());
        let (records, _) = of_file(&file).unwrap();
        assert!(records.len() <= 252 && records.is_sorted_by(|a, b| a.0 < b.0));
    }
}

#[test]
fn a_block_that_the_thread_has_begun_again_while_its_neighbours_were_read_is_no_damage() {
    let capacity = capacity(Clock::Coarse) as u32;
    let (before, after) = (ring(Clock::Coarse, 8, capacity * 8), ring(Clock::Coarse, 8, capacity * 16));
    let place = HEADER_SIZE + 3 * BLOCK_SIZE;
    let mut surveyed = before.file();
    surveyed[place..place + BLOCK_SIZE].copy_from_slice(&after.file()[place..place + BLOCK_SIZE]);
    at_each_change(&surveyed, &after.file(), |reads, _, damage| {
        // A thread that stands still there has never written the blocks in between.
        assert_eq!(damage.is_empty(), reads <= 1, "after {reads} reads: {damage:?}");
    });
}

#[test]
fn a_record_that_is_half_written_is_none() {
    let mut before = ring(Clock::Full, 2, 10);
    let mut torn = before.file();
    before.put(3, 11_000);
    let whole = before.file();
    // The statement is there and its time is not.
    let at = HEADER_SIZE + 16 + 10 * 16;
    torn[at..at + 4].copy_from_slice(&whole[at..at + 4]);
    let mut left_out = false;
    at_each_change(&torn, &whole, |reads, records, _| match records.get(10) {
        None => left_out = true,
        // When both copies have been made of it, it has been like this all the time.
        Some(record) => assert!(*record == (11, 3, 11_000) || reads > 2, "after {reads} reads: {record:?}"),
    });
    assert!(left_out);
}

proptest! {
    #[test]
    fn encoded_rings_come_back(
        clock in select(Clock::ALL.to_vec()), blocks in 1_usize..9, sites in vec(0_u32..=u32::MAX - 1, 0..1500),
        after in 0_u64..1500,
    ) {
        let mut ring = FakeRing::of_version(VERSION_OF_BLOCKS, PID, b"demo", clock, blocks);
        ring.put_all(sites.iter().copied());
        let file = ring.file();
        let (read, damage) = records(&file, Cursor::new(&file), after).unwrap();
        prop_assert_eq!(damage, []);
        // The oldest block goes when the newest is begun.
        let written = sites.len() as u64;
        let begun = written.div_ceil(capacity(clock));
        let overwritten = begun.saturating_sub(blocks as u64) * capacity(clock);
        let expected = (1..=written).filter(|seq| *seq > overwritten.max(after));
        let expected: Vec<(u64, u32)> = expected.map(|seq| (seq, sites[seq as usize - 1])).collect();
        let read: Vec<(u64, u32)> = read.into_iter().map(|(seq, site, _)| (seq, site)).collect();
        prop_assert_eq!(read, expected);
    }
}
