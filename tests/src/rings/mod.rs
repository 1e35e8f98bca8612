//! The mapped files of a run, read straight from their bytes: rings, counts and slots.

mod flat;

use std::fs::{self, File};
use std::io::Read;
use std::mem::offset_of;
use std::path::{Path, PathBuf};

use instr_format::files::{COUNTS, LAST, STACK_SUFFIX, is_ring};
use instr_format::last::{self, SlotCopy};
use instr_format::ring::blocks::{BLOCK_SIZE, HEADER_SIZE, decode_block, decode_records};
use instr_format::ring::flat::Place;
use instr_format::ring::{Clock, HeaderCopy, RingRecord, VERSION_OF_BLOCKS};
use instr_format::stack::Head;
use instr_format::{counts, ring, stack};

use flat::Words;

/// A ring or a segment of one.
#[derive(Debug)]
pub struct Ring {
    /// Whose it is.
    pub header: HeaderCopy,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Ring {
    /// Reads such a file; `None` if nobody had finished its header.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn read(path: &Path) -> Option<Self> {
        let bytes = fs::read(path).expect("a readable ring");
        let header = ring::decode_header(&bytes).ok()?;
        Some(Ring { header, path: path.to_owned(), bytes })
    }

    /// The records behind number `after`, oldest first.
    pub fn records(&self, after: u64) -> Vec<RingRecord> {
        let mut records = match self.header.version {
            VERSION_OF_BLOCKS => self.of_blocks(),
            _ => self.words().records(self.header.clock),
        };
        records.drain(..records.partition_point(|record| record.seq <= after));
        records
    }

    /// Version 2: the position of the next record, as the stack of its living thread says.
    ///
    /// # Panics
    /// When there is none.
    pub fn position(&self) -> u64 {
        self.place().position
    }

    /// Version 2: how many records the thread has counted, likewise.
    ///
    /// # Panics
    /// When there is none, or more holes than places.
    pub fn counted(&self) -> u64 {
        self.place().number(self.header.clock).expect("not more holes than places") - 1
    }

    fn place(&self) -> Place {
        let stack = fs::read(self.path.with_extension(&STACK_SUFFIX[1..])).expect("a stack");
        let word = |at: usize| u64::from_ne_bytes(*stack[at..].first_chunk().expect("a head"));
        if self.header.clock == Clock::Full {
            return Place { position: word(offset_of!(Head, timed)), holes: 0 };
        }
        let newest = flat::newest(&self.bytes);
        let since = word(offset_of!(Head, cursor)).wrapping_sub(newest.position.wrapping_add(newest.holes << 32));
        let bytes = since & u64::from(u32::MAX);
        Place { position: newest.position + bytes, holes: newest.holes + (since >> 32) }
    }

    /// Version 2: a record that cannot have been overwritten, as the thread has noted it while the ring was as it is; all newer ones
    /// are there then.
    pub fn surely_kept(&self) -> u64 {
        self.words().first_noted(self.header.clock)
    }

    fn words(&self) -> Words {
        let mut words = Words::default();
        words.add(&self.header, &self.bytes);
        words
    }

    fn of_blocks(&self) -> Vec<RingRecord> {
        let blocks = self.bytes[HEADER_SIZE.min(self.bytes.len())..].chunks_exact(BLOCK_SIZE);
        let mut blocks: Vec<_> = blocks.filter_map(|block| Some((decode_block(block)?.first, block))).collect();
        blocks.sort_by_key(|(first, _)| *first);
        blocks.into_iter().flat_map(|(_, block)| decode_records(block, self.header.clock)).collect()
    }
}

/// Every ring and segment of a run that has a header.
///
/// # Panics
/// When one cannot be read.
pub fn rings(run: &Path) -> Vec<Ring> {
    let paths = fs::read_dir(run).expect("a run directory").map(|entry| entry.expect("an entry").path());
    let rings = paths.filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_ring));
    rings.filter_map(|path| Ring::read(&path)).collect()
}

