//! Rings of both versions that lie, or change while they are read: no panic, nothing is made up, and what is wrong is said.

use instr_format::ring::blocks::{self, BLOCK_SIZE, BlockHead, capacity};
use instr_format::ring::flat::{self, CHUNK, CHUNKS_AT, SEGMENT_HEADER_SIZE, SegmentChunk};
use instr_format::ring::{Clock, Header, VERSION_OF_BLOCKS};
use instr_tests::analyzer;
use instr_tests::fake_ring::{FakeRing, VERSIONS};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::reading::{Read3, at_each_change, of_file, ring};

/// How many records there are in what is begun and noted together, and how many KiB these take.
fn part(version: u32, clock: Clock) -> (u64, usize) {
    match version {
        VERSION_OF_BLOCKS => (capacity(clock), BLOCK_SIZE / 1024),
        _ => ((CHUNK / clock.record_size()) as u64, CHUNK / 1024),
    }
}

/// What is read of a ring, oldest first, unless something is wrong.
fn expected(version: u32, clock: Clock, seqs: impl Iterator<Item = u64>) -> Vec<Read3> {
    let (part, _) = part(version, clock);
    let time = |seq: u64| match clock {
        Clock::Off => 0,
        Clock::Coarse => ((seq - 1) / part * part + 1) * 1000,
        Clock::Full => seq * 1000,
    };
    seqs.map(|seq| (seq, ((seq - 1) % 7) as u32, time(seq))).collect()
}

#[test]
fn row_73_every_flipped_bit_of_the_header_is_survived() {
    for version in VERSIONS {
        let whole = ring(version, Clock::Full, 8, 150).file();
        for bit in 0..size_of::<Header>() * 8 {
            let mut file = whole.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            let Some((records, damage)) = of_file(&file) else {
                assert!(bit < 128, "bit {bit}");
                continue;
            };
            let is_size = (128..192).contains(&bit);
            // Nobody knows that the clock, the number of the segment, and the sites are wrong.
            let is_other = [96..128, 352..384].iter().any(|bits| bits.contains(&bit))
                || version != VERSION_OF_BLOCKS && bit >= 72 * 8;
            assert!(is_other || records.len() == 150, "version {version}, bit {bit}: {damage:?}");
            assert!(is_other || damage.is_empty() != is_size, "version {version}, bit {bit}: {damage:?}");
        }
    }
}

#[test]
fn row_74_sizes_beyond_the_file_and_none_are_said() {
    for version in VERSIONS {
        let whole = ring(version, Clock::Coarse, 8, 600).file();
        for size in [0, 1, 1000, 1025, 2_u64 << 30, (2 << 30) + 1024, u64::MAX, 1 << 63] {
            let mut file = whole.clone();
            file[16..24].copy_from_slice(&size.to_ne_bytes());
            let (records, damage) = of_file(&file).unwrap();
            assert_eq!(records.len(), 600, "version {version}, {size}");
            assert!(!damage.is_empty(), "version {version}, {size}");
        }
    }
}

#[test]
fn row_78_what_the_thread_takes_from_under_the_reader_is_overwritten_and_never_torn() {
    for (version, clock) in VERSIONS.into_iter().flat_map(|version| Clock::ALL.map(|clock| (version, clock))) {
        let (part, kib) = part(version, clock);
        let part = part as u32;
        let before = ring(version, clock, 4 * kib, part * 4);
        // The thread goes on by a part of a part, by parts, and around the whole ring.
        for more in [1, part / 2, part, 2 * part + 3, 4 * part, 9 * part + 1] {
            let mut after = before.clone();
            after.put_all((0..more).map(|n| (part * 4 + n) % 7));
            at_each_change(&before.file(), &after.file(), |reads, records, damage| {
                let context = format!("version {version}, {clock:?}, {more} after {reads} reads");
                assert_eq!(damage, [], "{context}");
                let seqs: Vec<u64> = records.iter().map(|(seq, ..)| *seq).collect();
                assert!(seqs.is_sorted_by(|a, b| a < b), "{context}");
                // The newest one may have come before it was said when its chunk was begun.
                // Nothing of what was surveyed is left. A ring of words is surveyed again then.
                assert!(version == VERSION_OF_BLOCKS || !records.is_empty(), "{context}");
                for (found, expected) in records.iter().zip(expected(version, clock, seqs.into_iter())) {
                    // The newest ones may have come before it was said when their chunk was begun.
                    let is_later = expected.0 > u64::from(part) * 4 && found.2 <= expected.2;
                    let is_right =
                        (found.0, found.1) == (expected.0, expected.1) && (found.2 == expected.2 || is_later);
                    assert!(is_right, "{context}: {found:?}, not {expected:?}");
                }
            });
        }
    }
}

