//! Rings that lie, are cut, or change while they are read: no panic, nothing is made up, and what is wrong is said.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::mem::offset_of;

use instr_analyze::model::damage::Damage;
use instr_analyze::model::head::Kind;
use instr_analyze::model::record::{Entry, What};
use instr_analyze::model::ring::{RingReader, identify};
use instr_format::ring::blocks::{self, BLOCK_SIZE, BlockHead, HEADER_SIZE};
use instr_format::ring::{Clock, Header};
use instr_tests::analyzer;
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A record's number, statement and time.
type Read3 = (u64, u32, u64);

fn records<R: Read + Seek>(header: &[u8], input: R, after: u64) -> Option<(Vec<Read3>, Vec<Damage>)> {
    let Kind::Ring(header) = identify("1.ring", header).ok()??.kind else { panic!("a ring is no log") };
    let mut reader = RingReader::new("1.ring", header, input, after);
    let (mut records, mut damage) = (Vec::new(), Vec::new());
    while let Some(entry) = reader.step().expect("it can be read") {
        match entry {
            Entry::Record(record) => {
                let What::Site(site) = record.what else { panic!("a ring has no lines") };
                records.push((record.stamp.moment.seq, site, record.stamp.moment.elapsed_ns));
            }
            Entry::Damage(found) => damage.push(found),
        }
    }
    damage.extend(reader.torn());
    Some((records, damage))
}

fn of_file(file: &[u8]) -> Option<(Vec<Read3>, Vec<Damage>)> {
    records(file, Cursor::new(file), 0)
}

