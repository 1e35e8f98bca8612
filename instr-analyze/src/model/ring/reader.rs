//! Steps through the records of a ring or of a segment, which the program may go on writing.
//!
//! A survey notes which block begins where; then the blocks are copied, oldest first, twice each. A copy counts only if
//! the block's number was the same in the survey and in both copies, and of its records only those that are the same in
//! both: the thread can take a block from under the reader at any instant, and the ring can be given to another thread.
//! What has been taken is overwritten, not damaged.

use std::collections::VecDeque;
use std::io::{self, Read, Seek};

use instr_format::ring::blocks::{BLOCK_SIZE, HEADER_SIZE, SIZE_MAX, capacity, decode_block, decode_records};
use instr_format::ring::{HeaderCopy, RingRecord};

use super::copy::{PIECE, is_still, look, read_at, settle};
use super::order::{Block, order};
use crate::model::damage::{Damage, DamageKind};
use crate::model::record::{Batch, Entry};

/// How many blocks are copied at once, as long as the thread leaves them alone.
const AT_ONCE: usize = PIECE / BLOCK_SIZE;
/// How many are copied at once when the thread overtakes the reader: all of a ring of the default size.
const IN_A_HURRY: usize = 1024;
/// How many bytes of a segment are put in order at once; of a ring, all are.
const STRETCH: u64 = 64 << 20;
const BLOCK: u64 = BLOCK_SIZE as u64;

/// Steps through a ring or a segment.
pub struct RingReader<R> {
    name: String,
    header: HeaderCopy,
    input: R,
    /// Number of the newest record that was given, or that need not be.
    after: u64,
    /// Number of the newest record that was read, which has yet to be given.
    read: u64,
    /// What `read` was when the blocks were surveyed.
    surveyed_after: u64,
    /// Where the next survey begins; in a ring it is the only one.
    next: u64,
    /// The newest block of a ring that was read, and its place.
    newest: Option<(u64, Box<[u8; BLOCK_SIZE]>)>,
    /// Where a last block begins that is cut.
    cut: Option<(u64, u64)>,
    at_end: bool,
    /// Blocks that have been surveyed and not copied.
    blocks: VecDeque<Block>,
    at_once: usize,
    records: Vec<RingRecord>,
    given: usize,
    damage: VecDeque<Damage>,
    looked: bool,
    over: bool,
}

impl<R: Read + Seek> RingReader<R> {
    /// Reads the ring `name` with this header, from the first record behind number `after`.
    pub fn new(name: &str, header: HeaderCopy, input: R, after: u64) -> Self {
        RingReader {
            name: name.to_owned(),
            header,
            input,
            after,
            read: after,
            surveyed_after: after,
            next: HEADER_SIZE as u64,
            newest: None,
            cut: None,
            at_end: false,
            blocks: VecDeque::new(),
            at_once: AT_ONCE,
            records: Vec::new(),
            given: 0,
            damage: VecDeque::new(),
            looked: false,
            over: false,
        }
    }

    /// Number of the newest record that was given, or that need not be.
    pub fn after(&self) -> u64 {
        self.after
    }

    /// Gives no records up to number `after`.
    pub fn skip_to(&mut self, after: u64) {
        self.after = self.after.max(after);
        self.read = self.read.max(after);
        while self.records.get(self.given).is_some_and(|record| record.seq <= after) {
            self.given += 1;
        }
    }

    /// Number of the next record, unless something else comes before it.
    pub fn peek(&mut self) -> Option<u64> {
        while self.given >= self.records.len() && self.damage.is_empty() && self.advance().ok()? {}
        Some(self.records.get(self.given)?.seq)
    }

