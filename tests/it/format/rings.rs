//! Blocks and words of rings, where numbers come to the ends of their words.

use std::sync::atomic::Ordering::Relaxed;

use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, capacity, decode_block, decode_records};
use instr_format::ring::flat::{self, CHUNK, ChunkCopy, Place, RecordCopy, has_zero, laps_after, site_at, word};
use instr_format::ring::{Clock, HeaderCopy, VERSION};
use proptest::collection::vec;
use proptest::prelude::*;

/// A block of records of the sites 0, 1 and so on, the first of which has this number.
fn block(first: u64, clock: Clock, records: u64) -> Vec<u8> {
    let head = BlockHead { first: first.into(), elapsed_ns: 7.into() };
    let mut block = Vec::new();
    block.extend(head.first.load(Relaxed).to_ne_bytes());
    block.extend(head.elapsed_ns.load(Relaxed).to_ne_bytes());
    for number in 0..records {
        block.extend((number as u32 + 1).to_ne_bytes());
        if clock == Clock::Full {
            block.extend([0; 4]);
            block.extend((100 + number).to_ne_bytes());
        }
    }
    block.resize(BLOCK_SIZE, 0);
    block
}

#[test]
fn row_69_numbers_go_on_behind_32_and_64_bits() {
    for clock in Clock::ALL {
        for first in [1, u64::from(u32::MAX) - 2, 1 << 63, u64::MAX - 2] {
            let records: Vec<_> = decode_records(&block(first, clock, capacity(clock)), clock).collect();
            assert_eq!(records.len() as u64, capacity(clock));
            for (number, record) in (0..).zip(records) {
                let elapsed_ns = if clock == Clock::Full { 100 + number } else { 7 };
                let expected = (first.wrapping_add(number), number as u32, elapsed_ns);
                assert_eq!((record.seq, record.site, record.elapsed_ns), expected, "{clock:?} from {first}");
            }
        }
    }
}

#[test]
fn a_block_that_is_being_begun_has_no_records() {
    let block = block(0, Clock::Coarse, 5);
    assert_eq!(decode_block(&block), None);
    assert_eq!(decode_records(&block, Clock::Coarse).count(), 0);
}

#[test]
fn a_record_that_was_never_written_has_no_number() {
    let mut block = block(10, Clock::Coarse, 3);
    block[size_of::<BlockHead>() + 4..][..4].fill(0);
    let records: Vec<_> = decode_records(&block, Clock::Coarse).map(|record| (record.seq, record.site)).collect();
    assert_eq!(records, [(10, 0), (11, 2)]);
}

fn header(clock: Clock, first_site: u32, site_count: u32) -> HeaderCopy {
    let (size, pid, tid, reuse, segment, start_unix_ns) = (64 << 10, 1, 1, 1, 0, 0);
    let version = VERSION;
    HeaderCopy { version, clock, size, pid, tid, reuse, segment, start_unix_ns, name: [0; 16], first_site, site_count }
}

#[test]
fn a_place_has_the_number_of_the_next_record() {
    let number = |position, holes, clock| Place { position, holes }.number(clock);
    assert_eq!(number(0, 0, Clock::Off), Some(1));
    assert_eq!(number(400, 30, Clock::Coarse), Some(71));
    assert_eq!(number(400, 100, Clock::Coarse), Some(1));
    assert_eq!(number(400, 101, Clock::Coarse), None);
    assert_eq!(number(1600, 0, Clock::Full), Some(101));
    assert_eq!(number(u64::MAX - 3, 0, Clock::Off), Some(1 << 62));
}

#[test]
fn an_entry_of_zeros_is_none_and_a_segments_chunk_may_have_none() {
    assert_eq!(flat::decode_chunk(&[0; 24]), None);
    let entry = [8193_u64, 7, 9].map(u64::to_ne_bytes).concat();
    let chunk = ChunkCopy { begun: Place { position: 8192, holes: 7 }, elapsed_ns: 9 };
    assert_eq!((flat::decode_chunk(&entry), chunk.index()), (Some(chunk), 1));
    let head = |entry: &[u8]| flat::decode_segment_chunk(&[&8192_u64.to_ne_bytes(), entry].concat());
    assert_eq!((head(&entry).position, head(&entry).entry), (8192, Some(chunk)));
    assert_eq!((head(&[0; 24]).position, head(&[0; 24]).entry), (8192, None));
}

proptest! {
    #[test]
    fn a_word_is_a_site_at_its_position_and_in_no_other_lap(
        first in any::<u32>(), count in 1_u32..=8 << 16, site in any::<u32>(), position in any::<u64>(), laps in 1_u64..8192,
    ) {
        let (header, site, position) = (header(Clock::Off, first, count), site % count, position & !3);
        let word = word(first.wrapping_add(site), position);
        prop_assert_eq!(site_at(&header, word, position), Some(site).filter(|_| word != 0));
        let other = position.wrapping_add(laps * (64 << 10));
        prop_assert_eq!(site_at(&header, word, other), None);
        let before = position.wrapping_sub(laps * (64 << 10));
        prop_assert_eq!(laps_after(&header, word, before, 64 << 10), Some(laps).filter(|_| word != 0));
    }

    #[test]
    fn a_chunk_in_which_a_word_is_0_is_known(first in any::<u32>(), count in 1_u32..100_000, near in -5000_i64..5000) {
        // Chunks around those in which the word of the first site is 0.
        let zero = (1 << 29) + u64::from(first.wrapping_neg() / 8) / CHUNK as u64 * CHUNK as u64;
        let start = zero.wrapping_add_signed(near / 100 * CHUNK as i64);
        let id = |position: u64| 0_u32.wrapping_sub(word(first, position));
        let is_there = (start..start + CHUNK as u64).step_by(4).any(|position| id(position) < count);
        let last = |position: u64| id(position).wrapping_sub(count) < 32;
        let may_be = has_zero(first, count, start);
        prop_assert!(may_be || !is_there);
        prop_assert!(!may_be || is_there || last(start + CHUNK as u64 - 4));
    }

    #[test]
    fn records_come_back(
        is_timed in any::<bool>(), first in any::<u32>(), start in 0_u64..1 << 40, places in vec(proptest::option::of(0_u32..1000), 0..50),
    ) {
        let clock = if is_timed { Clock::Full } else { Clock::Coarse };
        let (header, size) = (header(clock, first, 1000), clock.record_size());
        let start = start * 16;
        let (mut words, mut expected) = (Vec::new(), Vec::new());
        for (site, position) in places.into_iter().zip((start..).step_by(size)) {
            let word = site.map_or(0, |site| word(first.wrapping_add(site), position));
            let mut record = [word, 0, 77, 0].map(u32::to_ne_bytes).concat();
            record.truncate(size);
            words.extend(record);
            let elapsed_ns = if is_timed { 77 } else { 0 };
            let site = site.filter(|_| word != 0);
            expected.extend(site.map(|site| RecordCopy { position, site, elapsed_ns }));
        }
        prop_assert_eq!(flat::decode_records(&header, &words, start).collect::<Vec<_>>(), expected);
    }
}