fn ring(clock: Clock, blocks: usize, count: u32) -> FakeRing {
    let mut ring = FakeRing::new(PID, b"demo", clock, blocks);
    ring.put_all((0..count).map(|n| n % 7));
    ring
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
fn every_truncation_keeps_the_records_before_it() {
    for clock in Clock::ALL {
        let capacity = blocks::capacity(clock);
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
fn every_cut_of_a_segment_is_said_unless_it_is_between_blocks() {
    let ring = ring(Clock::Coarse, 2, 504);
    let file = ring.segment(1, ring.blocks());
    for cut in HEADER_SIZE..=file.len() {
        let (records, damage) = of_file(&file[..cut]).unwrap();
        assert!(records.iter().map(|(seq, ..)| *seq).eq(1..=records.len() as u64));
        assert_eq!(damage.len(), usize::from(!(cut - HEADER_SIZE).is_multiple_of(BLOCK_SIZE)), "cut at {cut}");
    }
}

#[test]
fn a_flipped_number_costs_its_block_and_no_other() {
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

#[test]
fn every_flipped_bit_of_the_header_is_survived() {
    let whole = ring(Clock::Full, 3, 150).file();
    for bit in 0..72 * 8 {
        let mut file = whole.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        let Some((records, damage)) = of_file(&file) else {
            assert!(bit < 128, "bit {bit}");
            continue;
        };
        let clock_or_size = (96..192).contains(&bit);
        assert!(clock_or_size || (records.len(), damage.len()) == (150, 0), "bit {bit}: {damage:?}");
    }
}

#[test]
fn sizes_beyond_the_file_and_none_are_said() {
    let whole = ring(Clock::Coarse, 3, 600).file();
    for size in [0, 1000, 1025, 2_u64 << 30, (2 << 30) + 1024, u64::MAX, 1 << 63] {
        let mut file = whole.clone();
        file[16..24].copy_from_slice(&size.to_ne_bytes());
        let (records, damage) = of_file(&file).unwrap();
        assert_eq!(records.len(), 600, "{size}");
        assert!(!damage.is_empty(), "{size}");
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
    let file = FakeRing::new(PID, b"demo", Clock::Coarse, 1).segment(1, &blocks);
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

/// A file that changes after so many reads.
struct Changing {
    before: Cursor<Vec<u8>>,
    after: Cursor<Vec<u8>>,
    reads: usize,
}

impl Read for Changing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = if self.reads == 0 { &mut self.after } else { &mut self.before };
        self.reads = self.reads.saturating_sub(1);
        file.read(buffer)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.before.seek(to)?;
        self.after.seek(to)
    }
}

/// What is read when the file changes after each number of reads.
fn at_each_change(before: &[u8], after: &[u8], mut check: impl FnMut(usize, Vec<Read3>, Vec<Damage>)) {
    for reads in 0..12 {
        let [old, new] = [before, after].map(|file| Cursor::new(file.to_vec()));
        let (records, damage) = records(before, Changing { before: old, after: new, reads }, 0).unwrap();
        check(reads, records, damage);
    }
}

#[test]
fn what_the_thread_takes_from_under_the_reader_is_overwritten_and_never_torn() {
    for clock in Clock::ALL {
        let capacity = blocks::capacity(clock) as u32;
        let before = ring(clock, 4, capacity * 4);
        // The thread goes on by a part of a block, by blocks, and around the whole ring.
        for more in [1, capacity / 2, capacity, 2 * capacity + 3, 4 * capacity, 9 * capacity + 1] {
            let mut after = before.clone();
            after.put_all((0..more).map(|n| (capacity * 4 + n) % 7));
            at_each_change(&before.file(), &after.file(), |reads, records, damage| {
                let seqs: Vec<u64> = records.iter().map(|(seq, ..)| *seq).collect();
                assert!(seqs.is_sorted_by(|a, b| a < b), "{clock:?}, {more} after {reads} reads");
                assert_eq!(records, expected(clock, seqs.into_iter()), "{clock:?}, {more} after {reads} reads");
                assert_eq!(damage, [], "{clock:?}, {more} after {reads} reads");
            });
        }
    }
}

#[test]
fn a_block_that_the_thread_has_begun_again_while_its_neighbours_were_read_is_no_damage() {
    let capacity = blocks::capacity(Clock::Coarse) as u32;
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
fn a_ring_that_is_given_to_another_thread_does_not_mix_them() {
    let before = ring(Clock::Coarse, 4, 1000);
    let mut after = FakeRing::new(PID + 1, b"other", Clock::Coarse, 4);
    after.put_all((0..1000).map(|_| 99));
    at_each_change(&before.file(), &after.file(), |reads, records, _| {
        assert!(records.iter().all(|(_, site, _)| *site != 99), "after {reads} reads");
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
        let mut ring = FakeRing::new(PID, b"demo", clock, blocks);
        ring.put_all(sites.iter().copied());
        let file = ring.file();
        let (read, damage) = records(&file, Cursor::new(&file), after).unwrap();
        prop_assert_eq!(damage, []);
        // The oldest block goes when the newest is begun.
        let written = sites.len() as u64;
        let begun = written.div_ceil(blocks::capacity(clock));
        let overwritten = begun.saturating_sub(blocks as u64) * blocks::capacity(clock);
        let expected = (1..=written).filter(|seq| *seq > overwritten.max(after));
        let expected: Vec<(u64, u32)> = expected.map(|seq| (seq, sites[seq as usize - 1])).collect();
        let read: Vec<(u64, u32)> = read.into_iter().map(|(seq, site, _)| (seq, site)).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn damaged_rings_are_survived(
        clock in select(Clock::ALL.to_vec()), damage in vec((0_usize..HEADER_SIZE + 4 * BLOCK_SIZE, any::<u8>()), 1..60),
    ) {
        let mut file = ring(clock, 4, 900).file();
        for (at, byte) in damage {
            // What lies between the header and the blocks is nothing.
            file[if at >= HEADER_SIZE { at } else { at % 72 }] = byte;
        }
        if let Some((records, _)) = of_file(&file) {
            prop_assert!(records.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn any_bytes_behind_a_header_are_survived(clock in select(Clock::ALL.to_vec()), blocks in vec(any::<u8>(), 0..5000)) {
        let ring = FakeRing::new(PID, b"demo", clock, 4);
        for file in [ring.segment(1, &blocks), [&ring.file()[..HEADER_SIZE], &blocks].concat()] {
            let (records, _) = of_file(&file).unwrap();
            prop_assert!(records.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}

#[test]
fn an_endless_segment_needs_no_memory() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let ring = ring(Clock::Coarse, 4, 1000);
    run.write("1.1.ring", ring.segment(1, ring.blocks()));
    let file = std::fs::OpenOptions::new().append(true).open(run.dir.join("1.1.ring")).unwrap();
    file.set_len(512 << 20).unwrap();
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 65536 && exec \"$0\" \"$1\""])
        .args([analyzer::path().as_os_str(), output.path().as_os_str()])
        .output()
        .unwrap();
    let report = analyzer::outcome(limited);
    assert_eq!(report.code, 0, "{}", report.stderr);
    assert!(report.stdout.contains("\n  1,000 records\n"), "{}", report.stdout);
}
