//! What the analyzer reads of rings made by hand, and of those that change meanwhile.

use std::cell::RefCell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use instr_analyze::model::damage::Damage;
use instr_analyze::model::head::Kind;
use instr_analyze::model::record::{Entry, What};
use instr_analyze::model::ring::{Reached, RingReader, identify};
use instr_format::ring::Clock;
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::PID;

/// A record's number, statement and time.
pub(super) type Read3 = (u64, u32, u64);

/// A reader of a ring with this header.
pub(super) fn open<R: Read + Seek>(header: &[u8], input: R, after: Reached) -> Option<RingReader<R>> {
    let Kind::Ring(header) = identify("1.ring", header).ok()??.kind else { panic!("a ring is no log") };
    Some(RingReader::new("1.ring", header, input, after))
}

/// What it gives up to the end, for now.
pub(super) fn read<R: Read + Seek>(reader: &mut RingReader<R>) -> (Vec<Read3>, Vec<Damage>) {
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
    (records, damage)
}

pub(super) fn records<R: Read + Seek>(header: &[u8], input: R, after: u64) -> Option<(Vec<Read3>, Vec<Damage>)> {
    let mut reader = open(header, input, Reached { seq: after, ..Reached::default() })?;
    let (records, mut damage) = read(&mut reader);
    damage.extend(reader.torn());
    Some((records, damage))
}

pub(super) fn of_file(file: &[u8]) -> Option<(Vec<Read3>, Vec<Damage>)> {
    records(file, Cursor::new(file), 0)
}

/// A ring of so many KiB and records.
pub(super) fn ring(version: u32, clock: Clock, kib: usize, count: u32) -> FakeRing {
    let mut ring = FakeRing::of_version(version, PID, b"demo", clock, kib);
    ring.put_all((0..count).map(|n| n % 7));
    ring
}

/// A file that changes after so many reads.
pub(super) struct Changing {
    pub(super) before: Cursor<Vec<u8>>,
    pub(super) after: Cursor<Vec<u8>>,
    pub(super) reads: usize,
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
pub(super) fn at_each_change(before: &[u8], after: &[u8], mut check: impl FnMut(usize, Vec<Read3>, Vec<Damage>)) {
    for reads in 0..32 {
        let [old, new] = [before, after].map(|file| Cursor::new(file.to_vec()));
        let (records, damage) = records(before, Changing { before: old, after: new, reads }, 0).unwrap();
        check(reads, records, damage);
    }
}

/// A file that the test changes while a reader has it open.
#[derive(Clone, Default)]
pub(super) struct Shared(Rc<RefCell<Cursor<Vec<u8>>>>);

impl Shared {
    pub(super) fn set(&self, file: Vec<u8>) {
        *self.0.borrow_mut() = Cursor::new(file);
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(to)
    }
}
