//! Blocks of rings, where numbers come to the ends of their words.

use std::sync::atomic::Ordering::Relaxed;

use instr_format::ring::Clock;
use instr_format::ring::blocks::{BLOCK_SIZE, BlockHead, capacity, decode_block, decode_records};

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