#[test]
fn a_ring_that_is_given_to_another_thread_does_not_mix_them() {
    for version in VERSIONS {
        let before = ring(version, Clock::Coarse, 8, 1000);
        let mut after = FakeRing::of_version(version, PID + 1, b"other", Clock::Coarse, 8);
        after.put_all((0..1000).map(|_| 99));
        at_each_change(&before.file(), &after.file(), |reads, records, _| {
            assert!(records.iter().all(|(_, site, _)| *site != 99), "version {version}, after {reads} reads");
        });
    }
}

/// The bytes of a file of which each means something: those of the header, and those behind `begin`.
fn meaning(begin: usize, at: usize) -> usize {
    if at < begin { at % size_of::<Header>() } else { at }
}

proptest! {
    #[test]
    fn row_73_damaged_rings_are_survived(
        version in select(VERSIONS.to_vec()), clock in select(Clock::ALL.to_vec()),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
    ) {
        let mut file = ring(version, clock, 8, 900).file();
        let begin = if version == VERSION_OF_BLOCKS { blocks::HEADER_SIZE } else { CHUNKS_AT };
        for (at, byte) in damage {
            let at = meaning(begin, at.index(file.len()));
            file[at] = byte;
        }
        if let Some((records, _)) = of_file(&file) {
            prop_assert!(records.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn row_79_any_bytes_behind_a_header_are_survived(
        version in select(VERSIONS.to_vec()), clock in select(Clock::ALL.to_vec()), bytes in vec(any::<u8>(), 0..20_000),
    ) {
        let ring = FakeRing::of_version(version, PID, b"demo", clock, 8);
        let begin = if version == VERSION_OF_BLOCKS { blocks::HEADER_SIZE } else { CHUNKS_AT };
        for file in [ring.segment(1, &bytes), [&ring.file()[..begin], &bytes].concat()] {
            let (records, _) = of_file(&file).unwrap();
            prop_assert!(records.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}

#[test]
fn row_72_every_cut_of_a_segment_is_said_unless_it_is_between_its_parts() {
    for (version, clock) in VERSIONS.into_iter().flat_map(|version| Clock::ALL.map(|clock| (version, clock))) {
        let (part, kib) = part(version, clock);
        let ring = ring(version, clock, 2 * kib, 2 * part as u32);
        let file = ring.segment(1, &ring.kept(0..2));
        let head = if version == VERSION_OF_BLOCKS { size_of::<BlockHead>() } else { size_of::<SegmentChunk>() };
        let part_size = (file.len() - SEGMENT_HEADER_SIZE) / 2;
        for cut in SEGMENT_HEADER_SIZE..=file.len() {
            let (records, damage) = of_file(&file[..cut]).unwrap();
            let (whole, rest) = ((cut - SEGMENT_HEADER_SIZE) / part_size, (cut - SEGMENT_HEADER_SIZE) % part_size);
            let count = whole as u64 * part + (rest.saturating_sub(head) / clock.record_size()) as u64;
            assert_eq!(records, expected(version, clock, 1..=count), "version {version}, {clock:?}, cut at {cut}");
            assert_eq!(damage.len(), usize::from(rest > 0), "version {version}, {clock:?}, cut at {cut}: {damage:?}");
        }
    }
}

#[test]
fn row_77_an_endless_segment_needs_no_memory() {
    for version in VERSIONS {
        let output = tempfile::tempdir().unwrap();
        let run = FakeRun::new(output.path(), "demo-1");
        run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
        let ring = ring(version, Clock::Coarse, 8, 1000);
        run.write("1.1.ring", ring.segment(1, &ring.kept(0..if version == VERSION_OF_BLOCKS { 4 } else { 1 })));
        let file = std::fs::OpenOptions::new().append(true).open(run.dir.join("1.1.ring")).unwrap();
        file.set_len(512 << 20).unwrap();
        let limited = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 65536 && exec \"$0\" \"$1\""])
            .args([analyzer::path().as_os_str(), output.path().as_os_str()])
            .output()
            .unwrap();
        let report = analyzer::outcome(limited);
        assert_eq!(report.code, 0, "version {version}: {}", report.stderr);
        assert!(report.stdout.contains("\n  1,000 records\n"), "version {version}: {}", report.stdout);
    }
}

#[test]
fn row_74_a_ring_of_the_largest_size_needs_little_memory() {
    let largest = (flat::SIZE_MAX / 1024) as usize;
    let mut ring = FakeRing::new(PID, b"demo", Clock::Coarse, largest);
    ring.put_all((0..400_000).map(|n| n % 7));
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    run.write("1.ring", ring.file());
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 65536 && exec \"$0\" \"$1\""])
        .args([analyzer::path().as_os_str(), output.path().as_os_str()])
        .output()
        .unwrap();
    let report = analyzer::outcome(limited);
    assert_eq!(report.code, 0, "{}", report.stderr);
    assert!(report.stdout.contains("\n  262,144 records, 137,856 overwritten\n"), "{}", report.stdout);
}