/// What is kept of a thread in its ring and its segments, in order of the numbers, each once.
///
/// # Panics
/// When two places say different things of one number.
pub fn kept_records(rings: &[Ring], tid: u64, reuse: u32) -> Vec<RingRecord> {
    let is_own = |ring: &&Ring| (ring.header.tid, ring.header.reuse) == (tid, reuse);
    let (blocks, flat): (Vec<_>, Vec<_>) =
        rings.iter().filter(is_own).partition(|ring| ring.header.version == VERSION_OF_BLOCKS);
    let mut words = Words::default();
    flat.iter().for_each(|ring| words.add(&ring.header, &ring.bytes));
    let mut records: Vec<_> = blocks.iter().flat_map(|ring| ring.of_blocks()).collect();
    records.extend(flat.first().into_iter().flat_map(|ring| words.records(ring.header.clock)));
    records.sort_by_key(|record| record.seq);
    records.dedup_by(|one, other| {
        assert!(one.seq != other.seq || one.site == other.site, "{one:?} and {other:?}");
        one.seq == other.seq
    });
    records
}

/// One thread's counters.
#[derive(Debug)]
pub struct Table {
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread of the run with this id it is.
    pub reuse: u32,
    /// What threads before this one have counted.
    pub before: u64,
    /// By id of the statement.
    pub counters: Vec<u64>,
}

/// The tables of a run that threads have taken.
///
/// # Panics
/// When the file is none.
pub fn tables(run: &Path) -> Vec<Table> {
    let bytes = fs::read(run.join(COUNTS)).expect("a file of counts");
    let header = counts::decode_header(&bytes).expect("counts");
    let tables = bytes[counts::HEADER_SIZE..].chunks_exact(header.table_size as usize);
    let table = |table| {
        let head = counts::decode_table_head(table)?;
        let counters = counts::decode_counters(table).take(header.sites as usize).collect();
        Some(Table { tid: head.tid, reuse: head.reuse, before: head.before, counters })
    };
    tables.filter_map(table).collect()
}

/// The slots of a run's threads, with what the stacks say of those that have not ended.
///
/// # Panics
/// When the file is none.
pub fn slots(run: &Path) -> Vec<SlotCopy> {
    let bytes = fs::read(run.join(LAST)).expect("slots");
    let slots = last::decode(&bytes).expect("a last file").1;
    slots.map(|slot| if slot.ended { slot } else { with_stack(run, slot) }).collect()
}

/// No program here calls deeper while its slots are looked at.
const BEGIN: u64 = 4 << 10;

fn with_stack(run: &Path, slot: SlotCopy) -> SlotCopy {
    let reuse = if slot.reuse > 1 { format!(".{}", slot.reuse) } else { String::new() };
    let Ok(file) = File::open(run.join(format!("{}{reuse}{STACK_SUFFIX}", slot.tid))) else { return slot };
    let mut bytes = Vec::new();
    file.take(BEGIN).read_to_end(&mut bytes).expect("a readable stack");
    let Ok(head) = stack::decode_head(&bytes) else { return slot };
    let calls: Vec<_> = head.slots(&bytes).collect();
    let left = head.depth == 0 && calls[0].is_none();
    let (filtered, suppressed) = (head.filtered, head.suppressed);
    SlotCopy { site: calls.into_iter().flatten().last(), left, filtered, suppressed, ..slot }
}

/// The slot of the only thread of this name.
///
/// # Panics
/// When there is none, or another.
pub fn slot(run: &Path, name: &str) -> SlotCopy {
    let mut padded = [0; 16];
    padded[..name.len()].copy_from_slice(name.as_bytes());
    let named: Vec<_> = slots(run).into_iter().filter(|slot| slot.name == padded).collect();
    assert_eq!(named.len(), 1, "{name}: {named:?}");
    named[0]
}