    /// Whether the ring has been given to another thread.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The next entry; `None` at the end, for now.
    ///
    /// # Errors
    /// Damage that ends the reading.
    #[inline]
    pub fn step(&mut self) -> Result<Option<Entry<'static>>, Damage> {
        loop {
            if let Some(record) = self.records.get(self.given) {
                self.given += 1;
                self.after = record.seq;
                let batch = Batch { records: &[], header: &self.header };
                return Ok(Some(Entry::Record(batch.of(record))));
            }
            if let Some(damage) = self.damage.pop_front() {
                return Ok(Some(Entry::Damage(damage)));
            }
            if !self.advance().map_err(|error| Damage::unreadable(&self.name, &error))? {
                return Ok(None);
            }
        }
    }

    /// Gives the records that have been read and wait for their turn: faster than a step for each.
    pub fn drain(&mut self) -> Batch<'_> {
        let records = self.records.get(self.given..).unwrap_or_default();
        self.after = records.last().map_or(self.after, |record| record.seq);
        self.given = self.records.len();
        Batch { records, header: &self.header }
    }

    /// When the first record was made that can be given, as far as its block says; a survey, if there was none.
    ///
    /// # Errors
    /// Damage that ends the reading.
    pub fn first_unix_ns(&mut self) -> Result<Option<u64>, Damage> {
        if self.blocks.is_empty() && !self.looked {
            self.survey().map_err(|error| Damage::unreadable(&self.name, &error))?;
        }
        let elapsed = self.blocks.iter().map(|block| block.elapsed_ns).min();
        Ok(elapsed.map(|elapsed| self.header.start_unix_ns.saturating_add(elapsed)))
    }

    /// Number of the last record for which the newest block has room; 0 if there is none. Before the first step.
    ///
    /// # Errors
    /// Damage that ends the reading.
    pub fn last_number(&mut self) -> Result<u64, Damage> {
        self.first_unix_ns()?;
        Ok(self.blocks.back().map_or(0, |block| block.first.saturating_add(capacity(self.header.clock) - 1)))
    }

    /// The cut block that a segment ends with.
    pub fn torn(&self) -> Option<Damage> {
        let (start, end) = self.cut?;
        let damage = Damage::of_file(DamageKind::Torn, &self.name, "the last block is incomplete");
        Some(Damage { start: Some(start), end: Some(end), ..damage })
    }

    fn is_segment(&self) -> bool {
        self.header.segment > 0
    }

    /// Surveys or copies on; false at the end, for now.
    fn advance(&mut self) -> io::Result<bool> {
        if !self.blocks.is_empty() {
            self.copy()?;
            return Ok(true);
        }
        if self.over {
            return Ok(false);
        }
        if self.at_end {
            self.at_end = false;
            if !self.is_segment() {
                self.next = HEADER_SIZE as u64;
            }
            return Ok(false);
        }
        if self.is_unchanged()? {
            return Ok(false);
        }
        self.survey()?;
        Ok(true)
    }

    /// Whether the newest block is what it was at the last look, and has room still: nothing can have come then.
    fn is_unchanged(&mut self) -> io::Result<bool> {
        let Some((at, newest)) = &self.newest else { return Ok(false) };
        let mut now = [0; BLOCK_SIZE];
        let len = read_at(&mut self.input, *at, &mut now)?;
        let last = now.rchunks_exact(self.header.clock.record_size()).next().unwrap_or_default();
        let has_room = last.iter().all(|byte| *byte == 0);
        Ok(len == BLOCK_SIZE && has_room && now == **newest)
    }

    /// Notes the blocks of the next stretch, in order.
    fn survey(&mut self) -> io::Result<()> {
        let start = self.next;
        let end = if self.is_segment() { start.saturating_add(STRETCH) } else { start + self.size() };
        let (found, at) = look(&mut self.input, start, end)?;
        let cut = at / BLOCK * BLOCK;
        self.cut = (cut < at && self.is_segment()).then_some((cut, at));
        self.at_end = at < end || !self.is_segment();
        // A block that is cut may be whole at the next look.
        self.next = cut;
        let capacity = capacity(self.header.clock);
        let (mut blocks, mut damage) = order(&self.name, &found, capacity);
        blocks.retain(|block| block.first.saturating_add(capacity) > self.read);
        self.surveyed_after = self.read;
        self.blocks = blocks.into();
        // The next look at a ring finds the same again.
        if !self.looked || self.is_segment() {
            if !damage.is_empty() && !self.is_segment() {
                // What the thread has written between two blocks' turns is not there at a second look.
                let (found, _) = look(&mut self.input, start, end)?;
                let (_, still) = order(&self.name, &found, capacity);
                damage.retain(|one| still.contains(one));
            }
            if at < end && !self.is_segment() {
                let torn = Damage::of_file(DamageKind::Torn, &self.name, "the file ends before its ring does");
                self.damage.push_back(Damage { start: Some(at), end: Some(end), ..torn });
            }
            self.damage.extend(damage);
        }
        self.looked = true;
        Ok(())
    }

    /// How many bytes of blocks the ring has.
    fn size(&mut self) -> u64 {
        let size = self.header.size;
        if size > 0 && size <= SIZE_MAX && size.is_multiple_of(BLOCK) {
            return size;
        }
        if !self.looked {
            let message = format!("the header says {size} bytes; all blocks after it are read");
            self.damage.push_back(Damage::of_file(DamageKind::Damaged, &self.name, message));
        }
        SIZE_MAX
    }

    /// Copies blocks that lie behind one another, and reads their records.
    fn copy(&mut self) -> io::Result<()> {
        let Some(start) = self.blocks.front().map(|block| block.at) else { return Ok(()) };
        let places = (start..).step_by(BLOCK_SIZE).take(self.at_once);
        let count = self.blocks.iter().zip(places).take_while(|(block, at)| block.at == *at).count();
        let (mut copy, mut check) = (vec![0; count * BLOCK_SIZE], vec![0; count * BLOCK_SIZE]);
        self.records.clear();
        self.given = 0;
        let len = read_at(&mut self.input, start, &mut copy)?;
        read_at(&mut self.input, start, &mut check)?;
        if !is_still(&mut self.input, &self.header)? {
            self.over = true;
            self.blocks.clear();
            return Ok(());
        }
        // Of a record that is cut, nothing counts.
        let whole = len - len % self.header.clock.record_size();
        copy.get_mut(whole..).unwrap_or_default().fill(0);
        let copies = copy.chunks_exact_mut(BLOCK_SIZE).zip(check.chunks_exact(BLOCK_SIZE));
        let mut newest = None;
        for (block, (copy, check)) in self.blocks.drain(..count).zip(copies) {
            let is_it = |bytes: &[u8]| decode_block(bytes).is_some_and(|head| head.first == block.first);
            if !is_it(copy) || !is_it(check) {
                self.at_once = IN_A_HURRY;
                continue;
            }
            if copy != check {
                settle(copy, check, self.header.clock);
            }
            let mut contradicts = false;
            for record in decode_records(copy, self.header.clock) {
                if record.seq > self.read {
                    self.read = record.seq;
                    self.records.push(record);
                } else {
                    contradicts |= record.seq > self.surveyed_after;
                }
            }
            if contradicts {
                self.damage.push_back(block.contradicts(&self.name));
            }
            newest = Some((block.at, copy));
        }
        if self.blocks.is_empty() && !self.is_segment() {
            self.newest = newest.and_then(|(at, copy)| Some((at, Box::new(*copy.first_chunk()?))));
        }
        Ok(())
    }
}
